#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace heirloom::faiss_index {

// Which places take part in a search.
class Places {
 public:
  // Again and again is once.
  void Add(std::size_t place) {
    if (bits_.size() <= place / 64) bits_.resize(place / 64 + 1);
    const std::uint64_t bit = std::uint64_t{1} << (place % 64);
    if ((bits_[place / 64] & bit) == 0) ++count_;
    bits_[place / 64] |= bit;
  }
  std::size_t count() const { return count_; }

  // In order, so that the memory is read from its beginning to its end.
  template <typename Visit>
  void Each(const Visit& visit) const {
    for (std::size_t i = 0; i < bits_.size(); ++i) {
      for (std::uint64_t left = bits_[i]; left != 0; left &= left - 1) {
        visit(i * 64 + static_cast<std::size_t>(std::countr_zero(left)));
      }
    }
  }

 private:
  std::vector<std::uint64_t> bits_;
  std::size_t count_ = 0;
};

// Vectors of length 1, each at a place: a small number that is used again when it becomes free.
// A search looks at each vector that takes part in it and at no other: what it finds is exact, and
// hangs on nothing that takes no part. 50 thousand of 384 numbers take 10 ms. Searches may run at
// once; whatever changes it runs alone. FAISS runs on the caller's thread.
class VectorSet {
 public:
  explicit VectorSet(std::size_t dimensions);
  ~VectorSet();
  VectorSet(const VectorSet&) = delete;
  VectorSet& operator=(const VectorSet&) = delete;

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

 private:
  struct Engine;

  std::size_t dimensions_;
  std::size_t size_ = 0;
  std::vector<std::size_t> free_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace heirloom::faiss_index
