#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "appliance/base/digest.h"
#include "appliance/base/encoding.h"
#include "tests/contract/blob_store_contract.h"
#include "tests/contract/blob_store_fixture.h"

namespace heirloom::contract {

void CheckBlobTenants(const OpenBlobStore& open) {
  BlobStoreSetup setup = open();
  BlobStore& store = *setup.store;

  SECTION("names are compared byte by byte, and any good one can be kept") {
    const std::vector<std::string> names = {
        "a",
        "A",
        "a b",
        " a",
        "a ",
        "a+b",
        "a%20b",
        "a%2Fb",
        "...",
        "..a/a..",
        "con.txt",
        "x\\y",
        "quote\"'<>&;:*?|",
        "é",
        "e\xCC\x81",  // The same to the eye.
        "家族/写真 🙂.jpg",
        "deep/er/and/deeper/still/file",
        std::string(200, 'n') + "/" + std::string(200, 'n') + "/" + std::string(200, 'm'),
        "q?a=b&c#d",
        "~tilde_-.",
    };
    for (const std::string& name : names) {
      INFO(name);
      Must(store.Put(Key(name), "bytes of " + name, {}));
    }
    for (const std::string& name : names) {
      INFO(name);
      CHECK(ReadAll(store, Key(name)) == "bytes of " + name);
    }
    std::set<std::string> listed;
    for (const BlobEntry& entry : ListAll(store, kTenant, 7)) {
      CHECK(entry.key.tenant_id == kTenant);
      CHECK(entry.size == static_cast<std::int64_t>(entry.key.name.size()) + 9);
      CHECK(listed.insert(entry.key.name).second);
    }
    CHECK(listed == std::set<std::string>(names.begin(), names.end()));
    for (const std::string& name : names) Must(store.Delete(Key(name)));
    CHECK(ListAll(store, kTenant, 1'000).empty());
  }

  SECTION("a name that might lead elsewhere is refused by every call") {
    const std::vector<std::string> names = {
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "../a",
        "a/../b",
        "a/./b",
        "a/..",
        std::string("a\0b", 3),
        "a\nb",
        "a\x7f",
        "\xff\xfe",
        std::string("a\xC2\x85").append("b"),
        std::string(801, 'a'),
        std::string(201, 'a'),
    };
    for (const std::string& name : names) {
      const BlobKey key = Key(name);
      CHECK(CodeOf(store.Put(key, "x", {})) == ErrorCode::kInvalidArgument);
      CHECK(CodeOf(store.Head(key)) == ErrorCode::kInvalidArgument);
      CHECK(CodeOf(ReadSpan(store, key, {})) == ErrorCode::kInvalidArgument);
      CHECK(CodeOf(store.Delete(key)) == ErrorCode::kInvalidArgument);
      CHECK(CodeOf(store.Copy(key, Key("a"))) == ErrorCode::kInvalidArgument);
      CHECK(CodeOf(store.Copy(Key("a"), key)) == ErrorCode::kInvalidArgument);
      CHECK(CodeOf(store.CreateUpload(key, {})) == ErrorCode::kInvalidArgument);
      CHECK(CodeOf(store.SignGet(key, {})) == ErrorCode::kInvalidArgument);
    }
    for (const std::string tenant : {"", "..", "a/b", "A", "a b"}) {
      CHECK(CodeOf(store.Put({tenant, "a"}, "x", {})) == ErrorCode::kInvalidArgument);
      CHECK(CodeOf(store.List(tenant, "", 10)) == ErrorCode::kInvalidArgument);
    }
    CHECK(CodeOf(store.List(kTenant, "", 0)) == ErrorCode::kInvalidArgument);
    CHECK(CodeOf(store.List(kTenant, "", 1'001)) == ErrorCode::kInvalidArgument);
    CHECK(CodeOf(store.Put(Key("a"), "x", Typed("text/plain\r\nX: y"))) ==
          ErrorCode::kInvalidArgument);
    CHECK(ListAll(store, kTenant, 10).empty());
  }

  SECTION("two tenants with the same names meet nowhere") {
    const BlobKey mine = Key("photos/1");
    const BlobKey theirs{kOtherTenant, "photos/1"};
    Must(store.Put(mine, "mine", Typed("text/plain", {{"of", "me"}})));
    CHECK(CodeOf(store.Head(theirs)) == ErrorCode::kNotFound);
    CHECK(CodeOf(store.Copy(mine, theirs)) == ErrorCode::kInvalidArgument);
    Must(store.Delete(theirs));
    Must(store.Put(theirs, "theirs", {}));
    CHECK(ReadAll(store, mine) == "mine");
    CHECK(Must(store.Tags(mine)) == BlobTags{{"of", "me"}});
    CHECK(ListAll(store, kTenant, 10).size() == 1);
    CHECK(ListAll(store, kOtherTenant, 10).size() == 1);
    CHECK(ListAll(store, "0190b0aa", 10).empty());  // The beginning of both.

    const BlobUpload upload = Must(store.CreateUpload(mine, {}));
    const BlobPart part = Must(store.PutPart(upload, 1, "part"));
    const BlobUpload stolen{theirs, upload.id};
    CHECK(CodeOf(store.PutPart(stolen, 1, "other")) == ErrorCode::kNotFound);
    CHECK(CodeOf(store.ListParts(stolen, 0)) == ErrorCode::kNotFound);
    CHECK(CodeOf(store.CompleteUpload(stolen, {part}, {})) == ErrorCode::kNotFound);
    Must(store.AbortUpload(stolen));  // Which is not theirs to end:
    Must(store.CompleteUpload(upload, {part}, {}));
    CHECK(ReadAll(store, mine) == "part");
    CHECK(ReadAll(store, theirs) == "theirs");
  }
}

namespace {

constexpr std::size_t kLeast = kMinPartBytes;

std::vector<BlobPart> AllParts(BlobStore& store, const BlobUpload& upload) {
  return Must(store.ListParts(upload, 0)).parts;
}

}  // namespace

void CheckBlobUploads(const OpenBlobStore& open) {
  BlobStoreSetup setup = open();
  BlobStore& store = *setup.store;
  const BlobKey key = Key("films/wedding é.mp4");
  const std::string first = Noise(kLeast, 1);
  const std::string second = Noise(kLeast + 17, 2);

  SECTION("parts become one blob, whatever order they came in; till then nothing is seen") {
    const BlobUpload upload = Must(store.CreateUpload(key, Typed("video/mp4", {{"state", "new"}})));
    CHECK(AllParts(store, upload).empty());
    const BlobPart three = Must(store.PutPart(upload, 3, "the end"));
    const BlobPart two = Must(store.PutPart(upload, 2, second));
    const BlobPart one = Must(store.PutPart(upload, 1, first));
    CHECK(AllParts(store, upload) == std::vector<BlobPart>{one, two, three});
    CHECK(CodeOf(store.Head(key)) == ErrorCode::kNotFound);
    CHECK(ListAll(store, kTenant, 10).empty());
    CompleteOptions whole;
    whole.size = static_cast<std::int64_t>(first.size() + second.size() + 7);
    const BlobInfo info = Must(store.CompleteUpload(upload, {three, one, two}, whole));
    CHECK(info.size == *whole.size);
    CHECK(ReadAll(store, key) == first + second + "the end");
    const BlobInfo head = Must(store.Head(key));
    CHECK(head.etag == info.etag);
    CHECK(head.content_type == "video/mp4");
    CHECK_FALSE(head.sha256);
    CHECK(Must(store.Tags(key)) == BlobTags{{"state", "new"}});
    // A span over the seam.
    CHECK(Must(ReadSpan(store, key, {static_cast<std::int64_t>(kLeast) - 3, 6})) ==
          first.substr(kLeast - 3) + second.substr(0, 3));
    // The answer did not arrive, and it is completed again.
    CHECK(Must(store.CompleteUpload(upload, {one, two, three}, whole)).etag == info.etag);
    CHECK(CodeOf(store.PutPart(upload, 1, first)) == ErrorCode::kNotFound);
    Must(store.Delete(key));
    CHECK(CodeOf(store.CompleteUpload(upload, {one, two, three}, whole)) == ErrorCode::kNotFound);
  }

  SECTION("a part sent again takes the place of the earlier one; parts may be left out") {
    const BlobUpload upload = Must(store.CreateUpload(key, {}));
    const BlobPart old = Must(store.PutPart(upload, 2, "old"));
    Must(store.PutPart(upload, 7, "left out"));
    const BlobPart renewed = Must(store.PutPart(upload, 2, "renewed"));
    CHECK(AllParts(store, upload).front() == renewed);
    CHECK(CodeOf(store.CompleteUpload(upload, {old}, {})) == ErrorCode::kInvalidArgument);
    Must(store.CompleteUpload(upload, {renewed}, {}));
    CHECK(ReadAll(store, key) == "renewed");
  }

  SECTION("what cannot become a blob is refused, and the upload goes on") {
    const BlobUpload upload = Must(store.CreateUpload(key, {}));
    const BlobPart small = Must(store.PutPart(upload, 1, "small"));
    const BlobPart last = Must(store.PutPart(upload, 2, "last"));
    const auto complete = [&](const std::vector<BlobPart>& parts, const CompleteOptions& options) {
      return CodeOf(store.CompleteUpload(upload, parts, options));
    };
    CHECK(complete({}, {}) == ErrorCode::kInvalidArgument);
    CHECK(complete({small, last}, {}) == ErrorCode::kInvalidArgument);  // Below the least.
    CHECK(complete({last, last}, {}) == ErrorCode::kInvalidArgument);
    CHECK(complete({{3, 4, last.etag}}, {}) == ErrorCode::kInvalidArgument);
    CHECK(complete({{2, 4, small.etag}}, {}) == ErrorCode::kInvalidArgument);
    CompleteOptions wrong_sum;
    wrong_sum.size = 5;
    CHECK(complete({last}, wrong_sum) == ErrorCode::kInvalidArgument);
    CHECK(complete({{2, 5, last.etag}}, wrong_sum) == ErrorCode::kInvalidArgument);
    CHECK(CodeOf(store.PutPart(upload, 0, "x")) == ErrorCode::kInvalidArgument);
    CHECK(CodeOf(store.PutPart(upload, kMaxParts + 1, "x")) == ErrorCode::kInvalidArgument);
    CHECK(CodeOf(store.PutPart(upload, 1, "")) == ErrorCode::kInvalidArgument);
    CHECK(CodeOf(store.Head(key)) == ErrorCode::kNotFound);
    Must(store.CompleteUpload(upload, {last}, {}));
    CHECK(ReadAll(store, key) == "last");
  }

  SECTION("an upload beside a blob leaves it alone until it is complete") {
    Must(store.Put(key, "before", {}));
    const BlobUpload upload = Must(store.CreateUpload(key, {}));
    const BlobPart part = Must(store.PutPart(upload, 1, "after"));
    CHECK(ReadAll(store, key) == "before");
    CompleteOptions once;
    once.if_absent = true;
    CHECK(CodeOf(store.CompleteUpload(upload, {part}, once)) == ErrorCode::kPreconditionFailed);
    CHECK(ReadAll(store, key) == "before");
    Must(store.CompleteUpload(upload, {part}, {}));
    CHECK(ReadAll(store, key) == "after");
  }

  SECTION("an aborted upload is gone, and may be aborted again") {
    const BlobUpload upload = Must(store.CreateUpload(key, {}));
    const BlobPart part = Must(store.PutPart(upload, 1, "x"));
    Must(store.AbortUpload(upload));
    Must(store.AbortUpload(upload));
    CHECK(CodeOf(store.ListParts(upload, 0)) == ErrorCode::kNotFound);
    CHECK(CodeOf(store.PutPart(upload, 2, "x")) == ErrorCode::kNotFound);
    CHECK(CodeOf(store.CompleteUpload(upload, {part}, {})) == ErrorCode::kNotFound);
    CHECK(CodeOf(store.Head(key)) == ErrorCode::kNotFound);
    // An id that no store gave.
    CHECK(CodeOf(store.ListParts({key, "../../etc"}, 0)) == ErrorCode::kNotFound);
  }

  SECTION("many parts come page by page, by number") {
    const BlobUpload upload = Must(store.CreateUpload(key, {}));
    for (const int number : {10'000, 7, 1, 300}) Must(store.PutPart(upload, number, "part"));
    std::vector<int> numbers;
    for (const BlobPart& part : Must(store.ListParts(upload, 1)).parts) {
      numbers.push_back(part.number);
    }
    CHECK(numbers == std::vector<int>{7, 300, 10'000});
    CHECK(Must(store.ListParts(upload, 10'000)).parts.empty());
  }

  SECTION("uploads that nobody went on with are swept, younger ones are not") {
    const BlobUpload stale = Must(store.CreateUpload(key, {}));
    Must(store.PutPart(stale, 1, "stale"));
    Must(store.CreateUpload({kOtherTenant, "also stale"}, {}));
    CHECK(Must(store.SweepUploads(Time::FromSeconds(1))) == 0);
    CHECK(AllParts(store, stale).size() == 1);
    CHECK(Must(store.SweepUploads(Time::FromSeconds(32'503'680'000))) == 2);  // In the year 3000.
    CHECK(CodeOf(store.ListParts(stale, 0)) == ErrorCode::kNotFound);
    CHECK(Must(store.SweepUploads(Time::FromSeconds(32'503'680'000))) == 0);
  }

  SECTION("an upload goes on after the store was opened again") {
    const BlobUpload upload = Must(store.CreateUpload(key, Typed("video/mp4")));
    Must(store.PutPart(upload, 1, first));
    setup.store.reset();
    setup = open();
    Must(setup.store->PutPart(upload, 2, "rest"));
    Must(setup.store->CompleteUpload(upload, AllParts(*setup.store, upload), {}));
    CHECK(ReadAll(*setup.store, key) == first + "rest");
  }

  SECTION("a copy of what came in parts is whole") {
    const BlobUpload upload = Must(store.CreateUpload(key, Typed("video/mp4", {{"a", "b"}})));
    Must(store.PutPart(upload, 1, first));
    Must(store.PutPart(upload, 2, "rest"));
    Must(store.CompleteUpload(upload, AllParts(store, upload), {}));
    Must(store.Copy(key, Key("copy")));
    CHECK(ReadAll(store, Key("copy")) == first + "rest");
    CHECK(Must(store.Head(Key("copy"))).content_type == "video/mp4");
    CHECK(Must(store.Tags(Key("copy"))) == BlobTags{{"a", "b"}});
  }
}

void CheckBlobSignatures(const OpenBlobStore& open) {
  BlobStoreSetup setup = open();
  BlobStore& store = *setup.store;
  const BlobKey key = Key("scans/letter é + &.pdf");

  SECTION("whoever holds a signed part may send it, so long and no longer") {
    const BlobUpload upload = Must(store.CreateUpload(key, {}));
    const SignedRequest part = Must(store.SignPart(upload, 1, 5, 600));
    const SignedAnswer sent = setup.send(part, "hello");
    CHECK(sent.status == 200);
    const std::vector<BlobPart> parts = AllParts(store, upload);
    REQUIRE(parts.size() == 1);
    CHECK(parts[0].etag == sent.etag);
    CHECK(parts[0].size == 5);
    Must(store.CompleteUpload(upload, {{1, 5, sent.etag}}, {}));
    CHECK(ReadAll(store, key) == "hello");
  }

  SECTION("a signed part is good for its number, length and upload alone") {
    const BlobUpload upload = Must(store.CreateUpload(key, {}));
    const SignedRequest part = Must(store.SignPart(upload, 1, 5, 600));
    CHECK(setup.send(part, "too long").status / 100 == 4);
    SignedRequest other = part;
    const std::size_t number = other.url.find('1', other.url.find("art"));
    REQUIRE(number != std::string::npos);
    other.url[number] = '2';
    CHECK(setup.send(other, "hello").status / 100 == 4);
    SignedRequest read = part;
    read.method = "GET";
    CHECK(setup.send(read, "").status / 100 == 4);
    CHECK(AllParts(store, upload).empty());
    CHECK(CodeOf(store.SignPart(upload, 0, 5, 600)) == ErrorCode::kInvalidArgument);
    CHECK(CodeOf(store.SignPart(upload, 1, 0, 600)) == ErrorCode::kInvalidArgument);
    CHECK(CodeOf(store.SignPart(upload, 1, 5, 0)) == ErrorCode::kInvalidArgument);
    CHECK(CodeOf(store.SignPart(upload, 1, 5, kMaxSignedSeconds + 1)) ==
          ErrorCode::kInvalidArgument);
  }

  SECTION("a signed read says what it was told to say") {
    Must(store.Put(key, "a letter", Typed("application/pdf")));
    SignedGetOptions options;
    options.content_disposition =
        "attachment; filename=\"letter.pdf\"; filename*=UTF-8''l%C3%A9.pdf";
    options.content_type = "application/octet-stream";
    const SignedAnswer answer = setup.send(Must(store.SignGet(key, options)), "");
    CHECK(answer.status == 200);
    CHECK(answer.body == "a letter");
    CHECK(answer.content_type == options.content_type);
    CHECK(answer.content_disposition == options.content_disposition);
    const SignedAnswer plain = setup.send(Must(store.SignGet(key, {})), "");
    CHECK(plain.content_type == "application/pdf");
  }

  SECTION("a signed read is good for its blob, and until it expires") {
    Must(store.Put(key, "mine", {}));
    Must(store.Put({kOtherTenant, key.name}, "theirs", {}));
    SignedGetOptions brief;
    brief.seconds = 2;
    const SignedRequest read = Must(store.SignGet(key, brief));
    SignedRequest other = read;
    const std::size_t tenant = other.url.find(kTenant);
    REQUIRE(tenant != std::string::npos);
    other.url.replace(tenant, kTenant.size(), kOtherTenant);
    CHECK(setup.send(other, "").status / 100 == 4);
    SignedRequest written = read;
    written.method = "PUT";
    CHECK(setup.send(written, "forged").status / 100 == 4);
    SignedRequest longer = read;
    const std::size_t seconds = longer.url.find("xpires=");
    REQUIRE(seconds != std::string::npos);
    longer.url.insert(seconds + 7, "9");
    CHECK(setup.send(longer, "").status / 100 == 4);
    CHECK(setup.send(read, "").body == "mine");
    setup.pass(4);
    CHECK(setup.send(read, "").status == 403);
    CHECK(ReadAll(store, key) == "mine");
  }
}

}  // namespace heirloom::contract
