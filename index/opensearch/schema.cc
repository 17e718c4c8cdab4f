#include "index/opensearch/schema.h"

#include "appliance/base/encoding.h"
#include "appliance/base/json.h"
#include "appliance/base/text.h"

namespace heirloom::opensearch {
namespace {

constexpr std::size_t kMaxValueBytes = 200;

// refresh_interval: nothing is seen before our own refresh, which is what makes a commit one step.
// gc_deletes: tombstones of ours are documents; what is swept is forgotten at once.
// number_of_shards: one counts exactly and shares its statistics; it holds millions of stories.
constexpr std::string_view kSettings = R"(
  "index": {
    "number_of_shards": 1, "auto_expand_replicas": "0-1", "refresh_interval": "-1",
    "gc_deletes": "-1", "max_result_window": 10001, "translog": {"durability": "request"}
  })";

constexpr std::string_view kFields = R"(
  "kind": {"type": "keyword"},
  "key": {"type": "keyword"},
  "tenant": {"type": "keyword"},
  "readers": {"type": "keyword"},
  "legacy": {"type": "keyword"},
  "version": {"type": "long"},
  "updated_at": {"type": "long"},
  "dropped_at": {"type": "long"},
  "tenant_id": {"type": "keyword", "index": false, "doc_values": false},
  "id": {"type": "keyword", "index": false},
  "legacy_id": {"type": "keyword", "index": false, "doc_values": false},
  "position": {"type": "keyword", "index": false, "doc_values": false},
  "stem_languages": {"type": "keyword", "index": false, "doc_values": false})";

constexpr std::string_view kNarrowingFields = R"(
  "tags": {"type": "keyword"},
  "author": {"type": "keyword"},
  "languages": {"type": "keyword"},
  "status": {"type": "keyword"},
  "first_day": {"type": "long"},
  "last_day": {"type": "long"})";

constexpr std::string_view kWordFields = R"(
  "stem_language": {"type": "keyword"},
  "title": {"type": "text", "analyzer": "whitespace", "index_prefixes": {"min_chars": 2, "max_chars": 19}},
  "body": {"type": "text", "analyzer": "whitespace", "index_prefixes": {"min_chars": 2, "max_chars": 19}},
  "title_stems": {"type": "text", "analyzer": "whitespace", "index_options": "freqs"},
  "stems": {"type": "text", "analyzer": "whitespace", "index_options": "freqs"},
  "words": {"type": "keyword"})";

}  // namespace

std::string Bounded(std::string_view value) {
  const bool fits = value.size() <= kMaxValueBytes && IsStorableText(value);
  return fits ? ":" + std::string(value) : "#" + Sha256Hex(value);
}

std::string KeyOf(std::string_view tenant_id, std::string_view id) {
  // The length parts "ab"+"c" from "a"+"bc".
  std::string key = std::to_string(tenant_id.size());
  return Bounded(key.append("/").append(tenant_id).append("/").append(id));
}

std::string StoriesDefinition() {
  std::string json = R"({"settings": {)";
  json.append(kSettings).append(R"(}, "mappings": {"dynamic": "strict", "_source": {"includes": )");
  json.append(R"(["kind", "tenant_id", "id", "legacy_id", "version", "updated_at", "position", )");
  json.append(R"("stem_languages"]}, "properties": {)");
  json.append(kFields).append(",").append(kNarrowingFields).append(",").append(kWordFields);
  return json.append("}}}");
}

std::string ChunksDefinition() {
  std::string json = R"({"settings": {)";
  json.append(kSettings).append(R"(}, "mappings": {"dynamic": "strict", "_source": {"includes": )");
  json.append(R"(["kind", "tenant_id", "id", "legacy_id", "version", "updated_at", "position", )");
  json.append(R"("stem_languages", "chunks.begin", "chunks.end"]}, "properties": {)");
  return json.append(kFields).append(",").append(kNarrowingFields).append("}}}");
}

std::string ChunksMapping(const EmbeddingModel& model) {
  JsonWriter json;
  json.BeginObject().Key("_meta").BeginObject().Member("model", model.id);
  json.Member("dimensions", static_cast<std::int64_t>(model.dimensions));
  json.Member("max_tokens", static_cast<std::int64_t>(model.max_tokens)).EndObject();
  json.Key("properties").BeginObject().Key("chunks").BeginObject().Member("type", "nested");
  json.Key("properties").BeginObject().Key("ordinal").Raw(R"({"type": "integer"})");
  json.Key("begin").Raw(R"({"type": "long", "index": false, "doc_values": false})");
  json.Key("end").Raw(R"({"type": "long", "index": false, "doc_values": false})");
  json.Key("hash").Raw(R"({"type": "keyword"})");
  json.Key("vector").BeginObject().Member("type", "knn_vector");
  json.Member("dimension", static_cast<std::int64_t>(model.dimensions)).EndObject();
  json.EndObject().EndObject().EndObject().EndObject();
  return json.Take();
}

std::string VectorsDefinition() {
  std::string json = R"({"settings": {)";
  return json.append(kSettings).append(R"(}, "mappings": {"dynamic": "strict", "properties": {
    "key": {"type": "keyword"},
    "model": {"type": "keyword"},
    "hash": {"type": "keyword", "index": false, "doc_values": false},
    "used_at": {"type": "long"},
    "vector": {"type": "keyword", "index": false, "doc_values": false}}}})");
}

}  // namespace heirloom::opensearch
