#include "appliance/http/coding.h"

#include <brotli/encode.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <optional>

#include "appliance/http/header_text.h"

namespace heirloom::http {
namespace {

constexpr int kFull = 1000;  // q=1, in thousandths.

// The text up to `mark`, which is taken off `rest` together with it.
std::string_view TakeUpTo(std::string_view& rest, char mark) {
  const std::size_t end = std::min(rest.find(mark), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return TrimBlanks(part);
}

// "0", "1", "0.5", "1.000": up to three decimals; nullopt for anything else.
std::optional<int> ParseQuality(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  int value = (text[0] - '0') * kFull;
  text.remove_prefix(1);
  if (text.empty()) return value;
  if (text[0] != '.' || text.size() > 4) return std::nullopt;
  int unit = kFull;
  for (const char digit : text.substr(1)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    unit /= 10;
    value += (digit - '0') * unit;
  }
  return value <= kFull ? std::optional(value) : std::nullopt;
}

// Of the parameters behind a coding; what cannot be read counts as a refusal.
int QualityOf(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = TakeUpTo(parameters, ';');
    if (EqualsIgnoringCase(parameter.substr(0, 2), "q=")) {
      return ParseQuality(parameter.substr(2)).value_or(0);
    }
  }
  return kFull;
}

// What is said of each; -1: nothing.
struct Qualities {
  int gzip = -1;
  int brotli = -1;
  int identity = -1;
  int any = -1;

  void Read(std::string_view list) {
    while (!list.empty()) {
      std::string_view item = TakeUpTo(list, ',');
      const std::string_view name = TakeUpTo(item, ';');
      if (int* quality = Of(name)) *quality = QualityOf(item);
    }
  }

  int* Of(std::string_view name) {
    if (EqualsIgnoringCase(name, "gzip") || EqualsIgnoringCase(name, "x-gzip")) return &gzip;
    if (EqualsIgnoringCase(name, "br")) return &brotli;
    if (EqualsIgnoringCase(name, "identity")) return &identity;
    if (name == "*") return &any;
    return nullptr;
  }
};

std::string Gzip(std::string_view data, Effort effort) {
  constexpr int kGzipFormat = 15 + 16;
  constexpr int kDefaultMemory = 8;
  z_stream stream{};
  const int level = effort == Effort::kFast ? Z_BEST_SPEED : Z_BEST_COMPRESSION;
  if (deflateInit2(&stream, level, Z_DEFLATED, kGzipFormat, kDefaultMemory, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return {};
  }
  std::string out(deflateBound(&stream, data.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(result == Z_STREAM_END ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

std::string Brotli(std::string_view data, Effort effort) {
  constexpr int kFastQuality = 1;
  constexpr int kFastWindow = 18;  // 256 KiB: what one answer hardly ever exceeds.
  // The two best qualities are ten times slower, which whoever asks first would feel.
  constexpr int kBestQuality = 9;
  const bool fast = effort == Effort::kFast;
  std::size_t size = BrotliEncoderMaxCompressedSize(data.size());
  std::string out(size, '\0');
  const BROTLI_BOOL done = BrotliEncoderCompress(
      fast ? kFastQuality : kBestQuality, fast ? kFastWindow : BROTLI_DEFAULT_WINDOW,
      BROTLI_MODE_TEXT, data.size(), reinterpret_cast<const std::uint8_t*>(data.data()), &size,
      reinterpret_cast<std::uint8_t*>(out.data()));
  out.resize(done == BROTLI_TRUE ? size : 0);
  return out;
}

}  // namespace

std::string_view NameOf(Coding coding) {
  constexpr std::array<std::string_view, 3> kNames = {"identity", "gzip", "br"};
  return kNames[static_cast<std::size_t>(coding)];
}

CodingChoice ChooseCoding(const Request& request) {
  Qualities said;
  bool asked = false;
  for (const Header& header : request.headers) {
    if (!EqualsIgnoringCase(header.name, "Accept-Encoding")) continue;
    said.Read(header.value);
    asked = true;
  }
  if (!asked) return {};
  const int otherwise = std::max(said.any, 0);
  const int gzip = said.gzip >= 0 ? said.gzip : otherwise;
  const int brotli = said.brotli >= 0 ? said.brotli : otherwise;
  // Unsaid, identity is acceptable, but no more than what was asked for; "*;q=0" refuses it, too.
  const bool refused = said.identity == 0 || (said.identity < 0 && said.any == 0);
  const int identity = std::max(said.identity, 0);

  const int best = std::max(gzip, brotli);
  CodingChoice choice{Coding::kIdentity, refused};
  if (best == 0 || best < identity) return choice;
  choice.coding = brotli == best ? Coding::kBrotli : Coding::kGzip;
  return choice;
}

std::string Encode(Coding coding, std::string_view data, Effort effort) {
  if (coding == Coding::kGzip) return Gzip(data, effort);
  if (coding == Coding::kBrotli) return Brotli(data, effort);
  return {};
}

}  // namespace heirloom::http
