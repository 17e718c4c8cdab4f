#include "tests/contract/blob_store_contract.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "appliance/base/digest.h"
#include "appliance/base/encoding.h"
#include "tests/contract/blob_store_fixture.h"

namespace heirloom::contract {

void CheckBlobStore(const OpenBlobStore& open) {
  CheckBlobKeeping(open);
  CheckBlobReading(open);
  CheckBlobTenants(open);
  CheckBlobUploads(open);
  CheckBlobSignatures(open);
}

void CheckBlobKeeping(const OpenBlobStore& open) {
  BlobStoreSetup setup = open();
  BlobStore& store = *setup.store;
  const BlobKey key = Key("photos/ada.jpg");

  SECTION("what was put comes back, with its type, size and sums, also after opening again") {
    const std::string bytes = Noise(100'000) + std::string("\0\r\n\xff", 4);
    const BlobInfo put = Must(store.Put(key, bytes, Typed("image/jpeg")));
    CHECK(put.size == 100'004);
    CHECK(ReadAll(store, key) == bytes);
    Must(store.Ping());
    setup.store.reset();
    setup = open();
    const BlobInfo head = Must(setup.store->Head(key));
    CHECK(head.size == 100'004);
    CHECK(head.content_type == "image/jpeg");
    CHECK(head.sha256 == Sha256Hex(bytes));
    CHECK(head.etag == put.etag);
    CHECK(head.modified_at.micros > 0);
    CHECK(ReadAll(*setup.store, key) == bytes);
  }

  SECTION("a blob may be empty") {
    CHECK(Must(store.Put(key, "", {})).size == 0);
    CHECK(ReadAll(store, key).empty());
    CHECK(Must(store.Head(key)).sha256 == Sha256Hex(""));
  }

  SECTION("what is not there is not found") {
    CHECK(CodeOf(store.Head(key)) == ErrorCode::kNotFound);
    CHECK(CodeOf(ReadSpan(store, key, {})) == ErrorCode::kNotFound);
    CHECK(CodeOf(store.Tags(key)) == ErrorCode::kNotFound);
    CHECK(CodeOf(store.SetTags(key, {{"a", "b"}})) == ErrorCode::kNotFound);
    CHECK(CodeOf(store.Copy(key, Key("elsewhere"))) == ErrorCode::kNotFound);
  }

  SECTION("an overwritten blob is the new one altogether, and the same bytes again are no change") {
    const BlobInfo first = Must(store.Put(key, "first", Typed("text/plain", {{"a", "1"}})));
    const BlobInfo again = Must(store.Put(key, "first", Typed("text/plain", {{"a", "1"}})));
    CHECK(again.size == first.size);
    const BlobInfo second = Must(store.Put(key, "the second", Typed("text/html")));
    CHECK(second.etag != first.etag);
    CHECK(ReadAll(store, key) == "the second");
    const BlobInfo head = Must(store.Head(key));
    CHECK(head.content_type == "text/html");
    CHECK(head.sha256 == Sha256Hex("the second"));
    CHECK(Must(store.Tags(key)).empty());
  }

  SECTION("put if absent keeps what is there") {
    PutOptions once;
    once.if_absent = true;
    Must(store.Put(key, "first", once));
    CHECK(CodeOf(store.Put(key, "second", once)) == ErrorCode::kPreconditionFailed);
    CHECK(ReadAll(store, key) == "first");
    Must(store.Delete(key));
    Must(store.Put(key, "third", once));
    CHECK(ReadAll(store, key) == "third");
  }

  SECTION("of many who put if absent at once one wins") {
    std::atomic<int> won = 0;
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&, i] {
          PutOptions once;
          once.if_absent = true;
          const auto put = store.Put(key, std::to_string(i), once);
          if (put) ++won;
        });
      }
    }
    CHECK(won == 1);
  }

