// What PostgreSQL's errors mean here. Inside storage/postgres only.

#pragma once

#include <string_view>

#include "appliance/base/result.h"

namespace heirloom::postgres {

// By the five characters of SQLSTATE (https://www.postgresql.org/docs/15/errcodes-appendix.html).
ErrorCode CodeOf(std::string_view sqlstate);

// Whether the same transaction may succeed when it is run again: it met another one.
bool MaySucceedAgain(std::string_view sqlstate);

// Whether the server ends or refuses connections: what was under way is gone with this one.
bool EndsConnection(std::string_view sqlstate);

// A statement's failure. `doing` is added for the log: SQL, never values. Of a conflict, which
// visitors may read, it says neither.
Status Failure(std::string_view sqlstate, std::string_view message, std::string_view doing);

// Why no connection could be made, in words for the operator, from what libpq says of it.
Status ConnectFailure(std::string_view message);

}  // namespace heirloom::postgres
