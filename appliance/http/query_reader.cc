#include <algorithm>
#include <set>

#include "appliance/base/random.h"
#include "appliance/base/text.h"
#include "appliance/http/header_text.h"
#include "appliance/http/message.h"

namespace heirloom::http {
namespace {

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

std::optional<std::int64_t> ParseInteger(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  const std::optional<std::int64_t> value = ParseDigits(text);
  if (!value) return std::nullopt;
  return negative ? -*value : *value;
}

}  // namespace

std::vector<std::string> QueryReader::Texts(std::string_view name, std::size_t max_items,
                                            std::size_t max) {
  known_.emplace_back(name);
  std::vector<std::string> values;
  for (const auto& [key, value] : request_.query) {
    if (key != name || value.empty()) continue;
    if (!IsStorableText(value)) {
      Add(name, "must be text in UTF-8 without U+0000");
    } else if (CountCharacters(value) > max) {
      Add(name, "must have at most " + std::to_string(max) + " characters");
    } else {
      values.push_back(value);
    }
  }
  if (values.size() > max_items) {
    Add(name, max_items == 1 ? "must be given once only"
                             : "must be given at most " + std::to_string(max_items) + " times");
    values.resize(max_items);
  }
  return values;
}

std::optional<std::string> QueryReader::Text(std::string_view name, std::size_t max) {
  std::vector<std::string> values = Texts(name, 1, max);
  if (values.empty()) return std::nullopt;
  return std::move(values.front());
}

std::int64_t QueryReader::Integer(std::string_view name, std::int64_t min, std::int64_t max,
                                  std::int64_t otherwise) {
  const std::optional<std::string> text = Text(name, 20);
  const auto is_empty = [&](const auto& given) {
    return given.first == name && given.second.empty();
  };
  const bool empty = std::any_of(request_.query.begin(), request_.query.end(), is_empty);
  if (!text && !empty) return otherwise;
  const std::optional<std::int64_t> value = text && !empty ? ParseInteger(*text) : std::nullopt;
  if (!value || *value < min || *value > max) {
    Add(name, "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    return otherwise;
  }
  return *value;
}

std::optional<std::string> QueryReader::AnId(std::string_view name) {
  std::optional<std::string> text = Text(name, 100);
  if (text && !IsId(*text)) {
    Add(name, "must be an id: a lower-case UUID");
    return std::nullopt;
  }
  return text;
}

std::optional<std::string> QueryReader::OneOf(std::string_view name,
                                              const std::vector<std::string>& allowed) {
  std::optional<std::string> text = Text(name, 100);
  if (text && std::find(allowed.begin(), allowed.end(), *text) == allowed.end()) {
    Add(name, "must be one of: " + Joined(allowed));
    return std::nullopt;
  }
  return text;
}

void QueryReader::Add(std::string_view name, std::string message) {
  FieldError error{"?" + std::string(name), std::move(message)};
  if (std::find(errors_.begin(), errors_.end(), error) == errors_.end()) {
    errors_.push_back(std::move(error));
  }
}

void QueryReader::RefuseUnknown() {
  constexpr std::size_t kMaxErrors = 20;
  const std::set<std::string_view> known(known_.begin(), known_.end());
  for (const auto& [key, value] : request_.query) {
    if (errors_.size() >= kMaxErrors) return;
    if (!known.count(key)) Add(FirstCharacters(key, 100), "is not a parameter of this list");
  }
}

Status QueryReader::Check() const {
  if (!errors_.empty()) return FailFields(errors_);
  return {};
}

}  // namespace heirloom::http
