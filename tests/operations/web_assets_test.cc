#include "appliance/operations/web_assets.h"

#include <zlib.h>

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "appliance/http/representation.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using Catch::Contains;
using Catch::StartsWith;
using testing::TempFolder;
using testing::WriteFile;

const std::string kPage = "<html>the application</html>";
const std::string kScript = "console.log('" + std::string(5000, 'x') + "')";

http::Request Ask(const std::string& path, std::vector<http::Header> headers) {
  http::Request request;
  request.method = "GET";
  request.path = path;
  request.headers = std::move(headers);
  return request;
}

std::string HeaderOf(const http::Response& response, const std::string& name) {
  for (const http::Header& header : response.headers) {
    if (header.name == name) return header.value;
  }
  return "";
}

std::string BodyOf(const http::Response& response) {
  return response.shared_body ? *response.shared_body : response.body;
}

std::string Gunzip(const std::string& data) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string out(1u << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

class AssetsFixture {
 protected:
  AssetsFixture() {
    std::filesystem::create_directories(root_ / "assets");
    WriteFile(root_ / "index.html", kPage);
    WriteFile(root_ / "assets/main-Ab12.js", kScript);
    WriteFile(root_ / "favicon.svg", "<svg/>");
    WriteFile(folder_ / "secret.txt", "secret");
  }

  http::Response Get(const std::string& path, std::vector<http::Header> headers = {}) {
    return assets_.Serve(Ask(path, std::move(headers)));
  }

  // What the listener makes of it.
  http::Response Represented(const std::string& path, std::vector<http::Header> headers) {
    const http::Request request = Ask(path, std::move(headers));
    http::Response response = assets_.Serve(request);
    http::Represent(request, response);
    return response;
  }

  TempFolder folder_;
  std::filesystem::path root_ = folder_ / "webui";
  WebAssets assets_{root_};
};

const std::vector<http::Header> kBrowser = {
    {"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}};

TEST_CASE_METHOD(AssetsFixture, "files come with their type", "[web]") {
  CHECK(BodyOf(Get("/assets/main-Ab12.js")) == kScript);
  CHECK(HeaderOf(Get("/assets/main-Ab12.js"), "Content-Type") == "text/javascript; charset=utf-8");
  CHECK(HeaderOf(Get("/favicon.svg"), "Content-Type") == "image/svg+xml");
  WriteFile(root_ / "strange.exe", "MZ");
  CHECK(HeaderOf(Get("/strange.exe"), "Content-Type") == "application/octet-stream");
}

TEST_CASE_METHOD(AssetsFixture, "hashed files are kept for good, the page is asked for each time",
                 "[web]") {
  CHECK(HeaderOf(Get("/assets/main-Ab12.js"), "Cache-Control") ==
        "public, max-age=31536000, immutable");
  CHECK(HeaderOf(Get("/"), "Cache-Control") == "no-cache");
  CHECK(HeaderOf(Get("/favicon.svg"), "Cache-Control") == "no-cache");
}

TEST_CASE_METHOD(AssetsFixture, "the root is the application, whatever is accepted", "[web]") {
  CHECK(BodyOf(Get("/")) == kPage);
  CHECK(BodyOf(Get("/", {{"Accept", "application/json"}})) == kPage);
}

TEST_CASE_METHOD(AssetsFixture, "the address of a page leads to the application", "[web]") {
  for (const std::string path : {"/legacies/1", "/stories/1/edit", "/apiary", "/setup", "/a.b/c"}) {
    CAPTURE(path);
    CHECK(BodyOf(Get(path, kBrowser)) == kPage);
    CHECK(Get(path, {{"Accept", "application/json"}}).status == 404);
    CHECK(Get(path).status == 404);
  }
}

TEST_CASE_METHOD(AssetsFixture, "what is missing in the API or among the files is not found",
                 "[web]") {
  for (const std::string path :
       {"/api", "/api/", "/api/v1/nothing", "/assets/gone.js", "/assets/"}) {
    CAPTURE(path);
    const http::Response response = Get(path, kBrowser);
    CHECK(response.status == 404);
    CHECK(HeaderOf(response, "Content-Type") == "application/problem+json");
  }
}

TEST_CASE_METHOD(AssetsFixture, "nothing outside the folder can be reached", "[web]") {
  std::filesystem::create_symlink(folder_ / "secret.txt", root_ / "link.txt");
  std::filesystem::create_directory_symlink(folder_.Path(), root_ / "out");
  std::filesystem::create_symlink("index.html", root_ / "inside.html");
  WriteFile(root_ / ".env", "secret");
  std::filesystem::create_directories(root_ / ".git");
  WriteFile(root_ / ".git/config", "secret");
  const std::string path = GENERATE(
      as<std::string>(), "/../secret.txt", "/assets/../../secret.txt", "/./../secret.txt",
      "//secret.txt", "/..", "/assets/..", "/..\\secret.txt", "/assets\\..\\..\\secret.txt",
      "/link.txt", "/out/secret.txt", "/out", "/inside.html", "/.env", "/.git/config", "/.",
      "/assets/.", "/assets", "/assets/", "/index.html/", "/index.html/x", "//index.html",
      std::string("/index.html\0.png", 16), "/index.html\n", "/%2e%2e/secret.txt");
  CAPTURE(path);
  const http::Response response = Get(path);
  CHECK(response.status == 404);
  CHECK_THAT(BodyOf(response), !Contains("secret") && !Contains("application</html>"));
}

TEST_CASE_METHOD(AssetsFixture, "a pipe or a folder is no file", "[web]") {
  REQUIRE(::system(("mkfifo " + (root_ / "pipe").string()).c_str()) == 0);
  CHECK(Get("/pipe").status == 404);
}

TEST_CASE_METHOD(AssetsFixture, "who has a file already gets no body", "[web]") {
  const std::string etag = HeaderOf(Get("/favicon.svg"), "ETag");
  CHECK_THAT(etag, StartsWith("\""));
  for (const std::string& known : {etag, "W/" + etag, "\"other\", " + etag, std::string("*")}) {
    CAPTURE(known);
    const http::Response response = Represented("/favicon.svg", {{"If-None-Match", known}});
    CHECK(response.status == 304);
    CHECK(BodyOf(response).empty());
    CHECK(HeaderOf(response, "ETag") == etag);
    CHECK(HeaderOf(response, "Cache-Control") == "no-cache");
  }
  CHECK(Represented("/favicon.svg", {{"If-None-Match", "\"other\""}}).status == 200);
}

TEST_CASE_METHOD(AssetsFixture, "large text goes compressed to who can read that", "[web]") {
  const http::Response plain = Get("/assets/main-Ab12.js");
  const http::Response packed =
      Get("/assets/main-Ab12.js", {{"Accept-Encoding", "deflate, gzip;q=0.8"}});
  CHECK(HeaderOf(plain, "Content-Encoding").empty());
  CHECK(HeaderOf(packed, "Content-Encoding") == "gzip");
  CHECK(BodyOf(packed).size() < kScript.size() / 10);
  CHECK(Gunzip(BodyOf(packed)) == kScript);
  CHECK(HeaderOf(plain, "Vary") == "Accept-Encoding");
  CHECK(HeaderOf(packed, "Vary") == "Accept-Encoding");
  CHECK(HeaderOf(plain, "ETag") != HeaderOf(packed, "ETag"));
  for (const std::string refused : {"gzip;q=0", "gzip; q=0", "gzip;q=0.0", "deflate", "gzipped"}) {
    CAPTURE(refused);
    const http::Response response = Get("/assets/main-Ab12.js", {{"Accept-Encoding", refused}});
    CHECK(HeaderOf(response, "Content-Encoding").empty());
  }
}

TEST_CASE_METHOD(AssetsFixture, "brotli goes to who can read it, and is smaller", "[web]") {
  const http::Response gzip = Get("/assets/main-Ab12.js", {{"Accept-Encoding", "gzip"}});
  const http::Response brotli = Get("/assets/main-Ab12.js", {{"Accept-Encoding", "gzip, br"}});
  CHECK(HeaderOf(brotli, "Content-Encoding") == "br");
  CHECK(BodyOf(brotli).size() < BodyOf(gzip).size());
  CHECK(HeaderOf(brotli, "ETag") != HeaderOf(gzip, "ETag"));
}

TEST_CASE_METHOD(AssetsFixture, "a file that was replaced is served anew", "[web]") {
  const std::string before = HeaderOf(Get("/"), "ETag");
  WriteFile(root_ / "new.html", "<html>a new release</html>");
  std::filesystem::rename(root_ / "new.html", root_ / "index.html");
  CHECK(BodyOf(Get("/")) == "<html>a new release</html>");
  CHECK(HeaderOf(Get("/"), "ETag") != before);
}

TEST_CASE_METHOD(AssetsFixture, "memory is bounded: what does not fit is read anew", "[web]") {
  WebAssets small(root_, {.max_file = 6000, .max_total = 100});
  CHECK(BodyOf(small.Serve(Ask("/assets/main-Ab12.js", {}))) == kScript);
  CHECK(BodyOf(small.Serve(Ask("/assets/main-Ab12.js", {}))) == kScript);
  WriteFile(root_ / "huge.txt", std::string(6001, 'x'));
  CHECK(small.Serve(Ask("/huge.txt", {})).status == 404);
}

TEST_CASE("without installed pages the root says where they are looked for", "[web]") {
  WebAssets assets("/nonexistent/webui");
  const http::Response root = assets.Serve(Ask("/", {}));
  CHECK(root.status == 200);
  CHECK_THAT(HeaderOf(root, "Content-Type"), StartsWith("text/plain"));
  CHECK_THAT(BodyOf(root), Contains("/nonexistent/webui"));
  CHECK(assets.Serve(Ask("/legacies/1", kBrowser)).status == 404);
}

}  // namespace
}  // namespace heirloom
