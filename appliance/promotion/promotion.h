// Moving all that people entered from one installation to another, of other adapters most often: a
// box becomes a cluster, a cluster a box. Rows, blobs and what seals them are copied as they are,
// ids and digests with them; what is made from them is built again by the caller.
//
// One place holds the truth at any time. The source is sealed before the first row is read and
// stays so; the target is sealed until everything in it was compared with the source. Whatever
// stops the move, the same move run again goes on where it stopped; before the end it can be given
// up, which opens the source again.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/progress.h"
#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "appliance/promotion/record.h"
#include "storage/blob_store.h"
#include "storage/database.h"
#include "storage/seal.h"

namespace heirloom {

// An installation's truth. `database` is not guarded by its seal.
struct PromotionSide {
  Database& database;
  BlobStore& blobs;
};

struct PromotedTable {
  std::string name;
  std::int64_t rows = 0;
};

struct Promoted {
  std::vector<PromotedTable> tables;
  std::int64_t rows = 0;
  std::int64_t blobs = 0;
  std::int64_t bytes = 0;  // Of the blobs.
};

// One move, by one thread. The calls in the order in which they stand; each fails with kUnavailable
// when `progress` is cancelled, and may be made again by another Promotion after whatever end.
class Promotion {
 public:
  // All must outlive it.
  Promotion(PromotionSide source, PromotionSide target, const Clock& clock, IdSource& ids,
            Progress& progress);

  // Seals the source, or takes up the move that its seal is of. kConflict in words when the target
  // has rows but no record of this move, or the source moves elsewhere; nothing was changed then.
  Status Seal();

  // Whether the target holds everything already: then there is but Finish to call.
  bool done() const { return record_ && record_->stage == promotion::Record::kDone; }
  // Whether rows were copied before.
  bool resumed() const { return record_.has_value(); }

  // Copies rows and blobs that are not there yet.
  Status Copy();

  // Reads all of both sides and compares: kInternal that names the table or tenant that differs.
  Result<Promoted> Compare();

  // The target is open from here on, and the source is sealed for good.
  Status Finish();

 private:
  Status CheckTarget();
  Status BeginFilling();
  Status CopyTable(const promotion::Table& table);
  Status CopyBlobs();
  Status CopyBlobsOf(const std::string& tenant_id);
  Status CopyBlobPage(const BlobPage& page);
  Status CompareBlobs(Promoted& promoted);
  Status Advance(promotion::Record record);
  Status PutSourceSeal(heirloom::Seal::Phase phase);
  Result<std::vector<std::string>> Tenants();
  Status Told(std::int64_t more);

  const PromotionSide source_;
  const PromotionSide target_;
  const Clock& clock_;
  IdSource& ids_;
  Progress& progress_;
  heirloom::Seal seal_;                      // The source's, once it has one.
  std::optional<promotion::Record> record_;  // The target's.
  std::string doing_;
  std::int64_t done_things_ = 0;
  std::int64_t all_things_ = 0;
};

// Opens a source again whose move did not come to its end; what was copied is left where it is.
// kConflict when there is no such move, or when the new place may have been opened.
Status GiveUpPromotion(Database& source);

}  // namespace heirloom
