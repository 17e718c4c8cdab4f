#include "appliance/search/search_routes.h"

#include "appliance/base/log.h"
#include "appliance/domain/field_rules.h"
#include "appliance/http/problem.h"
#include "appliance/http/respond.h"

namespace heirloom {
namespace {

using http::Request;
using http::Response;

void WritePieces(JsonWriter& json, std::string_view key, const std::vector<SnippetPiece>& pieces) {
  json.Key(key).BeginArray();
  for (const SnippetPiece& piece : pieces) {
    json.BeginObject().Member("text", piece.text).Key("match").Bool(piece.match).EndObject();
  }
  json.EndArray();
}

void WriteHit(JsonWriter& json, const FoundStory& found) {
  const StoryGlimpse& story = found.story;
  json.BeginObject().Member("type", "story");
  json.Member("id", story.id).Member("legacy_id", story.legacy_id);
  json.Member("title", story.title);
  std::string snippet;
  for (const SnippetPiece& piece : found.snippet) snippet += piece.text;
  json.Member("snippet", snippet);
  WritePieces(json, "highlights", found.snippet);
  WritePieces(json, "title_highlights", found.title);
  json.Key("score").Number(found.score).Key("tags").BeginArray();
  for (const std::string& tag : story.tags) json.String(tag);
  json.EndArray();
  json.Member("author", story.author).Member("language", story.language);
  json.OptionalMember("happened_at",
                      story.happened_at ? std::optional(story.happened_at->text) : std::nullopt);
  json.Member("updated_at", ToRfc3339(found.updated_at)).EndObject();
}

void WriteFacet(JsonWriter& json, std::string_view key, const std::vector<FacetValue>& values) {
  json.Key(key).BeginArray();
  for (const FacetValue& value : values) {
    json.BeginObject().Member("value", value.value);
    if (!value.label.empty()) json.Member("label", value.label);
    json.Member("count", value.count).EndObject();
  }
  json.EndArray();
}

void WriteFacets(JsonWriter& json, const Facets& facets) {
  json.Key("facets").BeginObject().Key("complete").Bool(facets.complete);
  WriteFacet(json, "tags", facets.tags);
  WriteFacet(json, "authors", facets.authors);
  WriteFacet(json, "languages", facets.languages);
  WriteFacet(json, "legacies", facets.legacies);
  WriteFacet(json, "decades", facets.decades);
  json.EndObject();
}

Response AnswerPage(const FoundPage& page) {
  JsonWriter json;
  json.BeginObject().Key("items").BeginArray();
  for (const FoundStory& item : page.items) WriteHit(json, item);
  json.EndArray();
  if (!page.next.empty()) json.Member("next_cursor", http::MakeCursor(page.next));
  if (page.restarted) json.Key("restarted").Bool(true);
  if (page.did_you_mean) json.Member("did_you_mean", *page.did_you_mean);
  if (page.facets) WriteFacets(json, *page.facets);
  json.EndObject();
  Response response = Response::Json(200, json.Take());
  if (page.stale) response.Set("Heirloom-Stale", "true");
  return response;
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
  search.semantic = query.OneOf("mode", {"words", "semantic"}) == "semantic";
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
  if (const auto status = query.OneOf("status", {"draft", "published", "archived"})) {
    search.status = ParseStoryStatus(*status);
  }
  search.facets = query.OneOf("facets", {"true", "false"}) == "true";
  const http::PageRequest page = http::ReadPage(query, 4);
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

// What is missing is the operator's to know, and the log's to tell: the visitor learns what works.
Response WithoutMeaning(const Request& request, const Error& error) {
  LogWarn("search by meaning failed",
          {{"reason", error.message}, {"request_id", request.request_id}});
  Response response = http::ProblemOfStatus(
      request, 503,
      "Search by meaning does not work here at the moment; search by words (mode=words) does. "
      "Whoever runs this installation finds the reason, and what mends it, in its log.");
  response.Set("Retry-After", "60");
  return response;
}

class SearchRoutes {
 public:
  SearchRoutes(SearchService& search, SemanticSearchService& semantic, const Authenticator& who)
      : search_(search), semantic_(semantic), who_(who) {}

  Result<Response> Search(const Request& request) const {
    const auto who = who_(request);
    if (!who) return ErrorOf(who);
    const auto search = ReadSearch(request);
    if (!search) return ErrorOf(search);
    const auto page =
        search->semantic ? semantic_.Search(*who, *search) : search_.Search(*who, *search);
    if (!page && search->semantic && page.error().code == ErrorCode::kUnavailable) {
      return WithoutMeaning(request, page.error());
    }
    if (!page) return ErrorOf(page);
    return AnswerPage(*page);
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
    return http::PageResponse(*found, {}, [](JsonWriter& json, const SearchSuggestion& each) {
      json.BeginObject().Member("type", each.story ? "story" : "word");
      if (each.story) json.Member("id", *each.story).Member("legacy_id", each.legacy_id);
      json.Member("text", each.text).EndObject();
    });
  }

 private:
  SearchService& search_;
  SemanticSearchService& semantic_;
  const Authenticator& who_;
};

}  // namespace

void AddSearchRoutes(http::Router& router, SearchService& search, SemanticSearchService& semantic,
                     const Authenticator& who) {
  const SearchRoutes routes(search, semantic, who);
  router.Get("/api/v1/search", http::Answer(routes, &SearchRoutes::Search));
  router.Get("/api/v1/search/suggest", http::Answer(routes, &SearchRoutes::Suggest));
}

}  // namespace heirloom
