// Whether an SQLite file is ours and whole. Inside storage/sqlite only.

#pragma once

#include <filesystem>
#include <vector>

#include "appliance/base/progress.h"
#include "appliance/base/result.h"
#include "appliance/domain/finding.h"
#include "appliance/domain/position.h"
#include "storage/migrations/migrations.h"
#include "storage/sqlite/connection.h"

namespace heirloom::sqlite {

struct InspectionOptions {
  std::filesystem::path path;
  std::vector<Migration> migrations;
  // What to do about damage, for the operator.
  std::string mend;
};

// As DatabaseMaintenance::Inspect. Table by table, each in a read of its own, so that the log of a
// daemon beside it can be emptied in between.
Result<bool> InspectFile(const InspectionOptions& options, Findings& findings, Progress& progress);

// Reads through the whole file at once: for a copy that must be without fault. kInternal says what
// is wrong first.
Status CheckWhole(Connection& connection, Progress& progress);

// What `meta` and the outbox say.
Result<Position> PositionOf(Connection& connection);

}  // namespace heirloom::sqlite
