#include "storage/aws/sigv4.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "appliance/base/encoding.h"
#include "appliance/base/json.h"

namespace heirloom::aws {
namespace {

constexpr std::int64_t kVectorTime = 1'440'938'160;   // 2015-08-30T12:36:00Z
constexpr std::int64_t kExampleTime = 1'369'353'600;  // 2013-05-24T00:00:00Z

std::string SignatureOf(const std::string& text) {
  const std::size_t at = text.find("Signature=");
  return at == std::string::npos ? "" : text.substr(at + 10, 64);
}

HttpRequest Ask(std::string url, std::vector<HttpHeader> headers = {}) {
  HttpRequest request;
  request.url = std::move(url);
  request.headers = std::move(headers);
  return request;
}

std::string HeaderOf(const HttpRequest& request, std::string_view name) {
  for (const HttpHeader& header : request.headers) {
    if (header.name == name) return header.value;
  }
  return "";
}

// One vector of AWS's published test suite (aws-sig-v4-test-suite, Apache-2.0).
struct Vector {
  explicit Vector(Json document) : json(std::move(document)) {
    request.method = Text("method");
    request.url = "https://example.amazonaws.com" + Text("target");
    const Json headers = json.Get("headers");
    for (std::size_t i = 0; i < headers.Size(); ++i) {
      request.headers.push_back({std::string(headers.At(i).At(0).AsString()),
                                 std::string(headers.At(i).At(1).AsString())});
    }
    if (!json.Get("normalize").AsBool()) scope.path = SigningScope::Path::kAsSent;
    // In the one vector that leaves the token out of the signature it is added after signing.
    if (!json.Get("omit_session_token").AsBool()) keys.session_token = Text("session_token");
    scope.payload_header = json.Get("sign_body").AsBool();
    hash = Sha256Hex(Text("body"));
  }
  std::string Text(std::string_view key) const { return std::string(json.Get(key).AsString()); }

  Json json;
  HttpRequest request;
  Credentials keys{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "", {}};
  SigningScope scope{"us-east-1", "service"};
  std::string hash;
};

std::vector<Vector> Vectors() {
  std::vector<Vector> vectors;
  std::ifstream lines(HEIRLOOM_FIXTURES "/sigv4_vectors.jsonl");
  for (std::string line; std::getline(lines, line);) {
    vectors.emplace_back(Json::Parse(line).value());
  }
  return vectors;
}

TEST_CASE("every request of AWS's test suite is signed as published, tokens included") {
  const Time now = Time::FromSeconds(kVectorTime);
  const std::vector<Vector> vectors = Vectors();
  REQUIRE(vectors.size() == 38);
  for (Vector vector : vectors) {
    INFO(vector.Text("name"));
    REQUIRE(Sign(vector.request, vector.keys, vector.scope, now, vector.hash));
    CHECK(CanonicalRequest(vector.request, vector.scope, vector.hash) ==
          vector.Text("header_canonical"));
    CHECK(SignatureOf(HeaderOf(vector.request, "Authorization")) ==
          vector.Text("header_signature"));
  }
}

TEST_CASE("every request of AWS's test suite is presigned as published, tokens included") {
  const Time now = Time::FromSeconds(kVectorTime);
  for (const Vector& vector : Vectors()) {
    INFO(vector.Text("name"));
    const auto url = Presign(vector.request, vector.keys, vector.scope, now, 3600, vector.hash);
    REQUIRE(url);
    CHECK(SignatureOf(*url) == vector.Text("query_signature"));
    CHECK((url->find("X-Amz-Security-Token=") != std::string::npos) ==
          !vector.keys.session_token.empty());
  }
}

// The worked examples of the S3 documentation.
const Credentials kExampleKeys{
    "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "", {}};

std::string SignedExample(HttpRequest request, std::string_view body) {
  REQUIRE(Sign(request, kExampleKeys, SigningScope::S3("us-east-1"),
               Time::FromSeconds(kExampleTime), Sha256Hex(body)));
  CHECK(HeaderOf(request, "X-Amz-Content-Sha256") == Sha256Hex(body));
  return SignatureOf(HeaderOf(request, "Authorization"));
}

TEST_CASE("the examples of the S3 documentation have its signatures") {
  const std::string bucket = "https://examplebucket.s3.amazonaws.com";
  CHECK(SignedExample(Ask(bucket + "/test.txt", {{"Range", "bytes=0-9"}}), "") ==
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  HttpRequest put = Ask(
      bucket + "/test$file.text",
      {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}});
  put.method = "PUT";
  CHECK(SignedExample(put, "Welcome to Amazon S3.") ==
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  CHECK(SignedExample(Ask(bucket + "/?lifecycle"), "") ==
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  CHECK(SignedExample(Ask(bucket + "/?max-keys=2&prefix=J"), "") ==
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
  const auto presigned =
      Presign(Ask(bucket + "/test.txt"), kExampleKeys, SigningScope::S3("us-east-1"),
              Time::FromSeconds(kExampleTime), 86400);
  REQUIRE(presigned);
  CHECK(SignatureOf(*presigned) ==
        "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST_CASE("a request that is signed again carries the new signature alone") {
  HttpRequest request = Ask("https://sqs.eu-west-1.amazonaws.com/");
  const SigningScope scope{"eu-west-1", "sqs"};
  Credentials keys = kExampleKeys;
  keys.session_token = "first";
  REQUIRE(Sign(request, keys, scope, Time::FromSeconds(kExampleTime), Sha256Hex("")));
  const std::string first = HeaderOf(request, "Authorization");
  keys.session_token = "second";
  REQUIRE(Sign(request, keys, scope, Time::FromSeconds(kExampleTime + 60), Sha256Hex("")));
  CHECK(request.headers.size() == 3);
  CHECK(HeaderOf(request, "X-Amz-Security-Token") == "second");
  CHECK(HeaderOf(request, "Authorization") != first);
  keys.session_token = "";
  REQUIRE(Sign(request, keys, scope, Time::FromSeconds(kExampleTime), Sha256Hex("")));
  CHECK(HeaderOf(request, "X-Amz-Security-Token").empty());
}

TEST_CASE("what cannot be signed is refused in words without the keys") {
  HttpRequest request = Ask("https://example.org/");
  const SigningScope scope = SigningScope::S3("us-east-1");
  const Time now = Time::FromSeconds(kExampleTime);
  CHECK(Sign(request, {}, scope, now, "").error().code == ErrorCode::kForbidden);
  const Status damaged = Sign(request, {"AKID", "SECRET\r\nX: y", "", {}}, scope, now, "");
  REQUIRE_FALSE(damaged);
  CHECK(damaged.error().message.find("SECRET") == std::string::npos);
  HttpRequest nowhere = Ask("/just/a/path");
  CHECK_FALSE(Sign(nowhere, kExampleKeys, scope, now, ""));
  CHECK_FALSE(Presign(request, kExampleKeys, scope, now, 0));
  CHECK_FALSE(Presign(request, kExampleKeys, scope, now, kMaxPresignSeconds + 1));
}

TEST_CASE("a port that goes without saying is not signed, another one is") {
  const SigningScope scope = SigningScope::S3("us-east-1");
  CHECK(CanonicalRequest(Ask("https://Example.org:443/"), scope, "x").find("host:example.org\n") !=
        std::string::npos);
  CHECK(CanonicalRequest(Ask("http://127.0.0.1:9000/"), scope, "x").find("host:127.0.0.1:9000\n") !=
        std::string::npos);
}

}  // namespace
}  // namespace heirloom::aws
