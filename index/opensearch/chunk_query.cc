#include "index/opensearch/chunk_query.h"

#include <array>
#include <charconv>
#include <string_view>

#include "index/opensearch/document.h"
#include "index/opensearch/query.h"
#include "index/opensearch/schema.h"

namespace heirloom::opensearch {
namespace {

// The shortest text that gives the same float again.
void WriteVector(JsonWriter& json, const Vector& vector) {
  json.BeginArray();
  std::array<char, 32> digits{};
  for (const float each : vector) {
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), each).ptr;
    json.Raw({digits.data(), static_cast<std::size_t>(end - digits.data())});
  }
  json.EndArray();
}

Parts FiltersOf(const ChunkQuery& query) {
  SearchQuery same;
  same.tenant_id = query.tenant_id;
  same.readers = query.readers;
  same.legacy_id = query.legacy_id;
  same.statuses = query.statuses;
  same.tags = query.tags;
  same.author = query.author;
  same.language = query.language;
  same.from = query.from;
  same.to = query.to;
  return FilterOf(same);
}

// Down a path of members and, by "0", first elements; absent when there is no such way.
Json Down(Json json, std::initializer_list<std::string_view> path) {
  for (const std::string_view step : path) {
    if (json.IsArray() && step == "0") {
      json = json.At(0);
    } else {
      json = json.IsObject() ? json.Get(step) : Json();
    }
  }
  return json;
}

bool IsNumber(const Json& json) {
  return json.kind() == Json::Kind::kNumber || json.kind() == Json::Kind::kInteger;
}

}  // namespace

std::string ChunksJson(const PutChunks& put) {
  JsonWriter json;
  json.BeginObject();
  WriteStoryFields(json, put.chunks.story, put.version);
  json.Key("chunks").BeginArray();
  std::int64_t ordinal = 0;
  for (const Chunk& chunk : put.chunks.chunks) {
    json.BeginObject().Member("ordinal", ordinal++);
    json.Member("begin", static_cast<std::int64_t>(chunk.begin));
    json.Member("end", static_cast<std::int64_t>(chunk.end));
    json.Member("hash", Bounded(chunk.content_hash)).Key("vector");
    WriteVector(json, chunk.vector);
    json.EndObject();
  }
  json.EndArray().EndObject();
  return json.Take();
}

std::string NearestJson(const ChunkQuery& query) {
  JsonWriter json;
  json.BeginObject().Member("size", static_cast<std::int64_t>(query.limit));
  json.Key("_source").Raw(R"(["id", "legacy_id"])").Key("track_total_hits").Bool(false);
  json.Key("sort").Raw(R"([{"_score": "desc"}, {"id": "asc"}])");
  json.Key("query").BeginObject().Key("bool").BeginObject().Key("filter").BeginArray();
  for (const std::string& filter : FiltersOf(query)) json.Raw(filter);
  json.EndArray().Key("must").BeginObject().Key("nested").BeginObject();
  json.Member("path", "chunks").Member("score_mode", "max");
  json.Key("query").BeginObject().Key("script_score").BeginObject();
  json.Key("query").Raw(R"({"match_all": {}})").Key("script").BeginObject();
  json.Member("lang", "knn").Member("source", "knn_score").Key("params").BeginObject();
  json.Member("field", "chunks.vector").Member("space_type", "cosinesimil").Key("query_value");
  WriteVector(json, query.vector);
  json.EndObject().EndObject().EndObject().EndObject();
  json.Key("inner_hits")
      .Raw(
          R"({"size": 1, "sort": [{"_score": "desc"}, {"chunks.ordinal": "asc"}],
          "_source": ["chunks.begin", "chunks.end"]})");
  json.EndObject().EndObject().EndObject().EndObject().EndObject();
  return json.Take();
}

Result<std::vector<ChunkHit>> ReadNearest(const Json& answer) {
  std::vector<ChunkHit> hits;
  const Json list = Down(answer, {"hits", "hits"});
  for (std::size_t i = 0; i < list.Size(); ++i) {
    const Json hit = list.At(i);
    const Json story = Down(hit, {"_source"});
    const Json score = Down(hit, {"sort", "0"});
    const Json best = Down(hit, {"inner_hits", "chunks", "hits", "hits", "0"});
    const Json ordinal = Down(best, {"_nested", "offset"});
    const Json begin = Down(best, {"_source", "begin"});
    const Json end = Down(best, {"_source", "end"});
    if (!IsNumber(score) || !Down(story, {"id"}).IsString() || !IsNumber(ordinal) ||
        !IsNumber(begin) || !IsNumber(end)) {
      return Fail(ErrorCode::kInternal, "OpenSearch tells of a passage in a way that is not known");
    }
    const auto size = [](const Json& number) {
      return static_cast<std::size_t>(number.AsInteger());
    };
    // The plugin gives (1 + cosine) / 2, so that no score is negative.
    hits.push_back({std::string(story.Get("id").AsString()),
                    std::string(story.Get("legacy_id").AsString()), size(ordinal), size(begin),
                    size(end), 2 * score.AsNumber() - 1});
  }
  return hits;
}

std::string UsedHashesJson(const std::vector<std::string>& hashes) {
  JsonWriter list;
  list.BeginArray();
  for (const std::string& hash : hashes) list.String(hash);
  list.EndArray();
  JsonWriter json;
  json.BeginObject().Member("size", std::int64_t{0}).Key("track_total_hits").Bool(false);
  json.Key("aggs").BeginObject().Key("chunks").BeginObject();
  json.Key("nested").Raw(R"({"path": "chunks"})").Key("aggs").BeginObject();
  json.Key("used").BeginObject().Key("terms").BeginObject().Member("field", "chunks.hash");
  json.Member("size", static_cast<std::int64_t>(hashes.size())).Key("include").Raw(list.Take());
  json.EndObject().EndObject().EndObject().EndObject().EndObject().EndObject();
  return json.Take();
}

std::vector<std::string> ReadUsedHashes(const Json& answer) {
  std::vector<std::string> used;
  const Json buckets = Down(answer, {"aggregations", "chunks", "used", "buckets"});
  for (std::size_t i = 0; i < buckets.Size(); ++i) {
    const Json key = Down(buckets.At(i), {"key"});
    if (key.IsString()) used.emplace_back(key.AsString());
  }
  return used;
}

}  // namespace heirloom::opensearch
