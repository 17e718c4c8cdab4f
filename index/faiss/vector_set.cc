#include "index/faiss/vector_set.h"

#include <faiss/IndexFlat.h>
#include <faiss/impl/IDSelector.h>

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

std::vector<VectorSet::Found> VectorSet::Search(std::span<const float> vector, std::size_t count,
                                                const Places& places) const {
  StayOnThisThread();
  count = std::min(count, places.count());
  if (count == 0) return {};
  std::vector<float> similarities(count);
  std::vector<FaissId> ids(count);
  faiss::IDSelectorBitmap selector(places.bits().size(), places.bits().data());
  faiss::SearchParameters params;
  params.sel = &selector;
  engine_->flat.search(1, vector.data(), IdOf(count), similarities.data(), ids.data(), &params);
  std::vector<Found> found;
  for (std::size_t i = 0; i < count && ids[i] >= 0; ++i) {
    found.push_back({static_cast<std::size_t>(ids[i]), similarities[i]});
  }
  return found;
}

}  // namespace heirloom::faiss_index
