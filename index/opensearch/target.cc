#include "index/opensearch/target.h"

#include <chrono>
#include <utility>

#include "appliance/base/json.h"
#include "index/opensearch/document.h"
#include "index/opensearch/generations.h"
#include "index/opensearch/schema.h"
#include "index/text/text_analysis.h"

namespace heirloom::opensearch {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTimeout{30'000};
constexpr std::size_t kMostStagedBytes = 16u << 20;
constexpr std::size_t kSweptAtOnce = 1000;
constexpr std::size_t kMostSweptStaged = 8'000;

std::string TombstonesJson(std::int64_t before, std::int64_t passed,
                           const std::set<std::string>& but) {
  JsonWriter json;
  json.BeginObject().Member("size", std::int64_t{kSweptAtOnce});
  json.Key("_source").Bool(false).Key("seq_no_primary_term").Bool(true);
  json.Key("sort").Raw(R"([{"dropped_at": "asc"}, {"key": "asc"}])");
  json.Key("query").BeginObject().Key("bool").BeginObject().Key("filter").BeginArray();
  json.Raw(R"({"term": {"kind": "tombstone"}})");
  json.BeginObject().Key("range").BeginObject().Key("dropped_at").BeginObject();
  json.Member("lt", before).EndObject().EndObject().EndObject();
  json.BeginObject().Key("range").BeginObject().Key("version").BeginObject();
  json.Member("lte", passed).EndObject().EndObject().EndObject().EndArray();
  json.Key("must_not").BeginArray().BeginObject().Key("terms").BeginObject().Key("key");
  json.BeginArray();
  for (const std::string& key : but) json.String(key);
  json.EndArray().EndObject().EndObject().EndArray().EndObject().EndObject().EndObject();
  return json.Take();
}

}  // namespace

Status Target::Apply(const std::vector<IndexOperation>& operations, const Position& position) {
  for (const IndexOperation& operation : operations) {
    if (Status s = Stage(operation); !s) return s;
  }
  Reach(position);
  return {};
}

void Target::Reach(const Position& position) {
  dirty_ = true;
  staged_position_ = position;
}

Status Target::Put(std::string_view key, std::int64_t version, std::string_view document) {
  staged_.Put(key, version, document);
  return staged_.Bytes() < kMostStagedBytes ? Status() : SendStaged();
}

Status Target::Stage(const IndexOperation& operation) {
  if (const auto* put = std::get_if<PutStory>(&operation)) {
    const StoryDocument& story = put->document;
    const std::string stemmed = text::StemLanguage(story.language);
    if (!stemmed.empty()) languages_.insert(stemmed);
    return Put(KeyOf(story.tenant_id, story.id), put->version, StoryJson(*put));
  }
  const auto& drop = std::get<DropStory>(operation);
  return Put(KeyOf(drop.tenant_id, drop.id), drop.version, TombstoneJson(drop));
}

Status Target::SendStaged() {
  const Status sent = staged_.Send(connection_, WriteAlias(index_), pauses_);
  if (sent) {
    staged_.Clear();
  } else {
    DropStaged();
  }
  return sent;
}

// The position is written last: a crash before it means that all comes again, which changes
// nothing, since versions are compared.
Status Target::Commit() {
  if (!dirty_) return {};
  Status done = SendStaged();
  if (done) done = Refresh();
  if (done && staged_position_) done = WritePosition();
  DropStaged();
  return done;
}

Status Target::Refresh() const {
  const auto answer =
      connection_.Get({"POST", "/" + WriteAlias(index_) + "/_refresh", "", kTimeout});
  if (!answer) return ErrorOf(answer);
  const Json shards = answer->Get("_shards");
  const Json failed = shards.IsObject() ? shards.Get("failed") : Json();
  if (failed.kind() == Json::Kind::kInteger && failed.AsInteger() == 0) return {};
  return FailForNow(ErrorCode::kUnavailable, "OpenSearch could not show what was written", 5);
}

Status Target::WritePosition() {
  if (!knows_languages_) {  // Those of commits before ours.
    const auto reached = ReadReached(connection_, index_, kTimeout);
    if (!reached) return ErrorOf(reached);
    languages_.insert(reached->stem_languages.begin(), reached->stem_languages.end());
    knows_languages_ = true;
  }
  JsonWriter json;
  json.BeginObject().Member("kind", "position").Member("position", ToString(*staged_position_));
  json.Key("stem_languages").BeginArray();
  for (const std::string& language : languages_) json.String(language);
  json.EndArray().EndObject();
  const auto answer = connection_.Get(
      {"PUT", "/" + WriteAlias(index_) + "/_doc/" + kPositionId + "?require_alias=true",
       json.Take(), kTimeout});
  return answer ? Status() : Status(ErrorOf(answer));
}

void Target::DropStaged() {
  staged_.Clear();
  swept_.clear();
  staged_position_.reset();
  dirty_ = false;
}

Result<std::size_t> Target::Sweep(std::int64_t before, std::int64_t passed) {
  if (swept_.size() >= kMostSweptStaged) return std::size_t{0};  // Until these are committed.
  const auto answer =
      connection_.Get({"POST",
                       "/" + index_ +
                           "/_search?allow_partial_search_results=false&filter_path=hits.hits._id,"
                           "hits.hits._seq_no,hits.hits._primary_term",
                       TombstonesJson(before, passed, swept_), kTimeout});
  if (!answer) return ErrorOf(answer);
  const Json found = answer->Get("hits");
  const Json hits = found.IsObject() ? found.Get("hits") : Json();
  for (std::size_t i = 0; i < hits.Size(); ++i) {
    const Json hit = hits.At(i);
    const std::string id(hit.Get("_id").AsString());
    staged_.Delete(id, hit.Get("_seq_no").AsInteger(), hit.Get("_primary_term").AsInteger());
    swept_.insert(id);
    dirty_ = true;
  }
  return hits.Size();
}

Result<Reached> ReadReached(const Connection& connection, const std::string& index,
                            milliseconds timeout) {
  const auto answer = connection.Ask({"GET", "/" + index + "/_doc/" + kPositionId, "", timeout});
  if (!answer) return ErrorOf(answer);
  const Json source = answer->body.IsObject() ? answer->body.Get("_source") : Json();
  if (answer->status == 404 && !ErrorType(answer->body).empty()) {
    return Fail(ErrorCode::kNotFound, "the search index is not there");
  }
  Reached reached;
  if (!source.IsObject()) return reached;
  const Json position = source.Get("position");
  if (position.IsString()) reached.position = ParsePosition(position.AsString());
  const Json languages = source.Get("stem_languages");
  for (std::size_t i = 0; i < languages.Size(); ++i) {
    reached.stem_languages.emplace(languages.At(i).AsString());
  }
  return reached;
}

}  // namespace heirloom::opensearch
