#include "index/faiss/chunk_memory.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace heirloom::faiss_index {
namespace {

// A story has some chunks, of which often several are near.
constexpr std::size_t kChunksPerStory = 4;
constexpr double kEqual = 1e-6;

}  // namespace

void ChunkMemory::Put(const StoryChunks& chunks) {
  const StoryDocument& story = chunks.story;
  Drop(story.tenant_id, story.id);
  Tenant& tenant = tenants_[story.tenant_id];
  const auto kept = tenant.stories.emplace(story.id, KeptStory{StoryTraits(story), {}}).first;
  for (const std::string& reader : story.readers) tenant.seen_by[reader].insert(&kept->second);
  std::uint32_t ordinal = 0;
  for (const Chunk& chunk : chunks.chunks) {
    const std::size_t place = vectors_.Add(chunk.vector);
    if (chunks_.size() <= place) chunks_.resize(place + 1);
    chunks_[place] = {&*kept, ordinal++, static_cast<std::uint32_t>(chunk.begin),
                      static_cast<std::uint32_t>(chunk.end)};
    kept->second.places.push_back(place);
  }
}

void ChunkMemory::Drop(const std::string& tenant_id, const Id& id) {
  const auto tenant = tenants_.find(tenant_id);
  if (tenant == tenants_.end()) return;
  auto& [stories, seen_by] = tenant->second;
  const auto story = stories.find(id);
  if (story == stories.end()) return;
  for (const std::string& reader : story->second.traits.readers) {
    const auto seen = seen_by.find(reader);
    if (seen == seen_by.end()) continue;
    seen->second.erase(&story->second);
    if (seen->second.empty()) seen_by.erase(seen);
  }
  for (const std::size_t place : story->second.places) {
    vectors_.Remove(place);
    chunks_[place] = {};
  }
  stories.erase(story);
}

std::vector<ChunkHit> ChunkMemory::Nearest(const ChunkQuery& query) const {
  const auto tenant = tenants_.find(query.tenant_id);
  if (tenant == tenants_.end()) return {};
  const ChunkFilter filter(query);
  Places places;
  for (const std::string& reader : query.readers) {
    const auto seen = tenant->second.seen_by.find(reader);
    if (seen == tenant->second.seen_by.end()) continue;
    for (const KeptStory* story : seen->second) {
      if (!filter.Passes(story->traits)) continue;
      for (const std::size_t place : story->places) places.Add(place);
    }
  }
  for (std::size_t count = query.limit * kChunksPerStory;; count *= 4) {
    const auto found = vectors_.Search(query.vector, count, places);
    auto hits = Rank(found);
    // What was left out must be further away than the last that counts: of equals the id decides,
    // not where they happen to lie.
    const bool all = found.size() < count;
    const bool enough = hits.size() >= query.limit &&
                        found.back().similarity < hits[query.limit - 1].similarity - kEqual;
    if (!all && !enough) continue;
    hits.resize(std::min(hits.size(), query.limit));
    return hits;
  }
}

std::vector<ChunkHit> ChunkMemory::Rank(const std::vector<VectorSet::Found>& found) const {
  std::vector<ChunkHit> hits;
  hits.reserve(found.size());
  for (const VectorSet::Found& each : found) {
    const KeptChunk& chunk = chunks_[each.place];
    hits.push_back({chunk.story->first, chunk.story->second.traits.legacy_id, chunk.ordinal,
                    chunk.begin, chunk.end, each.similarity});
  }
  std::sort(hits.begin(), hits.end(), [](const ChunkHit& a, const ChunkHit& b) {
    return std::tie(b.similarity, a.id, a.ordinal) < std::tie(a.similarity, b.id, b.ordinal);
  });
  std::unordered_set<std::string> seen;
  std::erase_if(hits, [&](const ChunkHit& hit) { return !seen.insert(hit.id).second; });
  return hits;
}

}  // namespace heirloom::faiss_index
