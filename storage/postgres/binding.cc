#include "storage/postgres/binding.h"

#include <libpq-fe.h>

#include <bit>
#include <charconv>
#include <cmath>

#include "appliance/base/log.h"
#include "appliance/base/text.h"

namespace heirloom::postgres {
namespace {

constexpr unsigned kBool = 16;
constexpr unsigned kInt8 = 20;
constexpr unsigned kText = 25;
constexpr unsigned kFloat8 = 701;
constexpr int kBinary = 1;

unsigned TypeOf(const SqlValue& value) {
  switch (value.index()) {
    case 1:
      return kInt8;
    case 2:
      return kFloat8;
    case 3:
      return kText;
    default:
      return 0;
  }
}

std::array<char, 8> BigEndian(std::uint64_t bits) {
  std::array<char, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(bits >> (56 - 8 * i));
  }
  return bytes;
}

template <typename Number>
Number Parse(std::string_view text) {
  Number number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

Status CheckValues(Params params) {
  for (const SqlValue& value : params) {
    if (const auto* text = std::get_if<std::string_view>(&value); text && !IsStorableText(*text)) {
      return Fail(ErrorCode::kInvalidArgument, "text must be UTF-8 without U+0000");
    }
    if (const auto* number = std::get_if<double>(&value); number && !std::isfinite(*number)) {
      return Fail(ErrorCode::kInvalidArgument, "a number must be finite");
    }
  }
  return {};
}

std::string TypesOf(Params params) {
  std::string types;
  for (const SqlValue& value : params) types += static_cast<char>('0' + value.index());
  return types;
}

std::vector<unsigned> TypeNumbers(Params params) {
  std::vector<unsigned> types;
  types.reserve(params.size());
  for (const SqlValue& value : params) types.push_back(TypeOf(value));
  return types;
}

Binding::Binding(Params params) : numbers_(params.size()), formats_(params.size(), kBinary) {
  values_.reserve(params.size());
  lengths_.reserve(params.size());
  for (std::size_t i = 0; i < params.size(); ++i) {
    const SqlValue& value = params[i];
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      values_.push_back(text->data() == nullptr ? "" : text->data());
      lengths_.push_back(static_cast<int>(text->size()));
      continue;
    }
    if (std::holds_alternative<std::nullptr_t>(value)) {
      values_.push_back(nullptr);
      lengths_.push_back(0);
      continue;
    }
    const auto* whole = std::get_if<std::int64_t>(&value);
    numbers_[i] = BigEndian(whole ? static_cast<std::uint64_t>(*whole)
                                  : std::bit_cast<std::uint64_t>(std::get<double>(value)));
    values_.push_back(numbers_[i].data());
    lengths_.push_back(static_cast<int>(numbers_[i].size()));
  }
}

void ResultRow::Check(int column) const {
  if (column >= 0 && column < PQnfields(result_)) return;
  Panic("column " + std::to_string(column) + " is not in: " + std::string(sql_));
}

bool ResultRow::IsNull(int column) const {
  Check(column);
  return PQgetisnull(result_, row_, column) != 0;
}

std::int64_t ResultRow::Integer(int column) const {
  const std::string_view text = Text(column);
  if (PQftype(result_, column) == kBool) return text == "t" ? 1 : 0;
  return Parse<std::int64_t>(text);
}

double ResultRow::Real(int column) const { return Parse<double>(Text(column)); }

std::string_view ResultRow::Text(int column) const {
  Check(column);
  return {PQgetvalue(result_, row_, column),
          static_cast<std::size_t>(PQgetlength(result_, row_, column))};
}

}  // namespace heirloom::postgres
