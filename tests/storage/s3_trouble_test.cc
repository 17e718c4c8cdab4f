// What goes wrong between us and a bucket, and what a random history leaves in both adapters.

#include <atomic>
#include <catch2/catch.hpp>
#include <map>

#include "storage/aws/lent_credentials.h"
#include "storage/files/files_blob_store.h"
#include "tests/storage/s3_room.h"
#include "tests/storage/scripted_server.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tls_proxy.h"
#include "tests/support/toxiproxy.h"

namespace heirloom {
namespace {

using contract::CodeOf;
using contract::Key;
using contract::Must;
using contract::Noise;
using testing::S3Room;
using testing::TestServer;

TEST_CASE("a bucket is reached by its own name too", "[blobs]") {
  S3Room room;
  Must(room.Provision());
  const std::string endpoint = TestServer("S3");
  room.options().path_style = false;
  room.options().endpoint = "http://localhost" + endpoint.substr(endpoint.rfind(':'));
  const auto store = room.Open();
  Must(store->Put(Key("a/b é.txt"), "by name", {}));
  CHECK(contract::ReadAll(*store, Key("a/b é.txt")) == "by name");
  CHECK(room.SendSigned(Must(store->SignGet(Key("a/b é.txt"), {})), "").body == "by name");
}

TEST_CASE("TLS by a private authority works, and another's certificate is refused", "[blobs]") {
  const testing::TempFolder ours;
  const testing::TempFolder theirs;
  const testing::PrivateCa ca(ours.Path());
  const testing::PrivateCa other(theirs.Path(), "another authority");
  const testing::TlsProxy proxy(ca, TestServer("S3"));
  S3Room room(proxy.Url(), ca.file());
  Must(room.Provision());
  const auto store = room.Open();
  Must(store->Put(Key("a"), "by TLS", {}));
  CHECK(contract::ReadAll(*store, Key("a")) == "by TLS");
  S3Room distrustful(proxy.Url(), other.file());
  const Status refused = distrustful.Open()->Ping();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kUnavailable);
  CHECK(refused.error().message.find("certificate") != std::string::npos);
}

TEST_CASE("a read that breaks goes on where it broke", "[blobs]") {
  testing::Toxiproxy network(TestServer("S3"));
  S3Room room(network.Url());
  Must(room.Provision());
  const auto store = room.Open();
  const std::string bytes = Noise(3'000'000);
  Must(store->Put(Key("a"), bytes, {}));
  network.Poison("limit_data", R"({"bytes":1200000})");
  std::string read;
  const auto info = store->Read(Key("a"), {}, [&](std::string_view piece) -> Status {
    read.append(piece);
    return {};
  });
  REQUIRE(info);
  CHECK(read == bytes);
  network.Down();
  const auto down = contract::ReadSpan(*store, Key("a"), {});
  CHECK(CodeOf(down) == ErrorCode::kUnavailable);
  network.Cure();
  network.Up();
  CHECK(contract::ReadAll(*store, Key("a")) == bytes);
}

// Keys that are not good until they are renewed.
class Stale final : public aws::CredentialsProvider {
 public:
  Result<aws::Credentials> Get() override {
    aws::Credentials keys{"heirloom", stale ? "expired" : "heirloom-secret", "", {}};
    return keys;
  }
  Result<aws::Credentials> Renew(const std::string&) override {
    ++renewals;
    stale = false;
    return Get();
  }
  bool stale = false;
  int renewals = 0;
};

TEST_CASE("keys that end in the middle of an upload are renewed, and the upload goes on",
          "[blobs]") {
  S3Room room;
  auto provider = std::make_unique<Stale>();
  Stale& keys = *provider;
  room.Use(std::move(provider));
  Must(room.Provision());
  const auto store = room.Open();
  const BlobUpload upload = Must(store->CreateUpload(Key("film"), {}));
  const std::string part = Noise(kMinPartBytes);
  Must(store->PutPart(upload, 1, part));
  keys.stale = true;
  Must(store->PutPart(upload, 2, "rest"));
  keys.stale = true;
  Must(store->CompleteUpload(upload, Must(store->ListParts(upload, 0)).parts, {}));
  CHECK(keys.renewals >= 2);
  CHECK(contract::ReadAll(*store, Key("film")) == part + "rest");
}

// Lends AKID1, AKID2, …; a refusal may be answered by new ones at once.
class Lending final : public aws::CredentialsProvider {
 public:
  Result<aws::Credentials> Get() override {
    const std::string number = std::to_string(lent);
    return aws::Credentials{"AKID" + number, "hidden-secret", "hidden-token" + number, {}};
  }
  Result<aws::Credentials> Renew(const std::string& refused) override {
    if (refused == "hidden-token" + std::to_string(lent)) ++lent;
    return Get();
  }
  int lent = 1;
};

TEST_CASE("a session token that S3 calls expired is got anew once, and then told in words",
          "[blobs]") {
  std::atomic<int> good = 2;
  testing::ScriptedServer aws([&](const std::string& request) {
    if (request.find("Credential=AKID" + std::to_string(good) + "/") != std::string::npos) {
      return testing::Answer("", "200 OK",
                             "ETag: \"e\"\r\nLast-Modified: "
                             "Mon, 05 Jan 2026 10:00:00 GMT\r\n");
    }
    // As AWS answers: 400, and to HEAD without a body.
    const bool is_head = request.starts_with("HEAD ");
    return testing::Answer(is_head ? "" : "<Error><Code>ExpiredToken</Code></Error>",
                           "400 Bad Request");
  });
  const bool by_head = GENERATE(false, true);
  const std::string url = aws.Url("/");
  S3Room room(url.substr(0, url.size() - 1));
  auto provider = std::make_unique<Lending>();
  Lending& keys = *provider;
  room.Use(std::move(provider));
  const auto store = room.Open();
  const auto ask = [&]() -> Status {
    if (!by_head) return store->Ping();
    const auto info = store->Head(Key("a"));
    return info ? Status() : Status(ErrorOf(info));
  };
  CHECK(ask());
  CHECK(keys.lent == 2);
  CHECK(aws.Requests().size() == 2);

  good = 0;
  const Status refused = ask();
  REQUIRE_FALSE(refused);
  INFO(refused.error().message);
  CHECK(aws.Requests().size() == 4);
  CHECK(refused.error().code == ErrorCode::kUnavailable);
  CHECK(refused.error().message.find("session token is expired") != std::string::npos);
  CHECK(refused.error().message.find("look at storage.blobs_credentials") != std::string::npos);
  CHECK(refused.error().message.find("hidden") == std::string::npos);
  CHECK(room.http().State().refuses_us);
}

// What somebody who uses a store sees of a call.
std::string Seen(const Result<BlobInfo>& info) {
  if (!info) return "error " + std::to_string(static_cast<int>(info.error().code));
  return std::to_string(info->size) + " " + info->content_type + " " + info->sha256.value_or("-");
}

// One step, the same for both stores; gives what was seen.
class Walker {
 public:
  explicit Walker(BlobStore& store) : store_(store) {}

