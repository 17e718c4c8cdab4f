#include "appliance/search/search_routes.h"

#include "appliance/domain/field_rules.h"
#include "appliance/http/respond.h"

namespace heirloom {
namespace {

using http::Request;
using http::Response;

void WriteHit(JsonWriter& json, const FoundStory& found) {
  const Story& story = found.story;
  json.BeginObject().Member("type", "story");
  json.Member("id", story.id).Member("legacy_id", story.legacy_id);
  json.Member("title", story.content.title);
  std::string snippet;
  for (const SnippetPiece& piece : found.snippet) snippet += piece.text;
  json.Member("snippet", snippet).Key("highlights").BeginArray();
  for (const SnippetPiece& piece : found.snippet) {
    json.BeginObject().Member("text", piece.text).Key("match").Bool(piece.match).EndObject();
  }
  json.EndArray().Key("score").Number(found.score).Key("tags").BeginArray();
  for (const std::string& tag : story.content.tags) json.String(tag);
  json.EndArray();
  json.Member("author", story.content.author).Member("language", story.content.language);
  json.OptionalMember("happened_at", story.content.happened_at
                                         ? std::optional(story.content.happened_at->text)
                                         : std::nullopt);
  json.Member("updated_at", ToRfc3339(story.updated_at)).EndObject();
}

std::optional<Edtf> ReadDate(http::QueryReader& query, std::string_view name) {
  const auto text = query.Text(name, 64);
  if (!text) return std::nullopt;
  auto date = ParseEdtf(*text);
  if (!date) {
    query.Add(name, date.error().message);
    return std::nullopt;
  }
  return std::move(*date);
}

Result<SearchRequest> ReadSearch(const Request& request) {
  http::QueryReader query(request);
  SearchRequest search;
  search.text = query.Text("q", 400).value_or("");
  (void)query.OneOf("type", {"story"});
  search.legacy_id = query.AnId("legacy");
  search.tags = query.Texts("tag", 8, 64);
  search.author = query.Text("author", 200);
  search.from = ReadDate(query, "from");
  search.to = ReadDate(query, "to");
  search.language = query.Text("lang", 35);
  if (search.language && !IsLanguageTag(*search.language)) {
    query.Add("lang", "must be a language tag such as en, de or pt-BR");
  }
  const http::PageRequest page = http::ReadPage(query, 3);
  search.after = page.after;
  search.limit = static_cast<std::size_t>(page.limit);
  query.RefuseUnknown();
  if (const auto sequence = request.GetHeader("Heirloom-Sequence")) {
    search.at_least = ParsePosition(*sequence);
    if (!search.at_least) {
      return FailFields({{"Heirloom-Sequence", "must be as a write answered it: epoch.sequence"}});
    }
  }
  if (const Status good = query.Check(); !good) return ErrorOf(good);
  return search;
}

class SearchRoutes {
 public:
  SearchRoutes(SearchService& search, const Authenticator& who) : search_(search), who_(who) {}

  Result<Response> Search(const Request& request) const {
    const auto who = who_(request);
    if (!who) return ErrorOf(who);
    const auto search = ReadSearch(request);
    if (!search) return ErrorOf(search);
    const auto page = search_.Search(*who, *search);
    if (!page) return ErrorOf(page);
    Response response = http::PageResponse(page->items, page->next, WriteHit);
    if (page->stale) response.Set("Heirloom-Stale", "true");
    return response;
  }

  Result<Response> Suggest(const Request& request) const {
    const auto who = who_(request);
    if (!who) return ErrorOf(who);
    http::QueryReader query(request);
    const auto text = query.Text("q", 100);
    if (!text) query.Add("q", "is required");
    const auto legacy = query.AnId("legacy");
    const std::int64_t limit = query.Integer("limit", 1, 20, 8);
    query.RefuseUnknown();
    if (const Status good = query.Check(); !good) return ErrorOf(good);
    const auto found = search_.Suggest(*who, *text, legacy, static_cast<std::size_t>(limit));
    if (!found) return ErrorOf(found);
    return http::PageResponse(*found, {}, [](JsonWriter& json, const StorySuggestion& each) {
      json.BeginObject().Member("type", "story").Member("id", each.id);
      json.Member("legacy_id", each.legacy_id).Member("text", each.title).EndObject();
    });
  }

 private:
  SearchService& search_;
  const Authenticator& who_;
};

}  // namespace

void AddSearchRoutes(http::Router& router, SearchService& search, const Authenticator& who) {
  const SearchRoutes routes(search, who);
  router.Get("/api/v1/search", http::Answer(routes, &SearchRoutes::Search));
  router.Get("/api/v1/search/suggest", http::Answer(routes, &SearchRoutes::Suggest));
}

}  // namespace heirloom
