#include "appliance/base/fields.h"

#include <algorithm>
#include <set>
#include <utility>

#include "appliance/base/text.h"

namespace heirloom {
namespace {

// One request must not make us write megabytes about its mistakes.
constexpr std::size_t kMaxErrors = 100;

// RFC 6901 section 3.
std::string EscapePointer(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::string Plural(std::size_t count, std::string_view thing) {
  return std::to_string(count) + " " + std::string(thing) + (count == 1 ? "" : "s");
}

// The text as it is kept, or what is wrong with it.
struct Cleaned {
  std::string text;
  std::string problem;
};

Cleaned Clean(const Json& value, const TextRule& rule) {
  if (!value.IsString()) return {{}, "must be a string"};
  const std::string_view given = value.AsString();
  if (!IsStorableText(given)) return {{}, "must not contain U+0000"};
  std::string text = ToNfc(given);
  if (rule.single_line) text = CollapseSpace(text);
  const std::size_t length = CountCharacters(text);
  if (length < rule.min) return {{}, "must have at least " + Plural(rule.min, "character")};
  if (length > rule.max) return {{}, "must have at most " + Plural(rule.max, "character")};
  return {std::move(text), {}};
}

}  // namespace

FieldReader::FieldReader(const Json& object, std::string pointer)
    : object_(object), pointer_(std::move(pointer)) {
  if (!object_.IsObject()) errors_.push_back({pointer_, "must be an object"});
}

Json FieldReader::Any(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
  return object_.Get(key);
}

bool FieldReader::Has(std::string_view key) { return static_cast<bool>(Any(key)); }

bool FieldReader::IsNull(std::string_view key) { return Any(key).kind() == Json::Kind::kNull; }

std::optional<std::string> FieldReader::Text(std::string_view key, const TextRule& rule) {
  const Json value = Any(key);
  if (!value) return std::nullopt;
  Cleaned cleaned = Clean(value, rule);
  if (!cleaned.problem.empty()) {
    Add(key, std::move(cleaned.problem));
    return std::nullopt;
  }
  return std::move(cleaned.text);
}

std::string FieldReader::RequiredText(std::string_view key, const TextRule& rule) {
  // Of what is no object, that is the one error; its members are not missed one by one.
  if (!Has(key) && object_.IsObject()) Add(key, "is required");
  return Text(key, rule).value_or("");
}

std::optional<std::int64_t> FieldReader::Integer(std::string_view key, std::int64_t min,
                                                 std::int64_t max) {
  const Json value = Any(key);
  if (!value) return std::nullopt;
  if (value.kind() != Json::Kind::kInteger) {
    Add(key, "must be a whole number");
    return std::nullopt;
  }
  const std::int64_t number = value.AsInteger();
  if (number < min || number > max) {
    Add(key, "must be from " + std::to_string(min) + " to " + std::to_string(max));
    return std::nullopt;
  }
  return number;
}

std::optional<std::string> FieldReader::OneOf(std::string_view key,
                                              const std::vector<std::string>& allowed) {
  const Json value = Any(key);
  if (!value) return std::nullopt;
  if (value.IsString() &&
      std::find(allowed.begin(), allowed.end(), value.AsString()) != allowed.end()) {
    return std::string(value.AsString());
  }
  std::string message = "must be one of:";
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    message += (i == 0 ? " " : ", ") + allowed[i];
  }
  Add(key, std::move(message));
  return std::nullopt;
}

std::optional<std::vector<std::string>> FieldReader::Texts(std::string_view key,
                                                           std::size_t max_items,
                                                           const TextRule& rule) {
  const Json value = Any(key);
  if (!value) return std::nullopt;
  if (!value.IsArray()) {
    Add(key, "must be a list of strings");
    return std::nullopt;
  }
  if (value.Size() > max_items) {
    Add(key, "must have at most " + Plural(max_items, "item"));
    return std::nullopt;
  }
  bool good = true;
  std::vector<std::string> texts;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < value.Size(); ++i) {
    Cleaned cleaned = Clean(value.At(i), rule);
    if (!cleaned.problem.empty()) {
      good = false;
      AddAll({{PointerTo(key) + "/" + std::to_string(i), std::move(cleaned.problem)}});
    } else if (seen.insert(FoldKey(cleaned.text)).second) {
      texts.push_back(std::move(cleaned.text));
    }
  }
  if (!good) return std::nullopt;
  return texts;
}

void FieldReader::Add(std::string_view key, std::string message) {
  AddAll({{PointerTo(key), std::move(message)}});
}

void FieldReader::AddAll(const std::vector<FieldError>& errors) {
  for (const FieldError& error : errors) {
    if (errors_.size() < kMaxErrors) errors_.push_back(error);
  }
}

std::string FieldReader::PointerTo(std::string_view key) const {
  return pointer_ + "/" + EscapePointer(key);
}

void FieldReader::RefuseUnknown() {
  for (const std::string& key : object_.Keys()) {
    if (std::find(known_.begin(), known_.end(), key) == known_.end()) {
      Add(key, "is not a known field");
    }
  }
}

Status FieldReader::Check() const {
  if (errors_.empty()) return {};
  return FailFields(errors_);
}

}  // namespace heirloom
