#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/archive/export_repository.h"
#include "appliance/archive/format/temp_file.h"
#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/domain/principal.h"
#include "storage/database.h"

namespace heirloom {

// An archive on the disk, in a file without a name that lasts as long as somebody holds it.
struct Export {
  std::shared_ptr<const archive::TempFile> file;
  std::string sha256;
  std::string name;  // "heirloom-the-lamps-2026-01-31.zip"
};

// Takes legacies out as archives (appliance/docs/archive.md). What is in one is what one snapshot
// of the database said. Few are made at the same time; the rest is told to come back. Thread-safe.
class ExportService {
 public:
  // Archives are written into `folder`, on the disk that the database needs too.
  ExportService(Database& database, const Clock& clock, std::filesystem::path folder)
      : database_(database), clock_(clock), folder_(std::move(folder)) {}

  // One legacy, or with nullopt all that `who` owns. `sha256`: of an export made for the same
  // person some minutes ago, whose download goes on; a new one is made when that is not there any
  // more. kUnavailable, with a time to come back, while too many are made.
  Result<Export> Make(const Principal& who, const std::optional<Id>& legacy_id,
                      std::string_view sha256 = "");

  // Lets go of exports that nobody has asked for since ten minutes.
  void Housekeep();

 private:
  struct Kept {
    std::string key;
    Export made;
    Time until;
  };
  struct Plan;
  Result<Plan> MakePlan(const Principal& who, const std::optional<Id>& legacy_id);
  Result<Export> Write(const Principal& who, const Plan& plan);
  Status Record(const Principal& who, const Plan& plan);
  std::optional<Export> Find(const std::string& key, std::string_view sha256);
  void Keep(const std::string& key, const Export& made);

  Database& database_;
  const Clock& clock_;
  const std::filesystem::path folder_;
  std::atomic<int> under_way_{0};
  std::mutex mutex_;
  std::vector<Kept> kept_;  // Oldest first.
};

}  // namespace heirloom
