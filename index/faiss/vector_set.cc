#include "index/faiss/vector_set.h"

#include <faiss/IndexFlat.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/impl/IDSelector.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

// Of libgomp, whose header only g++ has beside it.
extern "C" void omp_set_num_threads(int);  // NOLINT(readability-identifier-naming)

namespace heirloom::faiss_index {
namespace {

using FaissId = faiss::Index::idx_t;

constexpr std::size_t kSamplesPerList = 40;
constexpr std::size_t kGrownBy = 4;
constexpr std::size_t kProbedPart = 16;  // One list in so many is looked at.

// FAISS would use all processors, thread by thread of ours.
void StayOnThisThread() { omp_set_num_threads(1); }

FaissId IdOf(std::size_t place) { return static_cast<FaissId>(place); }

std::size_t ListsFor(std::size_t size) {
  return std::bit_ceil(static_cast<std::size_t>(4.0 * std::sqrt(static_cast<double>(size))));
}

}  // namespace

// Either one by one, at the place that is the vector's number, or in lists.
struct VectorSet::Engine {
  std::unique_ptr<faiss::IndexFlatIP> flat;
  std::unique_ptr<faiss::IndexFlatIP> centers;  // Of the lists, which refer to it.
  std::unique_ptr<faiss::IndexIVFFlat> lists;
  std::size_t places = 0;  // One more than the largest in use so far.
};

VectorSet::VectorSet(std::size_t dimensions)
    : dimensions_(dimensions), engine_(std::make_unique<Engine>()) {
  engine_->flat = std::make_unique<faiss::IndexFlatIP>(IdOf(dimensions));
}
VectorSet::VectorSet(VectorSet&&) noexcept = default;
VectorSet& VectorSet::operator=(VectorSet&&) noexcept = default;
VectorSet::~VectorSet() = default;

std::size_t VectorSet::Add(std::span<const float> vector) {
  StayOnThisThread();
  const bool fresh = free_.empty();
  const std::size_t place = fresh ? engine_->places++ : free_.back();
  if (!fresh) free_.pop_back();
  if (engine_->lists) {
    const FaissId id = IdOf(place);
    engine_->lists->add_with_ids(1, vector.data(), &id);
  } else if (fresh) {
    engine_->flat->add(1, vector.data());
  } else {
    std::copy(vector.begin(), vector.end(), engine_->flat->get_xb() + place * dimensions_);
  }
  ++size_;
  return place;
}

void VectorSet::Remove(std::size_t place) {
  StayOnThisThread();
  if (engine_->lists) {
    const FaissId id = IdOf(place);
    // By array: the hash table of ids knows no other kind of selector.
    engine_->lists->remove_ids(faiss::IDSelectorArray(1, &id));
  } else {
    // FAISS would move all that come after it; here its place waits for the next.
    std::fill_n(engine_->flat->get_xb() + place * dimensions_, dimensions_, 0.0F);
  }
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
  const faiss::IDSelectorBitmap selector(places.bits().size(), places.bits().data());
  const auto search = [&](const faiss::Index& index, faiss::SearchParameters& params) {
    // FAISS takes it without const and leaves it as it is.
    params.sel = const_cast<faiss::IDSelectorBitmap*>(&selector);
    index.search(1, vector.data(), IdOf(count), similarities.data(), ids.data(), &params);
  };
  if (engine_->lists) {
    faiss::SearchParametersIVF params;
    const std::size_t lists = engine_->lists->nlist;
    params.nprobe = places.count() <= kExactUpTo ? lists : lists / kProbedPart;
    search(*engine_->lists, params);
  } else {
    faiss::SearchParameters params;
    search(*engine_->flat, params);
  }
  std::vector<Found> found;
  for (std::size_t i = 0; i < count && ids[i] >= 0; ++i) {
    found.push_back({static_cast<std::size_t>(ids[i]), similarities[i]});
  }
  return found;
}

bool VectorSet::WantsLists() const { return size_ >= kListsFrom && size_ >= listed_ * kGrownBy; }

VectorSet VectorSet::WithLists() const {
  StayOnThisThread();
  VectorSet made(dimensions_);
  made.size_ = size_;
  made.listed_ = size_;
  made.free_ = free_;
  std::vector<bool> in_use(engine_->places, true);
  for (const std::size_t place : free_) in_use[place] = false;

  const auto read = [&](std::size_t place, float* into) {
    if (engine_->lists) {
      engine_->lists->reconstruct(IdOf(place), into);
    } else {
      std::copy_n(engine_->flat->get_xb() + place * dimensions_, dimensions_, into);
    }
  };
  const std::size_t count = ListsFor(size_);
  const std::size_t step = std::max<std::size_t>(1, size_ / (count * kSamplesPerList));
  std::vector<float> samples;
  for (std::size_t place = 0, seen = 0; place < engine_->places; ++place) {
    if (!in_use[place] || seen++ % step != 0) continue;
    samples.resize(samples.size() + dimensions_);
    read(place, samples.data() + samples.size() - dimensions_);
  }

  Engine& engine = *made.engine_;
  engine.flat.reset();
  engine.places = engine_->places;
  engine.centers = std::make_unique<faiss::IndexFlatIP>(IdOf(dimensions_));
  engine.lists = std::make_unique<faiss::IndexIVFFlat>(engine.centers.get(), dimensions_, count,
                                                       faiss::METRIC_INNER_PRODUCT);
  engine.lists->cp.min_points_per_centroid = 1;
  engine.lists->train(IdOf(samples.size() / dimensions_), samples.data());
  engine.lists->set_direct_map_type(faiss::DirectMap::Hashtable);
  std::vector<float> vector(dimensions_);
  for (std::size_t place = 0; place < engine_->places; ++place) {
    if (!in_use[place]) continue;
    read(place, vector.data());
    const FaissId id = IdOf(place);
    engine.lists->add_with_ids(1, vector.data(), &id);
  }
  return made;
}

}  // namespace heirloom::faiss_index
