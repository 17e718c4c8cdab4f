#pragma once

#include <string>
#include <string_view>

#include "appliance/base/clock.h"
#include "appliance/base/result.h"
#include "storage/database.h"

namespace heirloom {

// Slows down guessing of passwords, without a lock that a guesser could hold against the person.
// Each try takes a token, before the password is looked at, from
//   the network it comes from    60, then 20 a minute     many accounts from one place
//   account and network together 10, then 2 a minute      one account from one place
//   the account                  100, then 100 an hour    one account from many places
// The last one is not asked where the person signed in within the last 90 days: who guesses from
// elsewhere, however often, keeps nobody out at home. A right password gives its tokens back, so
// only wrong ones count. Unknown accounts are counted like known ones. A network is an IPv4 address
// or an IPv6 /64. Thread-safe.
class SignInThrottle {
 public:
  explicit SignInThrottle(Database& database, const Clock& clock)
      : database_(database), clock_(clock) {}

  // kLimitExceeded with the time to wait. `account` is the folded e-mail.
  Status Admit(std::string_view account, std::string_view address);
  // In the transaction that signs in.
  Status Succeeded(Transaction& tx, std::string_view account, std::string_view address);

  // For who is signed in and has to say the password again: `session` stands for the place, and
  // nobody else's tries count.
  Status AdmitAgain(std::string_view account, std::string_view session);
  Status SucceededAgain(Transaction& tx, std::string_view account, std::string_view session);

 private:
  Database& database_;
  const Clock& clock_;
};

// "203.0.113.7" as it is, "2001:db8:1:2:3::4" as "2001:db8:1:2::/64"; anything else unchanged.
std::string NetworkOf(std::string_view address);

}  // namespace heirloom
