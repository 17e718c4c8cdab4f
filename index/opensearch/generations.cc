#include "index/opensearch/generations.h"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "appliance/base/json.h"
#include "appliance/base/log.h"
#include "appliance/base/number.h"

namespace heirloom::opensearch {
namespace {

constexpr std::chrono::milliseconds kTimeout{30'000};
constexpr std::size_t kDigits = 6;
constexpr int kTriesToMake = 3;

}  // namespace

std::string WriteAlias(const std::string& index) { return index + ".write"; }

Result<std::string> Generations::Current() const {
  const auto answer = connection_.Get({"GET", "/_alias/" + name_, "", kTimeout});
  if (!answer) return ErrorOf(answer);
  const std::vector<std::string> named = answer->Keys();
  if (named.empty()) return Fail(ErrorCode::kNotFound, "there is no index yet");
  return named.back();
}

Result<std::vector<std::string>> Generations::All() const {
  const auto answer = connection_.Ask({"GET", "/" + name_ + "-*/_alias", "", kTimeout});
  if (!answer) return ErrorOf(answer);
  if (answer->status == 404) return std::vector<std::string>();
  if (answer->status != 200) {
    return Fail(ErrorCode::kInternal, "OpenSearch did not list its indexes");
  }
  return answer->body.Keys();
}

std::string Generations::NameAfter(const std::vector<std::string>& all) const {
  unsigned newest = 0;
  for (const std::string& index : all) {
    const std::string_view digits = std::string_view(index).substr(name_.size() + 1);
    newest = std::max(newest, ParseNumber<unsigned>(digits).value_or(0));
  }
  const std::string number = std::to_string(newest + 1);
  return name_ + "-" + std::string(kDigits - std::min(kDigits, number.size()), '0') + number;
}

// kConflict when it is there already.
Status Generations::Create(const std::string& index, bool current) const {
  JsonWriter aliases;
  aliases.BeginObject().Key(WriteAlias(index)).BeginObject().EndObject();
  if (current) aliases.Key(name_).BeginObject().EndObject();
  aliases.EndObject();
  std::string body = definition_;
  body.insert(body.find('{') + 1, "\"aliases\": " + aliases.Take() + ", ");
  const auto answer = connection_.Ask({"PUT", "/" + index, std::move(body), kTimeout});
  if (!answer) return ErrorOf(answer);
  if (answer->status == 200) return {};
  const std::string type = ErrorType(answer->body);
  if (type == "resource_already_exists_exception") {
    return Fail(ErrorCode::kConflict, "the index is there already");
  }
  return Fail(ErrorCode::kInternal, "OpenSearch does not make our index: " + type);
}

Result<std::string> Generations::Ensure() const {
  for (int tries = 0; tries < kTriesToMake; ++tries) {
    auto current = Current();
    if (current || current.error().code != ErrorCode::kNotFound) return current;
    const auto all = All();
    if (!all) return ErrorOf(all);
    std::string index = NameAfter(*all);
    const Status made = Create(index, true);
    if (made) return index;
    if (made.error().code != ErrorCode::kConflict) return ErrorOf(made);
  }
  return Fail(ErrorCode::kUnavailable, "others make the search index at the same time");
}

Result<std::string> Generations::Start() const {
  const auto all = All();
  if (!all) return ErrorOf(all);
  const auto current = Current();
  if (!current && current.error().code != ErrorCode::kNotFound) return ErrorOf(current);
  for (const std::string& index : *all) {
    if (current && index == *current) continue;
    if (Status s = Remove(index); !s) return ErrorOf(s);
  }
  std::string index = NameAfter(*all);
  if (Status s = Create(index, false); !s) return ErrorOf(s);
  return index;
}

Status Generations::MakeCurrent(const std::string& next, bool& moved) const {
  moved = false;
  const auto current = Current();
  if (!current && current.error().code != ErrorCode::kNotFound) return ErrorOf(current);
  JsonWriter actions;
  actions.BeginObject().Key("actions").BeginArray();
  if (current) {
    actions.BeginObject().Key("remove").BeginObject().Member("index", *current);
    actions.Member("alias", name_).EndObject().EndObject();
    // Who still writes to it hears of it.
    actions.BeginObject().Key("remove").BeginObject().Member("index", *current);
    actions.Member("alias", WriteAlias(*current)).Key("must_exist").Bool(false);
    actions.EndObject().EndObject();
  }
  actions.BeginObject().Key("add").BeginObject().Member("index", next).Member("alias", name_);
  actions.EndObject().EndObject().EndArray().EndObject();
  moved = true;  // From here on nobody knows, should the answer not come.
  const auto answer = connection_.Get({"POST", "/_aliases", actions.Take(), kTimeout, false});
  if (answer) return {};
  const auto now = Current();
  if (now && *now == next) return {};
  moved = !now;
  return Fail(ErrorCode::kUnavailable,
              "the new search index could not be put in its place: " + answer.error().message);
}

Status Generations::Remove(const std::string& index) const {
  const auto answer = connection_.Get({"DELETE", "/" + index, "", kTimeout});
  if (answer || answer.error().code == ErrorCode::kNotFound) return {};
  return ErrorOf(answer);
}

Status Generations::PutTemplate() const {
  JsonWriter body;
  body.BeginObject().Key("index_patterns").BeginArray().String(name_ + "-*").EndArray();
  body.Member("priority", 500).Key("template").Raw(definition_).EndObject();
  const auto answer = connection_.Get({"PUT", "/_index_template/" + name_, body.Take(), kTimeout});
  return answer ? Status() : Status(ErrorOf(answer));
}

}  // namespace heirloom::opensearch
