#include "appliance/search/search_filter.h"

#include <algorithm>

#include "appliance/base/encoding.h"
#include "appliance/base/text.h"
#include "appliance/domain/policy.h"

namespace heirloom {
namespace {

bool HasTag(const StoryGlimpse& story, const std::string& tag) {
  const std::string key = FoldKey(tag);
  return std::any_of(story.tags.begin(), story.tags.end(),
                     [&](const std::string& each) { return FoldKey(each) == key; });
}

// RFC 4647 basic filtering.
bool IsInLanguage(const StoryGlimpse& story, const std::string& range) {
  const std::string language = FoldKey(story.language);
  const std::string wanted = FoldKey(range);
  return language == wanted || language.starts_with(wanted + "-");
}

bool IsWithin(const StoryGlimpse& story, const SearchRequest& request) {
  if (!request.from && !request.to) return true;
  if (!story.happened_at) return false;
  return (!request.from || story.happened_at->last >= request.from->first) &&
         (!request.to || story.happened_at->first <= request.to->last);
}

std::vector<StoryStatus> StatusesOf(const SearchRequest& request) {
  if (request.status) return {*request.status};
  return {StoryStatus::kDraft, StoryStatus::kPublished};
}

}  // namespace

bool PassesFilters(const StoryGlimpse& story, const SearchRequest& request) {
  const std::vector<StoryStatus> statuses = StatusesOf(request);
  if (std::find(statuses.begin(), statuses.end(), story.status) == statuses.end()) return false;
  if (request.legacy_id && story.legacy_id != *request.legacy_id) return false;
  if (request.author && FoldKey(story.author) != FoldKey(*request.author)) return false;
  if (request.language && !IsInLanguage(story, *request.language)) return false;
  return std::all_of(request.tags.begin(), request.tags.end(),
                     [&](const std::string& tag) { return HasTag(story, tag); }) &&
         IsWithin(story, request);
}

std::string FingerprintOf(const SearchRequest& request) {
  std::string all = request.text + "\n" + request.legacy_id.value_or("");
  for (const std::string& tag : request.tags) all += "\n#" + tag;
  all += "\n" + request.author.value_or("") + "\n" + request.language.value_or("");
  all += "\n" + (request.from ? request.from->text : "");
  all += "\n" + (request.to ? request.to->text : "");
  all += "\n" + (request.status ? std::string(ToString(*request.status)) : "");
  if (request.semantic) all += "\nsemantic";
  return Sha256Hex(all).substr(0, 12);
}

SearchQuery QueryOf(const Principal& who, const SearchRequest& request,
                    std::vector<std::string> readers) {
  SearchQuery query;
  query.tenant_id = who.tenant_id;
  query.readers = std::move(readers);
  query.text = request.text;
  query.legacy_id = request.legacy_id;
  query.statuses = StatusesOf(request);
  query.tags = request.tags;
  query.author = request.author;
  query.language = request.language;
  if (request.from) query.from = request.from->first;
  if (request.to) query.to = request.to->last;
  query.limit = kMaxSearchHits;
  return query;
}

Status RequireSearchScope(const Principal& who) {
  return Require(who, Action::kReadStory, {Role::kOwner, Visibility::kMembers, std::nullopt, false},
                 "story");
}

Result<std::vector<std::string>> ReadersOf(LegacyService& legacies, const Principal& who,
                                           const std::optional<Id>& legacy_id) {
  auto memberships = legacies.MembershipsOf(who);
  if (!memberships) return ErrorOf(memberships);
  if (legacy_id) {
    std::erase_if(*memberships,
                  [&](const Membership& each) { return each.legacy_id != *legacy_id; });
  }
  return ReaderTermsOf(who, *memberships);
}

double ScoreOfRank(std::size_t rank) { return 1.0 / (1.0 + static_cast<double>(rank) / 10.0); }

}  // namespace heirloom
