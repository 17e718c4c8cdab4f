#include "storage/files/signed_url.h"

#include <catch2/catch.hpp>

#include "tests/support/manual_clock.h"

namespace heirloom::files {
namespace {

const std::string kKey(32, 'k');
constexpr Time kNow = testing::ManualClock::kStart;

BlobGrant Read() {
  BlobGrant grant;
  grant.key = {"0190b0aa", "photos/a ü&?#.jpg"};
  grant.expires = kNow + Time::FromSeconds(60);
  grant.content_disposition = "attachment; filename=\"a b.jpg\"";
  return grant;
}

BlobGrant Part() {
  BlobGrant grant;
  grant.action = BlobGrant::Action::kSendPart;
  grant.key = {"0190b0aa", "films/b.mp4"};
  grant.expires = kNow + Time::FromSeconds(600);
  grant.upload_id = std::string(32, 'a');
  grant.part = 7;
  grant.length = 5'242'880;
  return grant;
}

TEST_CASE("a grant comes back as it was signed") {
  for (const BlobGrant& grant : {Read(), Part()}) {
    const std::string url = SignGrant(kKey, grant);
    const auto verified = VerifyGrant(kKey, grant.Method(), url, kNow);
    REQUIRE(verified);
    CHECK(*verified == grant);
  }
  CHECK(VerifyGrant(kKey, "HEAD", SignGrant(kKey, Read()), kNow));
}

TEST_CASE("no byte of a signed URL can be changed, left out or added") {
  for (const BlobGrant& grant : {Read(), Part()}) {
    const std::string url = SignGrant(kKey, grant);
    int accepted = 0;
    for (std::size_t i = 0; i < url.size(); ++i) {
      for (const char other : {'0', '1', 'a', 'A', '/', '%', '&', '=', '.'}) {
        std::string changed = url;
        changed[i] = other;
        const auto verified = VerifyGrant(kKey, grant.Method(), changed, kNow);
        // %2f for %2F says the same.
        if (changed != url && verified && *verified != grant) ++accepted;
        std::string longer = url;
        longer.insert(i, 1, other);
        const auto longer_verified = VerifyGrant(kKey, grant.Method(), longer, kNow);
        if (longer_verified && *longer_verified != grant) ++accepted;
      }
      std::string shorter = url;
      shorter.erase(i, 1);
      if (VerifyGrant(kKey, grant.Method(), shorter, kNow)) ++accepted;
      if (VerifyGrant(kKey, grant.Method(), url.substr(0, i), kNow)) ++accepted;
    }
    CHECK(accepted == 0);
  }
}

TEST_CASE("a grant ends when it expires, and is for its method and key alone") {
  const std::string url = SignGrant(kKey, Read());
  CHECK(VerifyGrant(kKey, "GET", url, kNow + Time::FromSeconds(59)));
  CHECK(VerifyGrant(kKey, "GET", url, kNow + Time::FromSeconds(60)).error().code ==
        ErrorCode::kForbidden);
  CHECK_FALSE(VerifyGrant(kKey, "PUT", url, kNow));
  CHECK_FALSE(VerifyGrant(kKey, "DELETE", url, kNow));
  CHECK_FALSE(VerifyGrant(std::string(32, 'o'), "GET", url, kNow));
  CHECK_FALSE(VerifyGrant(kKey, "GET", url + "&expires=99999999999", kNow));
  CHECK_FALSE(VerifyGrant(kKey, "GET", "/blobs/", kNow));
  CHECK_FALSE(VerifyGrant(kKey, "GET", "", kNow));
}

}  // namespace
}  // namespace heirloom::files
