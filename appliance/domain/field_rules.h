#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "appliance/base/fields.h"
#include "appliance/domain/edtf.h"

namespace heirloom {

// Fields that several rooms read in the same way. Errors are noted in `fields`.

bool IsLanguageTag(std::string_view text);  // BCP 47 in the form that OpenAPI's Language gives.

std::optional<std::string> ReadLanguage(FieldReader& fields, std::string_view key);

// A text that may also be null or empty, which takes it away: the outer optional says whether the
// field was there, the inner one what it is.
std::optional<std::optional<std::string>> ReadRemovableText(FieldReader& fields,
                                                            std::string_view key,
                                                            const TextRule& rule);
std::optional<std::optional<Edtf>> ReadRemovableEdtf(FieldReader& fields, std::string_view key);

}  // namespace heirloom
