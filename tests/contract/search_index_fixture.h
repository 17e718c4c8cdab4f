// What the parts of the SearchIndex contract share.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "index/search_index.h"

namespace heirloom::contract {

inline const std::string kTenant = "0190b0aa-0000-7000-8000-00000000000a";
inline const std::string kReader = "l:family:viewer";

inline Id IdOf(int number) {
  std::string digits = std::to_string(number);
  return "0190b0aa-0000-7000-8000-" + std::string(12 - digits.size(), '0') + digits;
}

inline StoryDocument Story(int number, std::string title, std::string text,
                           std::string language = "en") {
  StoryDocument story;
  story.tenant_id = kTenant;
  story.id = IdOf(number);
  story.legacy_id = IdOf(900'000);
  story.title = std::move(title);
  story.text = std::move(text);
  story.author = "Ada Winter";
  story.language = std::move(language);
  story.updated_at = number;
  story.readers = {kReader};
  return story;
}

inline std::vector<Id> Ids(const SearchHits& hits) {
  std::vector<Id> ids;
  for (const SearchHit& hit : hits.hits) ids.push_back(hit.id);
  return ids;
}

// An index with a caller that counts its outbox.
class Bench {
 public:
  explicit Bench(std::unique_ptr<SearchIndex> index) : index_(std::move(index)) {}

  SearchIndex& Index() { return *index_; }
  std::int64_t Sequence() const { return sequence_; }

  // Puts and commits.
  void Put(std::vector<StoryDocument> stories) {
    std::vector<IndexOperation> operations;
    for (StoryDocument& story : stories) operations.push_back(PutStory{std::move(story), 1});
    Apply(operations);
  }

  void Apply(const std::vector<IndexOperation>& operations) {
    Require(index_->Apply(operations, {"epoch", ++sequence_}));
    Require(index_->Commit());
  }

  static SearchQuery Ask(std::string text) {
    SearchQuery query;
    query.tenant_id = kTenant;
    query.readers = {kReader};
    query.text = std::move(text);
    return query;
  }

  SearchHits Hits(const SearchQuery& query) { return index_->Query(query).value(); }
  std::vector<Id> Find(const SearchQuery& query) { return Ids(Hits(query)); }
  std::vector<Id> Find(std::string text) { return Find(Ask(std::move(text))); }

  std::vector<Id> Suggest(std::string text) {
    SuggestQuery query;
    query.tenant_id = kTenant;
    query.readers = {kReader};
    query.text = std::move(text);
    return Ids(index_->Suggest(query).value());
  }

  std::vector<std::string> Complete(std::string text, std::size_t limit = 8) {
    return index_->Complete({kTenant, {kReader}, std::move(text), limit}).value();
  }

  std::optional<std::string> Correct(std::string text) {
    return index_->Correct({kTenant, {kReader}, std::move(text)}).value();
  }

 private:
  static void Require(const Status& status) {
    if (!status) throw std::runtime_error(status.error().message);  // Fails the test.
  }

  std::unique_ptr<SearchIndex> index_;
  std::int64_t sequence_ = 0;
};

}  // namespace heirloom::contract
