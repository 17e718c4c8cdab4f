#include "index/opensearch/scan.h"

#include <algorithm>
#include <chrono>

#include "appliance/base/json.h"
#include "index/opensearch/schema.h"

namespace heirloom::opensearch {
namespace {

constexpr std::size_t kMostOfPage = kMostAtOnce - 1;

std::string PageJson(const std::string& after, std::size_t size) {
  JsonWriter json;
  json.BeginObject().Member("size", static_cast<std::int64_t>(size));
  json.Key("_source").Raw(R"(["tenant_id", "id", "version", "updated_at"])");
  json.Key("sort").Raw(R"([{"key": "asc"}])").Key("track_total_hits").Bool(false);
  json.Key("query").Raw(R"({"term": {"kind": "story"}})");
  if (!after.empty()) json.Key("search_after").BeginArray().String(after).EndArray();
  json.EndObject();
  return json.Take();
}

}  // namespace

Result<IndexedPage> ScanStories(const Connection& connection, const std::string& index,
                                const std::string& after, std::size_t limit) {
  limit = std::min(limit, kMostOfPage);
  const auto answer =
      connection.Get({"POST",
                      "/" + index +
                          "/_search?allow_partial_search_results=false&filter_path=timed_out,"
                          "hits.hits._id,hits.hits._source",
                      PageJson(after, limit + 1), std::chrono::seconds(30)});
  if (!answer) return ErrorOf(answer);
  const Json found = answer->Get("hits");
  const Json hits = found.IsObject() ? found.Get("hits") : Json();
  IndexedPage page;
  for (std::size_t i = 0; i < std::min(hits.Size(), limit); ++i) {
    const Json source = hits.At(i).Get("_source");
    page.stories.push_back(
        {std::string(source.Get("tenant_id").AsString()), std::string(source.Get("id").AsString()),
         source.Get("version").AsInteger(), source.Get("updated_at").AsInteger()});
    if (hits.Size() > limit) page.next = hits.At(i).Get("_id").AsString();
  }
  return page;
}

}  // namespace heirloom::opensearch
