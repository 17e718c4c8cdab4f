#include "appliance/operations/contract_routes.h"

#include <zlib.h>

#include <catch2/catch.hpp>
#include <string>

#include "appliance/base/json.h"

namespace heirloom {
namespace {

http::Response Get(const std::string& accept_encoding) {
  http::Router router;
  AddContractRoute(router);
  http::Request request;
  request.method = "GET";
  request.path = "/api/v1/openapi.json";
  request.headers = {{"Accept-Encoding", accept_encoding}};
  return (*router.Find("GET", request.path).handler)(request);
}

std::string FieldOf(const http::Response& response, std::string_view name) {
  for (const http::Header& header : response.headers) {
    if (header.name == name) return header.value;
  }
  return "";
}

std::string Unpack(const std::string& packed) {
  constexpr int kGzipWindow = 15 + 16;
  std::string text(4u << 20, '\0');
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, kGzipWindow) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

TEST_CASE("the contract is served as JSON, with what it says of itself", "[operations]") {
  const http::Response response = Get("");
  CHECK(response.status == 200);
  CHECK(FieldOf(response, "Content-Type") == "application/json");
  CHECK(FieldOf(response, "Content-Encoding").empty());
  const Result<Json> contract = Json::Parse(*response.shared_body);
  REQUIRE(contract);
  CHECK(contract->Get("openapi").AsString() == "3.1.0");
  CHECK(contract->Get("paths").Get("/api/v1/openapi.json").Get("get").IsObject());
}

TEST_CASE("the contract is compressed for who can read that, under a tag of its own",
          "[operations]") {
  const http::Response plain = Get("");
  const http::Response gzip = Get("gzip");
  CHECK(FieldOf(gzip, "Content-Encoding") == "gzip");
  CHECK(Unpack(*gzip.shared_body) == *plain.shared_body);
  CHECK(gzip.shared_body->size() * 5 < plain.shared_body->size());
  CHECK(FieldOf(Get("br"), "Content-Encoding") == "br");
  CHECK(FieldOf(gzip, "ETag") != FieldOf(plain, "ETag"));
  CHECK(FieldOf(gzip, "ETag") == FieldOf(Get("gzip"), "ETag"));
}

}  // namespace
}  // namespace heirloom
