#include "appliance/throttle/throttle_repository.h"

#include <algorithm>

#include "appliance/base/encoding.h"

namespace heirloom::throttle_repository {
namespace {

constexpr double kMicros = 1e6;
constexpr std::string_view kMark = "mark";
constexpr Time kMarkLife = Time::FromSeconds(90LL * 24 * 3600);
constexpr std::int64_t kSweptAtOnce = 5000;
constexpr std::int64_t kMostRows = 100'000;

double Grown(double tokens, Time since, Time now, const BucketRate& rate) {
  const double seconds =
      static_cast<double>(std::max<std::int64_t>(now.micros - since.micros, 0)) / kMicros;
  return std::min(rate.capacity, tokens + seconds * rate.per_second);
}

// What is in the row's bucket at $5: tokens grown by $4 per microsecond up to $3. LEAST and MIN are
// not the same word everywhere, hence the CASE.
#define HEIRLOOM_GROWN                                                      \
  "CASE WHEN $5 <= throttles.updated_at THEN throttles.tokens "             \
  "WHEN throttles.tokens + ($5 - throttles.updated_at) * $4 >= $3 THEN $3 " \
  "ELSE throttles.tokens + ($5 - throttles.updated_at) * $4 END"

}  // namespace

std::string SubjectOf(std::string_view part, std::string_view more) {
  std::string whole = std::to_string(part.size());
  whole.append(":").append(part).append(more);
  return Sha256Hex(whole);
}

Result<double> Level(Reader& reader, const BucketKey& key, const BucketRate& rate, Time now) {
  double level = rate.capacity;
  const Status read =
      reader.Query("SELECT tokens, updated_at FROM throttles WHERE kind = $1 AND subject = $2",
                   {key.kind, key.subject}, [&](const Row& row) {
                     level = Grown(row.Real(0), row.TimeAt(1), now, rate);
                     return false;
                   });
  if (!read) return ErrorOf(read);
  return level;
}

Result<bool> TryTake(Transaction& tx, const BucketKey& key, const BucketRate& rate, Time now) {
  const auto taken = tx.Execute(
      "INSERT INTO throttles (kind, subject, tokens, updated_at) VALUES ($1, $2, $3 - 1, $5) "
      "ON CONFLICT (kind, subject) DO UPDATE SET tokens = " HEIRLOOM_GROWN
      " - 1, updated_at = $5 WHERE " HEIRLOOM_GROWN " >= 1",
      {key.kind, key.subject, rate.capacity, rate.per_second / kMicros, SqlOf(now)});
  if (!taken) return ErrorOf(taken);
  return *taken > 0;
}

Result<double> Charge(Transaction& tx, const BucketKey& key, const BucketRate& rate, double tokens,
                      Time now) {
  const auto charged = tx.Execute(
      "INSERT INTO throttles (kind, subject, tokens, updated_at) VALUES ($1, $2, $3 - $6, $5) "
      "ON CONFLICT (kind, subject) DO UPDATE SET tokens = " HEIRLOOM_GROWN " - $6, updated_at = $5",
      {key.kind, key.subject, rate.capacity, rate.per_second / kMicros, SqlOf(now), tokens});
  if (!charged) return ErrorOf(charged);
  return Level(tx, key, rate, now);
}

Status Forget(Transaction& tx, const BucketKey& key) {
  const auto deleted =
      tx.Execute("DELETE FROM throttles WHERE kind = $1 AND subject = $2", {key.kind, key.subject});
  if (!deleted) return ErrorOf(deleted);
  return {};
}

Status Mark(Transaction& tx, const std::string& subject, Time now) {
  const auto marked = tx.Execute(
      "INSERT INTO throttles (kind, subject, tokens, updated_at) VALUES ($1, $2, 0.0, $3) "
      "ON CONFLICT (kind, subject) DO UPDATE SET updated_at = $3",
      {kMark, subject, SqlOf(now)});
  if (!marked) return ErrorOf(marked);
  return {};
}

Result<bool> IsMarked(Reader& reader, const std::string& subject, Time now) {
  bool marked = false;
  const Status read = reader.Query(
      "SELECT 1 FROM throttles WHERE kind = $1 AND subject = $2 AND updated_at > $3",
      {kMark, subject, SqlOf(now - kMarkLife)}, [&](const Row&) { return !(marked = true); });
  if (!read) return ErrorOf(read);
  return marked;
}

Status Sweep(Transaction& tx, Time now) {
  const auto marks = tx.Execute(
      "DELETE FROM throttles WHERE kind = $1 AND updated_at <= $2 AND subject IN (SELECT subject "
      "FROM throttles WHERE kind = $1 AND updated_at <= $2 ORDER BY updated_at LIMIT $3)",
      {kMark, SqlOf(now - kMarkLife), kSweptAtOnce});
  if (!marks) return ErrorOf(marks);
  const auto buckets = tx.Execute(
      "DELETE FROM throttles WHERE kind <> $1 AND updated_at <= $2 AND subject IN (SELECT subject "
      "FROM throttles WHERE kind <> $1 AND updated_at <= $2 ORDER BY updated_at LIMIT $3)",
      {kMark, SqlOf(now - kLongestFill), kSweptAtOnce});
  if (!buckets) return ErrorOf(buckets);
  const auto beyond = tx.Execute(
      "DELETE FROM throttles WHERE updated_at <= (SELECT updated_at FROM throttles "
      "ORDER BY updated_at DESC LIMIT 1 OFFSET $1)",
      {kMostRows});
  if (!beyond) return ErrorOf(beyond);
  return {};
}

}  // namespace heirloom::throttle_repository
