#include "index/opensearch/remembered_vectors.h"

#include <chrono>
#include <cstring>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "appliance/base/encoding.h"
#include "appliance/base/json.h"
#include "index/opensearch/bulk.h"
#include "index/opensearch/chunk_query.h"
#include "index/opensearch/schema.h"

namespace heirloom::opensearch {
namespace {

static_assert(sizeof(float) == 4 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

constexpr std::chrono::milliseconds kTimeout{30'000};
constexpr std::int64_t kSweptAtOnce = 1000;

std::string ToText(const Vector& vector) {
  std::string bytes(vector.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), vector.data(), bytes.size());
  return ToBase64Url(bytes);
}

std::optional<Vector> FromText(std::string_view text) {
  const auto bytes = FromBase64Url(text);
  if (!bytes || bytes->empty() || bytes->size() % sizeof(float) != 0) return std::nullopt;
  Vector vector(bytes->size() / sizeof(float));
  std::memcpy(vector.data(), bytes->data(), bytes->size());
  return vector;
}

std::string DocumentOf(const std::string& key, const std::string& model, const std::string& hash,
                       const Vector& vector, std::int64_t used_at) {
  JsonWriter json;
  json.BeginObject().Member("key", key).Member("model", Bounded(model)).Member("hash", hash);
  json.Member("used_at", used_at).Member("vector", ToText(vector)).EndObject();
  return json.Take();
}

std::string OldJson(std::int64_t before, const std::string& after) {
  JsonWriter json;
  json.BeginObject().Member("size", kSweptAtOnce).Key("_source").Raw(R"(["model", "hash"])");
  json.Key("seq_no_primary_term").Bool(true).Key("sort").Raw(R"([{"key": "asc"}])");
  json.Key("query").BeginObject().Key("range").BeginObject().Key("used_at").BeginObject();
  json.Member("lt", before).EndObject().EndObject().EndObject();
  if (!after.empty()) json.Key("search_after").BeginArray().String(after).EndArray();
  json.EndObject();
  return json.Take();
}

Json HitsOf(const Json& answer) {
  const Json hits = answer.IsObject() ? answer.Get("hits") : Json();
  return hits.IsObject() ? hits.Get("hits") : Json();
}

}  // namespace

RememberedVectors::RememberedVectors(const Connection& connection, Pauses& pauses, std::string name)
    : connection_(connection),
      pauses_(pauses),
      generations_(connection, std::move(name), VectorsDefinition()) {}

Status RememberedVectors::Provision() const {
  if (Status s = generations_.PutTemplate(); !s) return s;
  const auto index = generations_.Ensure();
  return index ? Status() : Status(ErrorOf(index));
}

Result<std::string> RememberedVectors::Index() {
  {
    const std::scoped_lock lock(mutex_);
    if (!index_.empty()) return index_;
  }
  auto index = generations_.Ensure();
  if (!index) return index;
  const std::scoped_lock lock(mutex_);
  return index_ = *index;
}

void RememberedVectors::Forget() {
  const std::scoped_lock lock(mutex_);
  index_.clear();
}

Result<std::map<std::string, Vector>> RememberedVectors::Known(
    const std::string& model, const std::vector<std::string>& hashes) const {
  std::map<std::string, Vector> known;
  if (hashes.empty()) return known;
  JsonWriter json;
  json.BeginObject().Key("ids").BeginArray();
  for (const std::string& hash : hashes) json.String(KeyOf(model, hash));
  json.EndArray().EndObject();
  const auto answer =
      connection_.Get({"POST",
                       "/" + generations_.Name() +
                           "/_mget?filter_path=docs._source.hash,docs._source.vector,docs.error",
                       json.Take(), kTimeout});
  if (!answer && answer.error().code == ErrorCode::kNotFound) return known;
  if (!answer) return ErrorOf(answer);
  const Json docs = answer->IsObject() ? answer->Get("docs") : Json();
  for (std::size_t i = 0; i < docs.Size(); ++i) {
    const Json source = docs.At(i).IsObject() ? docs.At(i).Get("_source") : Json();
    if (!source.IsObject()) continue;
    auto vector = FromText(source.Get("vector").AsString());
    if (vector) known.emplace(source.Get("hash").AsString(), std::move(*vector));
  }
  return known;
}

Status RememberedVectors::Put(const EmbeddingModel& model,
                              const std::map<std::string, Vector>& vectors, std::int64_t used_at) {
  if (vectors.empty()) return {};
  const auto index = Index();
  if (!index) return ErrorOf(index);
  Bulk bulk;
  for (const auto& [hash, vector] : vectors) {
    const std::string key = KeyOf(model.id, hash);
    bulk.Put(key, used_at, DocumentOf(key, model.id, hash, vector, used_at));
  }
  Status sent = bulk.Send(connection_, WriteAlias(*index), pauses_);
  if (sent || sent.error().code != ErrorCode::kNotFound) return sent;
  Forget();
  return FailForNow(ErrorCode::kUnavailable, "the index of vectors was removed", 1);
}

Status RememberedVectors::Sweep(std::int64_t before, const std::string& chunks,
                                const std::string& model) {
  const auto index = Index();
  if (!index) return ErrorOf(index);
  const auto refreshed =
      connection_.Get({"POST", "/" + WriteAlias(*index) + "/_refresh", "", kTimeout});
  if (!refreshed) return Forget(), ErrorOf(refreshed);
  const auto old =
      connection_.Get({"POST", "/" + *index + "/_search?allow_partial_search_results=false",
                       OldJson(before, swept_up_to_), kTimeout});
  if (!old) return ErrorOf(old);
  const Json hits = HitsOf(*old);
  std::vector<std::string> hashes;
  for (std::size_t i = 0; i < hits.Size(); ++i) {
    hashes.push_back(Bounded(hits.At(i).Get("_source").Get("hash").AsString()));
  }
  swept_up_to_ = hits.Size() < kSweptAtOnce ? "" : hits.At(hits.Size() - 1).Get("_id").AsString();
  if (hashes.empty()) return {};
  const auto answer = connection_.Get(
      {"POST", "/" + chunks + "/_search?allow_partial_search_results=false&request_cache=false",
       UsedHashesJson(hashes), kTimeout});
  if (!answer) return ErrorOf(answer);
  const std::vector<std::string> list = ReadUsedHashes(*answer);
  const std::set<std::string> used(list.begin(), list.end());
  const std::string ours = Bounded(model);
  Bulk bulk;
  for (std::size_t i = 0; i < hits.Size(); ++i) {
    const Json hit = hits.At(i);
    if (hit.Get("_source").Get("model").AsString() == ours && used.contains(hashes[i])) continue;
    bulk.Delete(hit.Get("_id").AsString(), hit.Get("_seq_no").AsInteger(),
                hit.Get("_primary_term").AsInteger());
  }
  return bulk.Empty() ? Status() : bulk.Send(connection_, WriteAlias(*index), pauses_);
}

}  // namespace heirloom::opensearch
