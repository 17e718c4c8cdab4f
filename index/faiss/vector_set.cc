#include "index/faiss/vector_set.h"

#include <cblas.h>
#include <faiss/IndexFlat.h>

#include <algorithm>

// Of libgomp, whose header only g++ has beside it.
extern "C" void omp_set_num_threads(int);  // NOLINT(readability-identifier-naming)

namespace heirloom::faiss_index {
namespace {

using FaissId = faiss::Index::idx_t;

// FAISS would use all processors, thread by thread of ours.
void StayOnThisThread() { omp_set_num_threads(1); }

FaissId IdOf(std::size_t place) { return static_cast<FaissId>(place); }

}  // namespace

// A vector's number is its place.
struct VectorSet::Engine {
  explicit Engine(std::size_t dimensions) : flat(IdOf(dimensions)) {}
  faiss::IndexFlatIP flat;
  std::size_t places = 0;  // One more than the largest in use so far.
};

VectorSet::VectorSet(std::size_t dimensions)
    : dimensions_(dimensions), engine_(std::make_unique<Engine>(dimensions)) {}
VectorSet::~VectorSet() = default;

std::size_t VectorSet::Add(std::span<const float> vector) {
  StayOnThisThread();
  const bool fresh = free_.empty();
  const std::size_t place = fresh ? engine_->places++ : free_.back();
  if (fresh) {
    engine_->flat.add(1, vector.data());
  } else {
    free_.pop_back();
    std::copy(vector.begin(), vector.end(), engine_->flat.get_xb() + place * dimensions_);
  }
  ++size_;
  return place;
}

void VectorSet::Remove(std::size_t place) {
  // FAISS would move all that come after it; here its place waits for the next.
  std::fill_n(engine_->flat.get_xb() + place * dimensions_, dimensions_, 0.0F);
  free_.push_back(place);
  --size_;
}

// By OpenBLAS, on this machine's widest instructions: FAISS as Debian builds it multiplies number
// by number, three times as long. One product a vector, not a block of them at once: so its
// similarity is the same whichever others take part, and equals stay equal.
std::vector<VectorSet::Found> VectorSet::Search(std::span<const float> vector, std::size_t count,
                                                const Places& places) const {
  count = std::min(count, places.count());
  if (count == 0) return {};
  const auto nearer = [](const Found& a, const Found& b) {
    return a.similarity > b.similarity || (a.similarity == b.similarity && a.place < b.place);
  };
  const float* const all = engine_->flat.get_xb();
  std::vector<Found> found;  // A heap, the furthest on top.
  found.reserve(count + 1);
  places.Each([&](std::size_t place) {
    const Found each{place, cblas_sdot(static_cast<int>(dimensions_), all + place * dimensions_, 1,
                                       vector.data(), 1)};
    if (found.size() == count && !nearer(each, found.front())) return;
    found.push_back(each);
    std::push_heap(found.begin(), found.end(), nearer);
    if (found.size() <= count) return;
    std::pop_heap(found.begin(), found.end(), nearer);
    found.pop_back();
  });
  std::sort_heap(found.begin(), found.end(), nearer);
  return found;
}

}  // namespace heirloom::faiss_index
