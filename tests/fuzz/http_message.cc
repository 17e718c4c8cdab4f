// A head and its body, as they come off a socket. However the bytes are cut into pieces, the same
// comes of them; and what passes keeps the word that request_head.h gives.
#include <algorithm>
#include <string>

#include "appliance/base/text.h"
#include "appliance/http/body_reader.h"
#include "appliance/http/header_text.h"
#include "appliance/http/request_head.h"
#include "tests/fuzz/fuzzer.h"

using heirloom::fuzz::Expect;
using namespace heirloom::http;

namespace {

constexpr std::size_t kMaxBody = 1000;

struct Scanned {
  int refused = 0;  // The status; 0: not refused.
  std::size_t begin = 0;
  std::size_t end = 0;
};

Scanned Scan(std::string_view input, std::size_t piece) {
  HeadScanner scanner(HeadLimits{.max_bytes = 4096, .max_headers = 20, .max_target = 500});
  for (std::size_t have = 0; have < input.size();) {
    have = std::min(input.size(), have + piece);
    if (const auto refusal = scanner.Scan(input.substr(0, have))) return {refusal->status, 0, 0};
    if (scanner.end() > 0) break;
  }
  return {0, scanner.begin(), scanner.end()};
}

struct Body {
  int refused = 0;
  std::string text;
  bool done = false;
};

Body ReadBody(const RequestHead& head, std::string_view input, std::size_t piece) {
  BodyReader reader(head, kMaxBody);
  Body body;
  std::string waiting;
  while (!reader.done() && !input.empty()) {
    waiting.append(input.substr(0, piece));
    input.remove_prefix(std::min(piece, input.size()));
    std::size_t used = 0;
    if (const auto refusal = reader.Read(waiting, used, body.text)) {
      body.refused = refusal->status;
      return body;
    }
    Expect(used <= waiting.size(), "a reader uses no more than it was given");
    waiting.erase(0, used);
  }
  body.done = reader.done();
  return body;
}

void CheckHead(const RequestHead& head) {
  Expect(head.path == "*" || head.path.substr(0, 1) == "/", "a path starts with a slash");
  Expect(heirloom::IsStorableText(head.path), "a path is UTF-8 without NUL");
  Expect(head.path.find("/../") == std::string::npos, "a path has no dot segments");
  for (const auto& [name, value] : head.query) {
    Expect(heirloom::IsStorableText(name) && heirloom::IsStorableText(value), "a query is UTF-8");
  }
  for (const Header& header : head.headers) {
    Expect(IsToken(header.name) && IsFieldValue(header.value), "a field holds what it may");
  }
  Expect(!head.chunked || head.content_length == 0, "framing is one or the other");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input = heirloom::fuzz::AsText(data, size);
  const std::size_t piece = 1 + heirloom::fuzz::Choices(input).Below(64);
  const Scanned whole = Scan(input, std::max<std::size_t>(input.size(), 1));
  const Scanned pieces = Scan(input, piece);
  // In pieces a refusal may come sooner and so be another, but what passes is the same.
  Expect((whole.refused == 0) == (pieces.refused == 0), "pieces pass where the whole does");
  if (whole.refused != 0 || whole.end == 0) return 0;
  Expect(whole.begin == pieces.begin && whole.end == pieces.end, "the head ends where it ends");

  RequestHead head;
  const HeadLimits limits{.max_bytes = 4096, .max_headers = 20, .max_target = 500};
  if (ParseHead(input.substr(whole.begin, whole.end - whole.begin), limits, head)) return 0;
  CheckHead(head);
  if (!head.HasBody()) return 0;

  input.remove_prefix(whole.end);
  const Body at_once = ReadBody(head, input, std::max<std::size_t>(input.size(), 1));
  const Body by_pieces = ReadBody(head, input, piece);
  Expect(at_once.refused == by_pieces.refused, "pieces are refused as the whole is");
  Expect(at_once.text.size() <= kMaxBody && by_pieces.text.size() <= kMaxBody, "a body is capped");
  if (at_once.refused == 0) {
    Expect(at_once.text == by_pieces.text && at_once.done == by_pieces.done, "one body");
  }
  return 0;
}
