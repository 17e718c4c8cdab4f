#include "index/opensearch/bulk.h"

#include <chrono>
#include <stop_token>
#include <utility>

#include "appliance/base/json.h"

namespace heirloom::opensearch {
namespace {

constexpr std::size_t kBytesAtOnce = 4u << 20;
constexpr int kTries = 4;
constexpr std::chrono::milliseconds kFirstPause{200};

using Items = std::vector<const std::string*>;

std::int64_t StatusOf(const Json& item) {
  const std::vector<std::string> action = item.Keys();  // "index" or "delete".
  const Json answer = action.empty() ? Json() : item.Get(action.front());
  const Json status = answer.IsObject() ? answer.Get("status") : Json();
  return status.kind() == Json::Kind::kInteger ? status.AsInteger() : 500;
}

// 409: something newer is there. 404: deleted already; an index that is gone is another answer.
bool IsDone(std::int64_t status) {
  return (status >= 200 && status < 300) || status == 404 || status == 409;
}

// Sends once; gives those for which there was no room.
Result<Items> SendOnce(const Connection& connection, std::string_view index, const Items& items) {
  Request request{"POST", "/", "", std::chrono::seconds(60)};
  request.path.append(index).append(
      "/_bulk?require_alias=true&filter_path=errors,items.*.status,"
      "items.*.error.type");
  for (const std::string* item : items) request.body += *item;
  const auto answer = connection.Get(request);
  if (!answer) return ErrorOf(answer);
  const Json results = answer->IsObject() ? answer->Get("items") : Json();
  if (results.Size() != items.size()) {
    return Fail(ErrorCode::kUnavailable, "OpenSearch did not answer for every line of a bulk");
  }
  Items left;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Json result = results.At(i);
    const std::int64_t status = StatusOf(result);
    if (IsDone(status)) {
      // An index that is gone is told line by line.
      const Json line = result.Get(result.Keys().front());
      if (status == 404 && ErrorType(line) == "index_not_found_exception") {
        return Fail(ErrorCode::kNotFound, "the index is not there any more");
      }
      continue;
    }
    if (status != 429 && status < 500) {
      return Fail(ErrorCode::kInternal, "OpenSearch refused a document with " +
                                            std::to_string(status) + " (" +
                                            ErrorType(result.Get(result.Keys().front())) + ")");
    }
    left.push_back(items[i]);
  }
  return left;
}

Status SendPart(const Connection& connection, std::string_view index, Pauses& pauses, Items items) {
  std::chrono::milliseconds pause = kFirstPause;
  for (int tries = 1; !items.empty(); ++tries, pause *= 2) {
    auto left = SendOnce(connection, index, items);
    if (!left) return ErrorOf(left);
    items = std::move(*left);
    if (items.empty()) break;
    if (tries == kTries) {
      return FailForNow(ErrorCode::kUnavailable, "OpenSearch has no room for all of it now", 5);
    }
    pauses.Wait(pause, {});
  }
  return {};
}

}  // namespace

void Bulk::Put(std::string_view id, std::int64_t version, std::string_view document) {
  JsonWriter head;
  head.BeginObject().Key("index").BeginObject().Member("_id", id).Member("version", version);
  head.Member("version_type", "external_gte").EndObject().EndObject();
  items_.push_back(head.Take().append("\n").append(document).append("\n"));
  bytes_ += items_.back().size();
}

void Bulk::Delete(std::string_view id, std::int64_t seq_no, std::int64_t primary_term) {
  JsonWriter head;
  head.BeginObject().Key("delete").BeginObject().Member("_id", id).Member("if_seq_no", seq_no);
  head.Member("if_primary_term", primary_term).EndObject().EndObject();
  items_.push_back(head.Take().append("\n"));
  bytes_ += items_.back().size();
}

void Bulk::Clear() {
  items_.clear();
  bytes_ = 0;
}

Status Bulk::Send(const Connection& connection, std::string_view index, Pauses& pauses) const {
  Items part;
  std::size_t bytes = 0;
  for (const std::string& item : items_) {
    if (!part.empty() && bytes + item.size() > kBytesAtOnce) {
      if (Status s = SendPart(connection, index, pauses, std::exchange(part, {})); !s) return s;
      bytes = 0;
    }
    part.push_back(&item);
    bytes += item.size();
  }
  return part.empty() ? Status() : SendPart(connection, index, pauses, std::move(part));
}

}  // namespace heirloom::opensearch
