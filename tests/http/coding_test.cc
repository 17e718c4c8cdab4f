#include "appliance/http/coding.h"

#include <catch2/catch.hpp>

namespace heirloom::http {
namespace {

CodingChoice Choose(const std::vector<std::string>& fields) {
  Request request;
  for (const std::string& value : fields) request.headers.push_back({"accept-encoding", value});
  return ChooseCoding(request);
}

TEST_CASE("the coding that is wanted most is chosen", "[http][coding]") {
  struct Case {
    std::string field;
    Coding coding;
  };
  const std::vector<Case> cases = {
      {"gzip", Coding::kGzip},
      {"br", Coding::kBrotli},
      {"X-GZIP", Coding::kGzip},
      {"gzip, deflate", Coding::kGzip},
      {"gzip, deflate, br, zstd", Coding::kBrotli},
      {"gzip;q=1.0, br;q=0.9", Coding::kGzip},
      {"gzip;q=0.001,br;q=0.002", Coding::kBrotli},
      {"br ; q=0.5 , gzip ; Q=0.25", Coding::kBrotli},
      {"*", Coding::kBrotli},
      {"*, br;q=0", Coding::kGzip},
      {"gzip;q=0.5, *;q=0.8", Coding::kBrotli},
      {"", Coding::kIdentity},
      {"deflate", Coding::kIdentity},
      {"identity", Coding::kIdentity},
      {"gzip;q=0", Coding::kIdentity},
      {"gzip;q=0.000, br;q=0.0", Coding::kIdentity},
      {"*;q=0", Coding::kIdentity},
      {"identity, gzip;q=0.5", Coding::kIdentity},
      {"identity;q=0.5, gzip;q=0.5", Coding::kGzip},
      // What cannot be read is no wish.
      {"gzip;q=", Coding::kIdentity},
      {"gzip;q=2", Coding::kIdentity},
      {"gzip;q=1.001", Coding::kIdentity},
      {"gzip;q=0.1234", Coding::kIdentity},
      {"gzip;q=abc", Coding::kIdentity},
      {"gzip;q=-1", Coding::kIdentity},
      {",,;;,", Coding::kIdentity},
      {"gzip br", Coding::kIdentity},
      {"gzipped", Coding::kIdentity},
  };
  for (const Case& each : cases) {
    INFO(each.field);
    CHECK(NameOf(Choose({each.field}).coding) == NameOf(each.coding));
  }
  CHECK(Choose({}).coding == Coding::kIdentity);
  CHECK(Choose({"deflate", "gzip"}).coding == Coding::kGzip);
}

TEST_CASE("identity can be refused, by name or with all others", "[http][coding]") {
  for (const char* field : {"gzip, identity;q=0", "gzip, *;q=0", "identity;q=0.0", "*;q=0"}) {
    INFO(field);
    CHECK(Choose({field}).identity_refused);
  }
  for (const char* field : {"gzip", "*;q=0, identity", "identity;q=0.1", "*;q=0.1"}) {
    INFO(field);
    CHECK_FALSE(Choose({field}).identity_refused);
  }
  CHECK_FALSE(Choose({}).identity_refused);
}

TEST_CASE("what is encoded becomes smaller, whatever the effort", "[http][coding]") {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "{\"title\":\"Story " + std::to_string(i) + "\"},";
  for (const Coding coding : {Coding::kGzip, Coding::kBrotli}) {
    const std::string fast = Encode(coding, text, Effort::kFast);
    const std::string best = Encode(coding, text, Effort::kBest);
    CHECK(!fast.empty());
    CHECK(fast.size() < text.size() / 3);
    CHECK(best.size() < text.size() / 3);
  }
  CHECK(Encode(Coding::kIdentity, text, Effort::kFast).empty());
  CHECK_FALSE(Encode(Coding::kGzip, "", Effort::kFast).empty());
}

}  // namespace
}  // namespace heirloom::http
