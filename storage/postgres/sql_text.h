// SQL as text: what can be told of a statement, and a schema's, without running it. Inside
// storage/postgres only.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "appliance/base/result.h"

namespace heirloom::postgres {

enum class StatementKind { kSelect, kChange, kOther };

// By its first word. One that begins with WITH is what its caller says.
bool IsOfKind(std::string_view sql, StatementKind kind);

// kInternal unless `sql` has exactly the parameters $1 to $`count`.
Status CheckParameters(std::string_view sql, std::size_t count);

// A migration's script, written in SQLite's dialect (storage/migrations/README.md), as PostgreSQL
// reads it.
std::string TranslateSchema(std::string_view sql);

}  // namespace heirloom::postgres