  SECTION("bytes with other sums than said are refused, and nothing changes") {
    Must(store.Put(key, "kept", {}));
    PutOptions wrong;
    wrong.sha256 = Sha256Hex("something else");
    CHECK(CodeOf(store.Put(key, "new", wrong)) == ErrorCode::kInvalidArgument);
    wrong.sha256.reset();
    wrong.crc32c = 1;
    CHECK(CodeOf(store.Put(key, "new", wrong)) == ErrorCode::kInvalidArgument);
    CHECK(ReadAll(store, key) == "kept");
    Crc32c sum;
    sum.Update("new");
    PutOptions right;
    right.sha256 = Sha256Hex("new");
    right.crc32c = sum.Value();
    CHECK(Must(store.Put(key, "new", right)).sha256 == right.sha256);
    CHECK(Must(store.Head(key)).crc32c == sum.Value());
  }

  SECTION("more than a put may carry is refused") {
    CHECK(CodeOf(store.Put(key, std::string(kMaxPutBytes + 1, 'x'), {})) == ErrorCode::kTooLarge);
    CHECK(CodeOf(store.Head(key)) == ErrorCode::kNotFound);
  }

  SECTION("deleting is done once and may be said twice") {
    Must(store.Put(key, "gone", {}));
    Must(store.Delete(key));
    Must(store.Delete(key));
    CHECK(CodeOf(store.Head(key)) == ErrorCode::kNotFound);
    CHECK(ListAll(store, kTenant, 10).empty());
  }

  SECTION("tags are exchanged whole, and leave bytes and type alone") {
    Must(store.Put(key, "tagged", Typed("text/plain", {{"state", "new"}, {"by", "ada w@x.org"}})));
    CHECK(Must(store.Tags(key)) == BlobTags{{"by", "ada w@x.org"}, {"state", "new"}});
    CHECK(CodeOf(store.SetTags(key, {{"state", "clean & <good>"}})) == ErrorCode::kInvalidArgument);
    Must(store.SetTags(key, {{"state", "scanned = clean"}, {"a+b", "x/y:z"}}));
    CHECK(Must(store.Tags(key)) == BlobTags{{"a+b", "x/y:z"}, {"state", "scanned = clean"}});
    CHECK(ReadAll(store, key) == "tagged");
    CHECK(Must(store.Head(key)).content_type == "text/plain");
    Must(store.SetTags(key, {}));
    CHECK(Must(store.Tags(key)).empty());
  }

  SECTION("a copy has bytes, type, tags and sums, and a life of its own") {
    Must(store.Put(key, "original", Typed("text/plain", {{"state", "clean"}})));
    const BlobKey copy = Key("copies/an accent é + %2F.jpg");
    Must(store.Put(copy, "in the way", {}));
    CHECK(Must(store.Copy(key, copy)).size == 8);
    Must(store.Copy(key, copy));
    Must(store.Put(key, "changed", {}));
    CHECK(ReadAll(store, copy) == "original");
    const BlobInfo head = Must(store.Head(copy));
    CHECK(head.content_type == "text/plain");
    CHECK(head.sha256 == Sha256Hex("original"));
    CHECK(Must(store.Tags(copy)) == BlobTags{{"state", "clean"}});
    Must(store.Delete(key));
    CHECK(ReadAll(store, copy) == "original");
    Must(store.Copy(copy, copy));
    CHECK(ReadAll(store, copy) == "original");
    CHECK(Must(store.Head(copy)).sha256 == Sha256Hex("original"));
  }
}

