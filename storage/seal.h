// A sealed database takes no more changes of the truth: it is being moved to another place, or has
// moved there (appliance/promotion). The seal is a row of `meta`, so that every process of a
// cluster sees it; a Write that goes through SealableDatabase looks for it first.

#pragma once

#include <optional>
#include <string>

#include "appliance/base/clock.h"
#include "appliance/base/result.h"
#include "storage/database.h"

namespace heirloom {

struct Seal {
  enum class Phase {
    kFilling,  // The other way round: this database is the new place, and not complete yet.
    kMoving,   // What is here is being copied; giving up opens it again.
    kLeaving,  // All was copied: the new place may have been opened already.
    kGone,     // The new place has taken over.
  };
  Phase phase = Phase::kMoving;
  std::string id;      // Of the move.
  std::string target;  // Epoch of the database that takes over.
  Time since;

  friend bool operator==(const Seal&, const Seal&) = default;
};

// None: it is open. kInternal when the row cannot be understood, as after a newer version's.
Result<std::optional<Seal>> ReadSeal(Reader& reader);

// Waits for those that are just writing; after its commit nobody writes any more. The seal that was
// there is replaced.
Status PutSeal(Transaction& tx, const Seal& seal);
Status RemoveSeal(Transaction& tx);

// kConflict, in words for whoever wanted to change something, when there is a seal. Later seals
// wait until `tx` has ended.
Status CheckOpen(Transaction& tx);

// A copy that is put back as another history is open, whatever became of where it was made; one
// that was only being filled stays what it was. SQL without parameters, of every adapter.
inline constexpr char kUnsealCopySql[] =
    "DELETE FROM meta WHERE key = 'seal' AND value NOT LIKE '%\"phase\":\"filling\"%'";

// What it means, in a sentence: for visitors and operators alike.
std::string InWords(const Seal& seal);

}  // namespace heirloom
