#include "index/faiss/chunk_filter.h"

#include <algorithm>

#include "appliance/base/text.h"

namespace heirloom::faiss_index {
namespace {

std::vector<std::string> Folded(const std::vector<std::string>& texts) {
  std::vector<std::string> folded;
  folded.reserve(texts.size());
  for (const std::string& text : texts) folded.push_back(FoldKey(text));
  return folded;
}

std::vector<std::string> Sorted(std::vector<std::string> terms) {
  std::sort(terms.begin(), terms.end());
  return terms;
}

bool Contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

bool Meet(const std::vector<std::string>& sorted, const std::vector<std::string>& others) {
  return std::any_of(others.begin(), others.end(), [&](const std::string& each) {
    return std::binary_search(sorted.begin(), sorted.end(), each);
  });
}

}  // namespace

StoryTraits::StoryTraits(const StoryDocument& story)
    : legacy_id(story.legacy_id),
      status(story.status),
      tags(Folded(story.tags)),
      author(FoldKey(story.author)),
      language(FoldKey(story.language)),
      happened_at(story.happened_at),
      readers(Sorted(story.readers)) {}

ChunkFilter::ChunkFilter(const ChunkQuery& query)
    : query_(query),
      readers_(Sorted(query.readers)),
      tags_(Folded(query.tags)),
      author_(FoldKey(query.author.value_or(""))),
      language_(FoldKey(query.language.value_or(""))) {}

bool ChunkFilter::Passes(const StoryTraits& story) const {
  if (!Meet(readers_, story.readers)) return false;
  if (query_.legacy_id && story.legacy_id != *query_.legacy_id) return false;
  if (!query_.statuses.empty() && std::find(query_.statuses.begin(), query_.statuses.end(),
                                            story.status) == query_.statuses.end()) {
    return false;
  }
  if (query_.author && story.author != author_) return false;
  if (query_.language && story.language != language_ &&
      !story.language.starts_with(language_ + "-")) {
    return false;
  }
  if (query_.from || query_.to) {
    if (!story.happened_at) return false;
    if (query_.from && story.happened_at->last < *query_.from) return false;
    if (query_.to && story.happened_at->first > *query_.to) return false;
  }
  return std::all_of(tags_.begin(), tags_.end(),
                     [&](const std::string& tag) { return Contains(story.tags, tag); });
}

}  // namespace heirloom::faiss_index
