// How a connection is asked for. Inside storage/postgres only.

#pragma once

#include <chrono>
#include <string>

#include "appliance/base/result.h"
#include "storage/postgres/address.h"

struct pg_conn;

namespace heirloom::postgres {

// Signs in; the caller owns what comes back (PQfinish). kInvalidArgument when the URL is none,
// kUnavailable, in words for the operator, when nobody can be reached or is believed.
Result<pg_conn*> Connect(const Address& address);

// SET statements for a new connection.
std::string SessionSettings(std::chrono::milliseconds statement_limit);

}  // namespace heirloom::postgres
