#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace heirloom::faiss_index {

// Which places take part in a search.
class Places {
 public:
  void Add(std::size_t place) {
    if (bits_.size() <= place / 8) bits_.resize(place / 8 + 1);
    bits_[place / 8] = static_cast<std::uint8_t>(bits_[place / 8] | (1U << (place % 8)));
    ++count_;
  }
  std::size_t count() const { return count_; }
  std::span<const std::uint8_t> bits() const { return bits_; }

 private:
  std::vector<std::uint8_t> bits_;
  std::size_t count_ = 0;
};

// Vectors of length 1, each at a place: a small number that is used again when it becomes free.
// Searches may run at once; whatever changes it runs alone. FAISS runs on the caller's thread.
class VectorSet {
 public:
  // Sets that large are searched through lists of near vectors, once Build has made them; smaller
  // ones one by one. One by one 33 thousand take 10 ms.
  static constexpr std::size_t kListsFrom = 32'768;
  // Searches in which no more take part look at each of them: what they find is exact.
  static constexpr std::size_t kExactUpTo = 10'000;

  explicit VectorSet(std::size_t dimensions);
  VectorSet(VectorSet&&) noexcept;
  VectorSet& operator=(VectorSet&&) noexcept;
  ~VectorSet();

  std::size_t Add(std::span<const float> vector);  // Gives its place.
  void Remove(std::size_t place);

  struct Found {
    std::size_t place = 0;
    float similarity = 0;
  };
  // Of `places` the `count` nearest, nearest first; all of them when they are fewer.
  std::vector<Found> Search(std::span<const float> vector, std::size_t count,
                            const Places& places) const;

  std::size_t size() const { return size_; }

  // Whether it has grown so that other lists would serve it better, or its first ones.
  bool WantsLists() const;
  // The same vectors at the same places, in lists. Costs seconds: searches go on meanwhile.
  VectorSet WithLists() const;

 private:
  struct Engine;

  std::size_t dimensions_;
  std::size_t size_ = 0;
  std::size_t listed_ = 0;  // How many there were when the lists were made.
  std::vector<std::size_t> free_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace heirloom::faiss_index
