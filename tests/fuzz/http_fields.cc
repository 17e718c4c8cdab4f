// Values of the header fields that are read: each line is "Name: value".
#include <string>

#include "appliance/http/forwarded.h"
#include "appliance/http/header_text.h"
#include "appliance/http/range.h"
#include "appliance/http/representation.h"
#include "tests/fuzz/fuzzer.h"

using heirloom::fuzz::Expect;
using namespace heirloom::http;

namespace {

Request RequestOf(std::string_view input) {
  Request request;
  request.method = "GET";
  request.remote_address = "10.0.0.1";
  while (!input.empty()) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    const std::string_view value =
        colon == std::string_view::npos ? std::string_view() : TrimBlanks(line.substr(colon + 1));
    if (!IsToken(name) || !IsFieldValue(value)) continue;  // Such a head is refused.
    request.headers.push_back({std::string(name), std::string(value)});
  }
  return request;
}

void CheckRanges(const Request& request) {
  for (const std::uint64_t size : {0u, 1u, 1000u}) {
    const RangeChoice choice = ChooseRange(request.GetHeader("Range").value_or(""), size);
    if (choice.kind != RangeChoice::Kind::kPart) continue;
    Expect(choice.size > 0 && choice.from < size && choice.size <= size - choice.from,
           "a part lies within the whole");
  }
}

void CheckRepresentation(const Request& request) {
  Response response = Response::Json(200, std::string(2000, 'x'));
  response.Set("ETag", "\"v12\"");
  Represent(request, response);
  Expect(response.status == 200 || response.status == 304 || response.status == 412,
         "a representation, or none");
  Expect(response.status != 304 || response.body.empty(), "304 has no body");

  Response file;
  file.shared_body = std::make_shared<const std::string>("0123456789");
  const auto part = Represent(request, file);
  Expect(part.has_value() == (file.status == 206), "206 is a part");
}

void CheckProxies(Request request) {
  const auto proxies = TrustedProxies::Parse({"10.0.0.0/8", "fd00::/8"});
  proxies->Apply(request);
  Expect(ParseIp(request.remote_address).has_value(), "a client has an address");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Request request = RequestOf(heirloom::fuzz::AsText(data, size));
  CheckRanges(request);
  CheckRepresentation(request);
  CheckProxies(request);
  if (const auto version = ReadIfMatch(request); version && *version) {
    Expect(**version >= 0, "a version is no negative number");
  }
  for (const char* name : {"heirloom", "a", ""}) {
    if (const auto cookie = request.GetCookie(name)) {
      Expect(cookie->find(';') == std::string_view::npos, "a cookie ends at its semicolon");
    }
  }
  return 0;
}
