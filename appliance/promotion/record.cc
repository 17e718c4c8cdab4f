#include "appliance/promotion/record.h"

#include <string_view>

#include "appliance/base/json.h"
#include "storage/meta_row.h"

namespace heirloom::promotion {
namespace {

constexpr std::string_view kRow = "promotion";

std::string Write(const Record& record) {
  JsonWriter json;
  json.BeginObject().Member("id", record.id).Member("stage", record.stage);
  json.Key("after").BeginArray();
  for (const Value& value : record.after) {
    if (const auto* const number = std::get_if<std::int64_t>(&value)) {
      json.Integer(*number);
    } else if (const auto* const text = std::get_if<std::string>(&value)) {
      json.String(*text);
    } else {
      json.Null();
    }
  }
  return json.EndArray().EndObject().Take();
}

std::optional<Values> ReadValues(const Json& array) {
  if (!array.IsArray()) return std::nullopt;
  Values values;
  for (std::size_t i = 0; i < array.Size(); ++i) {
    const Json value = array.At(i);
    switch (value.kind()) {
      case Json::Kind::kNull:
        values.emplace_back();
        break;
      case Json::Kind::kInteger:
        values.emplace_back(value.AsInteger());
        break;
      case Json::Kind::kString:
        values.emplace_back(std::string(value.AsString()));
        break;
      default:
        return std::nullopt;
    }
  }
  return values;
}

std::optional<Record> Parse(std::string_view text) {
  const Result<Json> json = Json::Parse(text);
  if (!json) return std::nullopt;
  const Json id = json->Get("id");
  const Json stage = json->Get("stage");
  std::optional<Values> after = ReadValues(json->Get("after"));
  if (!id.IsString() || !stage.IsString() || !after) return std::nullopt;
  return Record{std::string(id.AsString()), std::string(stage.AsString()), std::move(*after)};
}

}  // namespace

Result<std::optional<Record>> ReadRecord(Reader& reader) {
  const auto text = ReadMeta(reader, kRow);
  if (!text) return ErrorOf(text);
  if (!*text) return std::optional<Record>();
  std::optional<Record> record = Parse(**text);
  if (!record) return Fail(ErrorCode::kInternal, "the record of a promotion is not one");
  return record;
}

Status PutRecord(Transaction& tx, const Record& record) { return PutMeta(tx, kRow, Write(record)); }

}  // namespace heirloom::promotion
