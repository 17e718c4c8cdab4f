#include "appliance/http/representation.h"

#include <catch2/catch.hpp>

namespace heirloom::http {
namespace {

Request Get(std::vector<Header> headers = {}) {
  Request request;
  request.method = "GET";
  request.headers = std::move(headers);
  return request;
}

Response Version(std::int64_t version, std::string body) {
  return Response::Json(200, std::move(body)).Set("ETag", ETagOf(version));
}

std::string FieldOf(const Response& response, std::string_view name) {
  for (const Header& header : response.headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

// What a request gets of a response.
Response Got(const Request& request, Response response) {
  Represent(request, response);
  return response;
}

const std::string kLong(5000, 'x');

TEST_CASE("an ETag names the bytes, and the version can be read out of it", "[http][etag]") {
  const std::string owner = FieldOf(Got(Get(), Version(12, R"({"may":["edit"]})")), "ETag");
  const std::string viewer = FieldOf(Got(Get(), Version(12, R"({"may":[]})")), "ETag");
  CHECK(owner != viewer);
  CHECK(owner == FieldOf(Got(Get(), Version(12, R"({"may":["edit"]})")), "ETag"));
  for (const std::string& tag : {owner, viewer, ETagOf(12)}) {
    INFO(tag);
    CHECK(ReadIfMatch(Get({{"If-Match", tag}})).value() == 12);
  }
  const std::string packed =
      FieldOf(Got(Get({{"Accept-Encoding", "br"}}), Version(12, kLong)), "ETag");
  CHECK_THAT(packed, Catch::EndsWith("-br\""));
  CHECK(ReadIfMatch(Get({{"If-Match", packed}})).value() == 12);
}

TEST_CASE("a made-up ETag is not read", "[http][etag]") {
  const std::string long_one = "\"v12-" + std::string(40, 'a') + '"';
  for (const std::string tag : {"\"v12-a b\"", "\"v12-a\\\"", "\"v-1\"", "\"v12x\"", "\"v\"",
                                "\"-\"", "\"v12-a\"b\"", long_one.c_str()}) {
    INFO(tag);
    CHECK_FALSE(ReadIfMatch(Get({{"If-Match", tag}})));
  }
}

TEST_CASE("who has the bytes is not sent them again", "[http][etag]") {
  const std::string etag = FieldOf(Got(Get(), Version(3, "{}")), "ETag");
  Response made = Version(3, "{}").Set("Heirloom-Sequence", "e.9");
  const Response same = Got(Get({{"If-None-Match", etag}}), made);
  CHECK(same.status == 304);
  CHECK(same.body.empty());
  CHECK(FieldOf(same, "ETag") == etag);
  CHECK(FieldOf(same, "Cache-Control") == "private, no-cache");
  CHECK(FieldOf(same, "Vary") == "Authorization, Cookie");
  CHECK(FieldOf(same, "Heirloom-Sequence") == "e.9");
  CHECK(FieldOf(same, "Content-Type").empty());

  CHECK(Got(Get({{"If-None-Match", etag}}), Version(4, "{}")).status == 200);
  CHECK(Got(Get({{"If-None-Match", etag}}), Version(3, "{ }")).status == 200);
  CHECK(Got(Get({{"If-None-Match", ETagOf(3)}}), Version(3, "{}")).status == 200);
}

TEST_CASE("preconditions of reads do not touch writes and refusals", "[http][etag]") {
  Request patch = Get({{"If-Match", "\"v2\""}, {"If-None-Match", "*"}});
  patch.method = "PATCH";
  CHECK(Got(patch, Version(3, "{}")).status == 200);
  Response missing = Response::Json(404, "{}");
  CHECK(Got(Get({{"If-None-Match", "*"}}), missing).status == 404);
  Response list = Response::Json(200, "[]");
  CHECK(Got(Get({{"If-None-Match", "*"}}), list).status == 200);
  CHECK(FieldOf(Got(Get(), list), "ETag").empty());
  CHECK(FieldOf(Got(Get(), list), "Cache-Control").empty());
}

TEST_CASE("answers of some size are encoded as the client likes it", "[http][coding]") {
  const Request accepts = Get({{"Accept-Encoding", "gzip"}});
  const Response packed = Got(accepts, Response::Json(200, kLong));
  CHECK(FieldOf(packed, "Content-Encoding") == "gzip");
  CHECK(FieldOf(packed, "Vary") == "Accept-Encoding");
  CHECK(packed.body.size() < 200);
  // Whoever did not ask is told that others get it otherwise.
  const Response plain = Got(Get(), Response::Json(200, kLong));
  CHECK(plain.body == kLong);
  CHECK(FieldOf(plain, "Vary") == "Accept-Encoding");
  const Response small = Got(accepts, Response::Json(200, "{}"));
  CHECK(small.body == "{}");
  CHECK(FieldOf(small, "Content-Encoding").empty());
  CHECK(FieldOf(small, "Vary").empty());
  const Response insisted =
      Got(Get({{"Accept-Encoding", "gzip, identity;q=0"}}), Response::Json(200, "{}"));
  CHECK(FieldOf(insisted, "Content-Encoding") == "gzip");
}

TEST_CASE("a copy in one coding is not taken for another", "[http][coding]") {
  const Request gzip = Get({{"Accept-Encoding", "gzip"}});
  const std::string packed = FieldOf(Got(gzip, Version(3, kLong)), "ETag");
  const std::string plain = FieldOf(Got(Get(), Version(3, kLong)), "ETag");
  CHECK(packed != plain);
  CHECK(Got(Get({{"If-None-Match", packed}}), Version(3, kLong)).status == 200);
  const Response same =
      Got(Get({{"Accept-Encoding", "gzip"}, {"If-None-Match", packed}}), Version(3, kLong));
  CHECK(same.status == 304);
  CHECK(FieldOf(same, "Content-Encoding").empty());
  CHECK(FieldOf(same, "Vary") == "Accept-Encoding, Authorization, Cookie");
}

TEST_CASE("what holds secrets, or is packed, is not encoded", "[http][coding]") {
  const Request accepts = Get({{"Accept-Encoding", "gzip, br"}});
  const auto coding_of = [&](const Request& request, Response response) {
    return FieldOf(Got(request, std::move(response)), "Content-Encoding");
  };
  CHECK(coding_of(accepts, Response::Json(200, kLong)) == "br");
  CHECK(coding_of(accepts, Response::Json(200, kLong).Set("Cache-Control", "no-store")).empty());
  CHECK(coding_of(accepts, Response::Json(200, kLong).Set("Content-Type", "image/png")).empty());
  CHECK(coding_of(accepts, Response::Json(200, kLong).Set("Content-Encoding", "zstd")) == "zstd");
  Response shared;
  shared.Set("Content-Type", "text/plain").shared_body = std::make_shared<const std::string>(kLong);
  CHECK(coding_of(accepts, shared).empty());
  CHECK(coding_of(accepts, Response::Json(200, std::string(5u << 20, 'x'))).empty());

  // BREACH: another site's page makes the browser ask, and watches how long the answers are.
  for (const char* site : {"cross-site", "same-site", "nonsense"}) {
    Request foreign = accepts;
    foreign.headers.push_back({"Sec-Fetch-Site", site});
    CHECK(coding_of(foreign, Response::Json(200, kLong)).empty());
  }
  for (const char* site : {"same-origin", "none"}) {
    Request own = accepts;
    own.headers.push_back({"Sec-Fetch-Site", site});
    CHECK(coding_of(own, Response::Json(200, kLong)) == "br");
  }
}

TEST_CASE("an encoded body has no ranges", "[http][range]") {
  Response response;
  response.Set("Content-Encoding", "gzip").shared_body =
      std::make_shared<const std::string>("packed");
  const Response got = Got(Get({{"Range", "bytes=0-1"}}), response);
  CHECK(got.status == 200);
  CHECK(FieldOf(got, "Accept-Ranges").empty());
}

}  // namespace
}  // namespace heirloom::http
