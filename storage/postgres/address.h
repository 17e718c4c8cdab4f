// Where a PostgreSQL server is and how to sign in there. Inside storage/postgres, and in the
// options of what it opens.

#pragma once

#include <filesystem>
#include <string>

#include "appliance/base/secret.h"

namespace heirloom::postgres {

struct Address {
  // A libpq connection URI
  // (https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING), without a password.
  // Several hosts may stand in it: the one that can be written is taken. Without sslmode, a server
  // that is not on this machine must prove by its certificate who it is.
  std::string url;
  Secret password;                // Read afresh for each connection.
  std::filesystem::path ca_file;  // PEM, whom to believe; empty: what the system believes.
};

}  // namespace heirloom::postgres
