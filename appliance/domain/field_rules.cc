#include "appliance/domain/field_rules.h"

#include <algorithm>

namespace heirloom {
namespace {

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsAlphanumeric(char c) {
  return IsLower(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

bool IsLanguageTag(std::string_view text) {
  if (text.size() > 35) return false;
  const auto hyphen = text.find('-');
  const std::string_view primary = text.substr(0, hyphen);
  if (primary.size() < 2 || primary.size() > 3 || !std::ranges::all_of(primary, IsLower)) {
    return false;
  }
  while (text.find('-') != text.npos) {
    text.remove_prefix(text.find('-') + 1);
    const std::string_view subtag = text.substr(0, text.find('-'));
    if (subtag.size() < 2 || subtag.size() > 8 || !std::ranges::all_of(subtag, IsAlphanumeric)) {
      return false;
    }
  }
  return true;
}

std::optional<std::string> ReadLanguage(FieldReader& fields, std::string_view key) {
  auto language = fields.Text(key, {.max = 100});
  if (language && !IsLanguageTag(*language)) {
    fields.Add(key, "must be a language tag such as en, de or pt-BR");
    return std::nullopt;
  }
  return language;
}

std::optional<std::optional<std::string>> ReadRemovableText(FieldReader& fields,
                                                            std::string_view key,
                                                            const TextRule& rule) {
  if (!fields.Has(key)) return std::nullopt;
  if (fields.IsNull(key)) return std::optional<std::string>();
  auto text = fields.Text(key, rule);
  if (!text) return std::nullopt;
  if (text->empty()) return std::optional<std::string>();
  return text;
}

std::optional<std::optional<Edtf>> ReadRemovableEdtf(FieldReader& fields, std::string_view key) {
  const auto text = ReadRemovableText(fields, key, {.max = 64});
  if (!text) return std::nullopt;
  if (!*text) return std::optional<Edtf>();
  auto edtf = ParseEdtf(**text);
  if (!edtf) {
    fields.Add(key, edtf.error().message);
    return std::nullopt;
  }
  return std::optional<Edtf>(std::move(*edtf));
}

}  // namespace heirloom
