#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.h"

namespace heirloom {

struct JsonLimits {
  std::size_t max_bytes = 2u << 20;
  std::size_t max_depth = 64;
};

// A parsed JSON value (RFC 8259), immutable and cheap to copy: parts share the whole. Wraps the
// parser, so that its heavy header stands in one .cc file. Thread-safe to read.
class Json {
 public:
  enum class Kind { kAbsent, kNull, kBool, kInteger, kNumber, kString, kArray, kObject };

  Json() = default;  // kAbsent

  // kMalformed with the byte offset; also for a repeated key, invalid UTF-8, or past `limits`.
  static Result<Json> Parse(std::string_view text, const JsonLimits& limits = {});

  Kind kind() const;
  explicit operator bool() const { return kind() != Kind::kAbsent; }
  bool IsObject() const { return kind() == Kind::kObject; }
  bool IsArray() const { return kind() == Kind::kArray; }
  bool IsString() const { return kind() == Kind::kString; }

  // Each wants the kind it names; asking for another is a bug and panics.
  bool AsBool() const;
  std::int64_t AsInteger() const;
  double AsNumber() const;  // kInteger too.
  std::string_view AsString() const;

  // Elements of an array or members of an object; 0 for all else.
  std::size_t Size() const;
  Json At(std::size_t index) const;       // kAbsent when out of range.
  Json Get(std::string_view key) const;   // kAbsent when missing.
  std::vector<std::string> Keys() const;  // Sorted.

  // Canonical text: keys sorted by bytes, no spaces, non-ASCII as UTF-8. Equal values give equal
  // text, which is what content hashes are taken over. Empty for kAbsent.
  std::string Dump() const;

 private:
  struct Tree;
  Json(std::shared_ptr<const Tree> tree, const void* node);
  std::shared_ptr<const Tree> tree_;
  const void* node_ = nullptr;
};

// Writes JSON text front to back into one string, without a tree between: answers are made on hot
// paths, and stored documents are passed on as they are (Raw). Misuse (two keys in a row, an
// unclosed object) is a bug; debug builds assert.
class JsonWriter {
 public:
  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view key);
  JsonWriter& String(std::string_view utf8);  // Invalid UTF-8 becomes U+FFFD.
  JsonWriter& Integer(std::int64_t value);
  JsonWriter& Number(double value);  // null when not finite.
  JsonWriter& Bool(bool value);
  JsonWriter& Null();
  JsonWriter& Raw(std::string_view json);  // Must be one well-formed JSON value.

  JsonWriter& Member(std::string_view key, std::string_view value) {
    return Key(key).String(value);
  }
  JsonWriter& Member(std::string_view key, std::int64_t value) { return Key(key).Integer(value); }

  // null for what is not there.
  JsonWriter& OptionalMember(std::string_view key, const std::optional<std::string>& value) {
    Key(key);
    return value ? String(*value) : Null();
  }

  std::string Take();  // The text, once every object and array is closed.
  const std::string& View() const { return out_; }

 private:
  void Separate();
  JsonWriter& Begin(char bracket);
  JsonWriter& End(char bracket);

  std::string out_;
  std::string open_;  // Brackets not closed yet, innermost last.
  bool need_comma_ = false;
  bool after_key_ = false;
};

}  // namespace heirloom