  std::string Step(int action, const BlobKey& key, const BlobKey& other, std::size_t size,
                   std::uint32_t seed) {
    const std::string bytes = Noise(size, seed);
    switch (action) {
      case 0:
      case 1: {
        PutOptions options = contract::Typed(seed % 2 ? "image/png" : "text/plain");
        options.if_absent = seed % 5 == 0;
        if (seed % 3 == 0) options.tags = {{"n", std::to_string(seed)}};
        return Seen(store_.Put(key, bytes, options));
      }
      case 2:
        return store_.Delete(key) ? "deleted" : "not deleted";
      case 3:
        return Seen(store_.Copy(key, other));
      case 4: {
        const auto span = contract::ReadSpan(
            store_, key, {static_cast<std::int64_t>(seed % 3'000), std::int64_t{700}});
        return span ? *span : "error " + std::to_string(static_cast<int>(span.error().code));
      }
      case 5:
        return Upload(key, other, bytes, seed);
      case 6: {
        const Status set = store_.SetTags(key, {{"step", std::to_string(seed)}});
        return set ? "tagged" : "error " + std::to_string(static_cast<int>(set.error().code));
      }
      default:
        return Seen(store_.Head(key));
    }
  }

  // Everything that is there.
  std::map<std::string, std::string> All() {
    std::map<std::string, std::string> all;
    for (const BlobEntry& entry : contract::ListAll(store_, contract::kTenant, 3)) {
      std::string text = Seen(store_.Head(entry.key)) + contract::ReadAll(store_, entry.key);
      for (const auto& [name, value] : Must(store_.Tags(entry.key))) text += name + "=" + value;
      all[entry.key.name] = std::move(text);
    }
    return all;
  }

 private:
  std::string Upload(const BlobKey& key, const BlobKey& other, const std::string& bytes,
                     std::uint32_t seed) {
    const BlobUpload upload = Must(store_.CreateUpload(key, contract::Typed("video/mp4")));
    if (seed % 4 == 0) {
      Must(store_.AbortUpload(upload));
      return "aborted";
    }
    const BlobPart part = Must(store_.PutPart(upload, 2, bytes + "!"));
    Must(store_.PutPart(upload, 5, "left out"));
    if (seed % 4 == 1) return Seen(store_.CompleteUpload({other, upload.id}, {part}, {}));
    return Seen(store_.CompleteUpload(upload, {part}, {}));
  }

  BlobStore& store_;
};

TEST_CASE("the same random history is the same in files and in a bucket", "[blobs]") {
  const testing::TempFolder folder;
  const SystemClock clock;
  SystemRandom system_random;
  const auto files = Must(OpenFilesBlobStore(folder / "blobs", clock, system_random));
  S3Room room;
  Must(room.Provision());
  const auto bucket = room.Open();
  Walker in_files(*files);
  Walker in_bucket(*bucket);
  testing::SeededRandom random(2'026);
  for (int step = 0; step < 300; ++step) {
    const int action = static_cast<int>(random.Below(8));
    const BlobKey key = Key("k/" + std::to_string(random.Below(6)));
    const BlobKey other = Key("other é/" + std::to_string(random.Below(4)));
    const std::size_t size = random.Below(4'000);
    const auto seed = static_cast<std::uint32_t>(random.Below(1'000'000));
    INFO("step " << step << ", action " << action << " on " << key.name);
    REQUIRE(in_files.Step(action, key, other, size, seed) ==
            in_bucket.Step(action, key, other, size, seed));
    if (step % 50 == 49) REQUIRE(in_files.All() == in_bucket.All());
  }
}

}  // namespace
}  // namespace heirloom