void CheckBlobReading(const OpenBlobStore& open) {
  BlobStoreSetup setup = open();
  BlobStore& store = *setup.store;
  const BlobKey key = Key("recording.opus");

  SECTION("a span gives its bytes, cut at the end of the blob") {
    const std::string bytes = Noise(700'001);
    Must(store.Put(key, bytes, {}));
    const auto span = [&](std::int64_t offset, std::optional<std::int64_t> length) {
      return ReadSpan(store, key, {offset, length});
    };
    CHECK(Must(span(0, 1)) == bytes.substr(0, 1));
    CHECK(Must(span(5, 300'000)) == bytes.substr(5, 300'000));
    CHECK(Must(span(700'000, std::nullopt)) == bytes.substr(700'000));
    CHECK(Must(span(699'999, 1'000'000)) == bytes.substr(699'999));
    CHECK(Must(span(700'001, std::nullopt)).empty());
    CHECK(Must(span(700'001, 5)).empty());
    CHECK(Must(span(3, 0)).empty());
    CHECK(CodeOf(span(700'002, std::nullopt)) == ErrorCode::kInvalidArgument);
    CHECK(CodeOf(span(-1, 5)) == ErrorCode::kInvalidArgument);
    CHECK(CodeOf(span(0, -5)) == ErrorCode::kInvalidArgument);
  }

  SECTION("an empty blob has an end and nothing past it") {
    Must(store.Put(key, "", {}));
    CHECK(Must(ReadSpan(store, key, {0, std::nullopt})).empty());
    CHECK(Must(ReadSpan(store, key, {0, 10})).empty());
    CHECK(CodeOf(ReadSpan(store, key, {1, std::nullopt})) == ErrorCode::kInvalidArgument);
  }

  SECTION("pieces are bounded, whatever the size") {
    Must(store.Put(key, Noise(3u << 20), {}));
    std::size_t longest = 0;
    std::size_t all = 0;
    Must(store.Read(key, {}, [&](std::string_view piece) -> Status {
      longest = std::max(longest, piece.size());
      all += piece.size();
      return {};
    }));
    CHECK(all == 3u << 20);
    CHECK(longest <= kMaxReadPiece);
  }

  SECTION("what the sink says ends the read and is handed on") {
    Must(store.Put(key, Noise(1u << 20), {}));
    int pieces = 0;
    const auto read = store.Read(key, {}, [&](std::string_view) -> Status {
      ++pieces;
      return Fail(ErrorCode::kConflict, "enough");
    });
    CHECK(CodeOf(read) == ErrorCode::kConflict);
    CHECK(read.error().message == "enough");
    CHECK(pieces == 1);
  }

  SECTION("a read can be stopped") {
    Must(store.Put(key, Noise(2u << 20), {}));
    std::stop_source stop;
    const auto read = store.Read(
        key, {},
        [&](std::string_view) -> Status {
          stop.request_stop();
          return {};
        },
        stop.get_token());
    CHECK(CodeOf(read) == ErrorCode::kUnavailable);
  }

  SECTION("the digest of a blob is that of its bytes") {
    const std::string bytes = Noise(900'000);
    Must(store.Put(key, bytes, {}));
    Crc32c sum;
    sum.Update(bytes);
    const BlobDigest digest = Must(DigestOf(store, key));
    CHECK(digest.size == 900'000);
    CHECK(digest.sha256 == Sha256Hex(bytes));
    CHECK(digest.crc32c == sum.Value());
  }

  SECTION("who reads while others overwrite sees one version, never a mixture") {
    Must(store.Put(key, std::string(400'000, 'a'), {}));
    std::atomic<bool> mixed = false;
    {
      std::jthread writer([&](const std::stop_token& stop) {
        for (int i = 0; !stop.stop_requested(); ++i) {
          const char letter = static_cast<char>('a' + i % 5);
          Must(store.Put(key, std::string(400'000 + static_cast<std::size_t>(i % 5), letter), {}));
        }
      });
      for (int i = 0; i < 40; ++i) {
        const auto bytes = ReadSpan(store, key, {});
        if (!bytes) {
          // Overwritten in the middle of a read that had to be begun anew: allowed, but a mixture
          // is not.
          if (bytes.error().code != ErrorCode::kUnavailable) mixed = true;
          continue;
        }
        const char first = bytes->front();
        if (bytes->find_first_not_of(first) != std::string::npos ||
            bytes->size() != 400'000 + static_cast<std::size_t>(first - 'a')) {
          mixed = true;
        }
      }
    }
    CHECK_FALSE(mixed);
  }
}

}  // namespace heirloom::contract
