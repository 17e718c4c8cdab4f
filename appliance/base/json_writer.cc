#include <utf8proc.h>

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <utility>

#include "appliance/base/json.h"

namespace heirloom {
namespace {

// RFC 8259 section 7: these must be escaped; all else may stand as it is.
bool IsPlain(unsigned char c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; }

void AppendEscape(std::string& out, unsigned char c) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '\\';
  switch (c) {
    case '"':
    case '\\':
      out += static_cast<char>(c);
      return;
    case '\b':
      out += 'b';
      return;
    case '\f':
      out += 'f';
      return;
    case '\n':
      out += 'n';
      return;
    case '\r':
      out += 'r';
      return;
    case '\t':
      out += 't';
      return;
    default:
      break;
  }
  out += "u00";
  out += kHex[c >> 4];
  out += kHex[c & 15];
}

void AppendString(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && IsPlain(static_cast<unsigned char>(text[end]))) ++end;
    out += text.substr(i, end - i);
    i = end;
    if (i == text.size()) break;
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      AppendEscape(out, static_cast<unsigned char>(text[i++]));
      continue;
    }
    utf8proc_int32_t ignored = 0;
    const utf8proc_ssize_t length =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + i,
                         static_cast<utf8proc_ssize_t>(text.size() - i), &ignored);
    if (length > 0) {
      out += text.substr(i, static_cast<std::size_t>(length));
      i += static_cast<std::size_t>(length);
    } else {
      out += "\xEF\xBF\xBD";  // U+FFFD
      ++i;
    }
  }
  out += '"';
}

template <typename T>
void AppendNumber(std::string& out, T value) {
  std::array<char, 32> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), written.ptr);
}

}  // namespace

// Before each value. All state is kept in release builds too: a layout that depends on NDEBUG would
// break builds that mix them.
void JsonWriter::Separate() {
  assert((open_.empty() ? out_.empty() : open_.back() == '[' || after_key_) &&
         "a value stands alone, in an array or after a key");
  if (need_comma_ && !after_key_) out_ += ',';
  after_key_ = false;
  need_comma_ = true;
}

JsonWriter& JsonWriter::Begin(char bracket) {
  Separate();
  out_ += bracket;
  open_ += bracket;
  need_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::End(char bracket) {
  assert(!open_.empty() && open_.back() == (bracket == '}' ? '{' : '[') && "closes what is open");
  assert(!after_key_ && "a key wants a value");
  if (!open_.empty()) open_.pop_back();
  out_ += bracket;
  need_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::BeginObject() { return Begin('{'); }
JsonWriter& JsonWriter::EndObject() { return End('}'); }
JsonWriter& JsonWriter::BeginArray() { return Begin('['); }
JsonWriter& JsonWriter::EndArray() { return End(']'); }

JsonWriter& JsonWriter::Key(std::string_view key) {
  assert(!open_.empty() && open_.back() == '{' && !after_key_ && "a key stands in an object");
  if (need_comma_) out_ += ',';
  AppendString(out_, key);
  out_ += ':';
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view utf8) {
  Separate();
  AppendString(out_, utf8);
  return *this;
}

JsonWriter& JsonWriter::Integer(std::int64_t value) {
  Separate();
  AppendNumber(out_, value);
  return *this;
}

JsonWriter& JsonWriter::Number(double value) {
  if (!std::isfinite(value)) return Null();
  Separate();
  AppendNumber(out_, value);
  return *this;
}

JsonWriter& JsonWriter::Bool(bool value) {
  Separate();
  out_ += value ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::Null() {
  Separate();
  out_ += "null";
  return *this;
}

JsonWriter& JsonWriter::Raw(std::string_view json) {
  assert(Json::Parse(json, {.max_bytes = json.size(), .max_depth = 1000}) && "well-formed JSON");
  Separate();
  out_ += json;
  return *this;
}

std::string JsonWriter::Take() {
  assert(open_.empty() && "every object and array is closed");
  return std::exchange(out_, {});
}

}  // namespace heirloom
