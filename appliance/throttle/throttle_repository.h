#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "appliance/base/clock.h"
#include "appliance/base/result.h"
#include "storage/database.h"

namespace heirloom {

// How a bucket fills: `per_second` tokens up to `capacity`.
struct BucketRate {
  double capacity = 0;
  double per_second = 0;
};

// A bucket's row. `subject` is a hash (SubjectOf), never an address or e-mail.
struct BucketKey {
  std::string_view kind;
  std::string subject;
};

// SQL of token buckets. Each change is one statement, so that two processes cannot take the same
// token whatever the isolation of their transactions. A clock that went back fills nothing.
namespace throttle_repository {

// SHA-256 of the parts, hex.
std::string SubjectOf(std::string_view part, std::string_view more = "");

// What is in it now.
Result<double> Level(Reader& reader, const BucketKey& key, const BucketRate& rate, Time now);

// Takes one token, if there is one.
Result<bool> TryTake(Transaction& tx, const BucketKey& key, const BucketRate& rate, Time now);

// Takes `tokens` (or gives them back, when negative), whatever is there; gives what is left, which
// may be below zero: then that much has to grow again first.
Result<double> Charge(Transaction& tx, const BucketKey& key, const BucketRate& rate, double tokens,
                      Time now);

// Full again.
Status Forget(Transaction& tx, const BucketKey& key);

// A row that says only that something happened, and when; kept for 90 days. `subject` as above.
Status Mark(Transaction& tx, const std::string& subject, Time now);
Result<bool> IsMarked(Reader& reader, const std::string& subject, Time now);

// No bucket may take longer to fill from empty: a row not touched for that long says nothing.
inline constexpr Time kLongestFill = Time::FromSeconds(3600);

// Removes rows that say nothing any more, 5,000 of a sort at most, and those touched longest ago
// beyond 100,000.
Status Sweep(Transaction& tx, Time now);

}  // namespace throttle_repository
}  // namespace heirloom
