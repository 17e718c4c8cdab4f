#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/json.h"
#include "appliance/base/result.h"

namespace heirloom {

// Lengths are in characters.
struct TextRule {
  std::size_t min = 0;
  std::size_t max = 1000;
  bool single_line = true;  // Collapses space; otherwise text is only brought to NFC.
};

// Reads the members of a JSON object and collects everything that is wrong with them, so that a
// person who sends five mistakes hears of five. Use: read all fields, RefuseUnknown(), Check().
class FieldReader {
 public:
  // `pointer` is where `object` stands in the body. When it is not an object, that is the error.
  explicit FieldReader(const Json& object, std::string pointer = "");

  bool Has(std::string_view key);     // Present, null included.
  bool IsNull(std::string_view key);  // Present and null.

  // nullopt when absent or wrong (the error is then noted).
  std::optional<std::string> Text(std::string_view key, const TextRule& rule);
  std::string RequiredText(std::string_view key, const TextRule& rule);
  std::optional<std::int64_t> Integer(std::string_view key, std::int64_t min, std::int64_t max);
  std::optional<std::string> OneOf(std::string_view key, const std::vector<std::string>& allowed);
  // Repeats (by FoldKey) are dropped, order stays.
  std::optional<std::vector<std::string>> Texts(std::string_view key, std::size_t max_items,
                                                const TextRule& rule);
  Json Any(std::string_view key);  // Marks the key as known.

  void Add(std::string_view key, std::string message);  // An error at `key`.
  void AddAll(const std::vector<FieldError>& errors);   // Pointers are already whole.
  std::string PointerTo(std::string_view key) const;
  void RefuseUnknown();  // Every member not asked for above is an error.
  Status Check() const;  // kInvalidArgument with all errors, or fine.
  const std::vector<FieldError>& errors() const { return errors_; }

 private:
  Json object_;
  std::string pointer_;
  std::vector<std::string> known_;
  std::vector<FieldError> errors_;
};

}  // namespace heirloom
