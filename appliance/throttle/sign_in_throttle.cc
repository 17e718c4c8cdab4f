#include "appliance/throttle/sign_in_throttle.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "appliance/throttle/throttle_repository.h"

namespace heirloom {
namespace {

namespace repository = throttle_repository;

constexpr std::string_view kNetworkKind = "sign-in-network";
constexpr std::string_view kPlaceKind = "sign-in-place";
constexpr std::string_view kAccountKind = "sign-in-account";

constexpr BucketRate kNetworkRate{60, 20.0 / 60};
constexpr BucketRate kPlaceRate{10, 2.0 / 60};
constexpr BucketRate kAccountRate{100, 100.0 / 3600};

constexpr bool FillsInTime(const BucketRate& rate) {
  return rate.capacity / rate.per_second * 1e6 <=
         static_cast<double>(repository::kLongestFill.micros) * 1.001;
}
static_assert(FillsInTime(kNetworkRate) && FillsInTime(kPlaceRate) && FillsInTime(kAccountRate));

struct Bucket {
  BucketKey key;
  BucketRate rate;
};

Bucket NetworkBucket(const std::string& network) {
  return {{kNetworkKind, repository::SubjectOf(network)}, kNetworkRate};
}
Bucket PlaceBucket(std::string_view account, std::string_view place) {
  return {{kPlaceKind, repository::SubjectOf(account, place)}, kPlaceRate};
}
Bucket AccountBucket(std::string_view account) {
  return {{kAccountKind, repository::SubjectOf(account)}, kAccountRate};
}

Status TooOften(double wait_seconds) {
  return FailForNow(ErrorCode::kLimitExceeded,
                    "Too many tries to sign in. Please wait a little before the next one.",
                    std::max(1, static_cast<int>(std::ceil(wait_seconds))));
}

// Reads first: who is turned away again and again must not cost a place in the writer's queue.
Status TakeFromAll(Database& database, const std::vector<Bucket>& buckets, Time now) {
  double wait = 0;
  const Status read = database.Read([&](Reader& reader) -> Status {
    for (const Bucket& bucket : buckets) {
      const auto level = repository::Level(reader, bucket.key, bucket.rate, now);
      if (!level) return ErrorOf(level);
      if (*level < 1) wait = std::max(wait, (1 - *level) / bucket.rate.per_second);
    }
    return {};
  });
  if (!read) return read;
  if (wait > 0) return TooOften(wait);
  const auto written = database.Write([&](Transaction& tx) -> Status {
    for (const Bucket& bucket : buckets) {
      const auto taken = repository::TryTake(tx, bucket.key, bucket.rate, now);
      if (!taken) return ErrorOf(taken);
      // Somebody was faster; what was taken from the others is undone with this transaction.
      if (!*taken) return TooOften(1 / bucket.rate.per_second);
    }
    return {};
  });
  if (!written) return ErrorOf(written);
  return {};
}

Status GiveBack(Transaction& tx, const Bucket& bucket, Time now) {
  const auto left = repository::Charge(tx, bucket.key, bucket.rate, -1, now);
  if (!left) return ErrorOf(left);
  return {};
}

}  // namespace

Status SignInThrottle::Admit(std::string_view account, std::string_view address) {
  const std::string network = NetworkOf(address);
  const Time now = clock_.Now();
  const auto known = ReadOne(database_, [&](Reader& reader) {
    return repository::IsMarked(reader, repository::SubjectOf(account, network), now);
  });
  if (!known) return ErrorOf(known);
  std::vector<Bucket> buckets{NetworkBucket(network), PlaceBucket(account, network)};
  if (!*known) buckets.push_back(AccountBucket(account));
  return TakeFromAll(database_, buckets, now);
}

Status SignInThrottle::Succeeded(Transaction& tx, std::string_view account,
                                 std::string_view address) {
  const std::string network = NetworkOf(address);
  const Time now = clock_.Now();
  const std::string known = repository::SubjectOf(account, network);
  if (Status s = GiveBack(tx, NetworkBucket(network), now); !s) return s;
  if (Status s = repository::Forget(tx, PlaceBucket(account, network).key); !s) return s;
  const auto was_known = repository::IsMarked(tx, known, now);
  if (!was_known) return ErrorOf(was_known);
  if (!*was_known) {
    if (Status s = GiveBack(tx, AccountBucket(account), now); !s) return s;
  }
  return repository::Mark(tx, known, now);
}

Status SignInThrottle::AdmitAgain(std::string_view account, std::string_view session) {
  return TakeFromAll(database_, {PlaceBucket(account, session)}, clock_.Now());
}

Status SignInThrottle::SucceededAgain(Transaction& tx, std::string_view account,
                                      std::string_view session) {
  return repository::Forget(tx, PlaceBucket(account, session).key);
}

std::string NetworkOf(std::string_view address) {
  static constexpr std::array<unsigned char, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};
  std::array<unsigned char, 16> bytes{};
  const std::string text(address);
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (std::equal(kMapped.begin(), kMapped.end(), bytes.begin())) {
    inet_ntop(AF_INET, bytes.data() + kMapped.size(), out.data(), out.size());
    return out.data();
  }
  std::fill(bytes.begin() + 8, bytes.end(), 0);
  inet_ntop(AF_INET6, bytes.data(), out.data(), out.size());
  return std::string(out.data()) + "/64";
}

}  // namespace heirloom
