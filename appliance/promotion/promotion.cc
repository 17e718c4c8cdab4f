#include "appliance/promotion/promotion.h"

#include <algorithm>
#include <utility>

#include "appliance/promotion/blob_copies.h"
#include "appliance/promotion/tables.h"

namespace heirloom {
namespace {

using promotion::Record;
using promotion::Table;
using promotion::TablesCopied;
using Phase = Seal::Phase;

constexpr int kBlobsAtOnce = 100;

struct Standing {
  std::string epoch;
  std::optional<Seal> seal;
  std::optional<Record> record;
};

Result<Standing> Look(Database& database) {
  return ReadOne(database, [](Reader& reader) -> Result<Standing> {
    const auto head = reader.Head();
    if (!head) return ErrorOf(head);
    auto seal = ReadSeal(reader);
    if (!seal) return ErrorOf(seal);
    auto record = promotion::ReadRecord(reader);
    if (!record) return ErrorOf(record);
    return Standing{head->epoch, std::move(*seal), std::move(*record)};
  });
}

// The first copied table that has a row.
Result<std::string> TableWithRows(Reader& reader) {
  for (const Table& table : TablesCopied()) {
    bool found = false;
    const Status read = reader.Query("SELECT 1 FROM " + std::string(table.name) + " LIMIT 1", {},
                                     [&](const Row&) { return found = true, false; });
    if (!read) return ErrorOf(read);
    if (found) return std::string(table.name);
  }
  return std::string();
}

Result<std::int64_t> CountRows(Reader& reader) {
  std::int64_t rows = 0;
  for (const Table& table : TablesCopied()) {
    const Status read =
        reader.Query("SELECT COUNT(*) FROM " + std::string(table.name), {}, [&](const Row& row) {
          rows += row.Integer(0);
          return true;
        });
    if (!read) return ErrorOf(read);
  }
  return rows;
}

tl::unexpected<Error> CalledOff() {
  return Fail(ErrorCode::kUnavailable,
              "called off; the source is sealed: run the same again to go on, or with --give-up to "
              "open it again");
}

Status Conflict(std::string words) { return Fail(ErrorCode::kConflict, std::move(words)); }

std::size_t StageNumber(const std::string& stage) {
  const auto tables = TablesCopied();
  const auto found = std::find_if(tables.begin(), tables.end(),
                                  [&](const Table& table) { return table.name == stage; });
  return static_cast<std::size_t>(found - tables.begin());
}

}  // namespace

Promotion::Promotion(PromotionSide source, PromotionSide target, const Clock& clock, IdSource& ids,
                     Progress& progress)
    : source_(source), target_(target), clock_(clock), ids_(ids), progress_(progress) {}

Status Promotion::Told(std::int64_t more) {
  done_things_ += more;
  progress_.Show(doing_, done_things_, all_things_);
  if (progress_.Cancelled()) return CalledOff();
  return {};
}

Status Promotion::Seal() {
  auto source = Look(source_.database);
  if (!source) return ErrorOf(source);
  auto target = Look(target_.database);
  if (!target) return ErrorOf(target);
  if (source->epoch == target->epoch) {
    return Conflict("source and target are one and the same database");
  }
  if (source->seal && source->seal->phase == Phase::kFilling)
    return Conflict(InWords(*source->seal));
  if (source->seal) {
    if (source->seal->target != target->epoch) {
      return Conflict(source->seal->phase == Phase::kGone
                          ? "the source has moved to another place than this target already"
                          : "the source is moving to another place than this target: go on with "
                            "that one, or open it again with --give-up");
    }
    seal_ = *source->seal;
    if (target->record && target->record->id == seal_.id) {
      record_ = std::move(target->record);
      return {};
    }
    return CheckTarget();
  }
  if (Status fit = CheckTarget(); !fit) return fit;
  seal_ = {Phase::kMoving, ids_.Next(), target->epoch, clock_.Now()};
  return PutSourceSeal(Phase::kMoving);
}

Status Promotion::CheckTarget() {
  const auto found = ReadOne(target_.database, TableWithRows);
  if (!found) return ErrorOf(found);
  if (found->empty()) return {};
  return Conflict("the target has " + *found +
                  " of its own and no record of this move: name an empty one");
}

Status Promotion::PutSourceSeal(Phase phase) {
  seal_.phase = phase;
  const auto put = source_.database.Write([this](Transaction& tx) { return PutSeal(tx, seal_); });
  return put ? Status() : Status(ErrorOf(put));
}

Status Promotion::Advance(Record record) {
  const auto put =
      target_.database.Write([&](Transaction& tx) { return promotion::PutRecord(tx, record); });
  if (!put) return ErrorOf(put);
  record_ = std::move(record);
  return {};
}

// Somebody may have opened the target since it was looked at: its own first admin must not get in
// between.
Status Promotion::BeginFilling() {
  const Record first{seal_.id, std::string(TablesCopied().front().name), {}};
  const auto begun = target_.database.Write([&](Transaction& tx) -> Status {
    heirloom::Seal filling = seal_;
    filling.phase = Phase::kFilling;
    if (Status sealed = PutSeal(tx, filling); !sealed) return sealed;
    const auto found = TableWithRows(tx);
    if (!found) return ErrorOf(found);
    if (!found->empty()) return Conflict("the target has " + *found + " of its own meanwhile");
    return promotion::PutRecord(tx, first);
  });
  if (!begun) return ErrorOf(begun);
  record_ = first;
  return {};
}

Status Promotion::Copy() {
  if (!record_) {
    if (Status begun = BeginFilling(); !begun) return begun;
  }
  const auto all = ReadOne(source_.database, CountRows);
  if (!all) return ErrorOf(all);
  const auto there = ReadOne(target_.database, CountRows);
  if (!there) return ErrorOf(there);
  doing_ = "copying rows";
  all_things_ = *all;
  done_things_ = *there;
  const auto tables = TablesCopied();
  for (std::size_t i = StageNumber(record_->stage); i < tables.size(); ++i) {
    if (Status copied = CopyTable(tables[i]); !copied) return copied;
    const std::string next(i + 1 < tables.size() ? tables[i + 1].name : Record::kBlobs);
    if (Status advanced = Advance({seal_.id, next, {}}); !advanced) return advanced;
  }
  return CopyBlobs();
}

Status Promotion::CopyTable(const Table& table) {
  for (;;) {
    const promotion::Values after = record_->after;
    const auto page = ReadOne(source_.database, [&](Reader& reader) {
      return promotion::ReadPage(reader, table, after);
    });
    if (!page) return ErrorOf(page);
    if (page->rows.empty()) return {};
    const Record next{seal_.id, std::string(table.name),
                      promotion::KeyOf(table, page->rows.back())};
    const auto written = target_.database.Write([&](Transaction& tx) -> Status {
      if (Status kept = promotion::InsertRows(tx, table, page->rows); !kept) return kept;
      return promotion::PutRecord(tx, next);
    });
    if (!written) return ErrorOf(written);
    record_ = next;
    if (Status told = Told(static_cast<std::int64_t>(page->rows.size())); !told) return told;
    if (page->last) return {};
  }
}

Result<std::vector<std::string>> Promotion::Tenants() {
  std::vector<std::string> tenants;
  const Status read = source_.database.Read([&](Reader& reader) {
    tenants.clear();
    return reader.Query("SELECT DISTINCT tenant_id FROM users ORDER BY tenant_id", {},
                        [&](const Row& row) {
                          tenants.push_back(row.String(0));
                          return true;
                        });
  });
  if (!read) return ErrorOf(read);
  return tenants;
}

Status Promotion::CopyBlobs() {
  const auto tenants = Tenants();
  if (!tenants) return ErrorOf(tenants);
  doing_ = "copying photographs and recordings";
  done_things_ = 0;
  all_things_ = 0;
  for (const std::string& tenant : *tenants) {
    if (Status copied = CopyBlobsOf(tenant); !copied) return copied;
  }
  return {};
}

// A tenant's blobs are copied in the order of its list; those of a page that was not noted yet are
// found to be there already.
Status Promotion::CopyBlobsOf(const std::string& tenant_id) {
  std::string after;
  if (record_->after.size() == 2) {
    const auto& at = std::get<std::string>(record_->after[0]);
    if (at > tenant_id) return {};
    if (at == tenant_id) after = std::get<std::string>(record_->after[1]);
    if (at == tenant_id && after.empty()) return {};
  }
  do {
    const auto page = source_.blobs.List(tenant_id, after, kBlobsAtOnce);
    if (!page) return ErrorOf(page);
    if (Status copied = CopyBlobPage(*page); !copied) return copied;
    after = page->next;
    const Record next{seal_.id, std::string(Record::kBlobs), {tenant_id, after}};
    if (Status advanced = Advance(next); !advanced) return advanced;
  } while (!after.empty());
  return {};
}

Status Promotion::CopyBlobPage(const BlobPage& page) {
  for (const BlobEntry& blob : page.blobs) {
    const auto copied = promotion::CopyBlob(source_.blobs, target_.blobs, blob.key);
    if (!copied) return ErrorOf(copied);
    if (Status told = Told(1); !told) return told;
  }
  return {};
}

Result<Promoted> Promotion::Compare() {
  const auto all = ReadOne(source_.database, CountRows);
  if (!all) return ErrorOf(all);
  doing_ = "comparing rows";
  done_things_ = 0;
  all_things_ = 2 * *all;
  Promoted promoted;
  const auto on_rows = [this](std::int64_t rows) { return Told(rows); };
  for (const Table& table : TablesCopied()) {
    const auto ours = promotion::DigestOf(source_.database, table, on_rows);
    if (!ours) return ErrorOf(ours);
    const auto theirs = promotion::DigestOf(target_.database, table, on_rows);
    if (!theirs) return ErrorOf(theirs);
    if (*ours != *theirs) {
      return Fail(ErrorCode::kInternal,
                  "the rows of " + std::string(table.name) +
                      " differ: " + std::to_string(ours->rows) + " in the source, " +
                      std::to_string(theirs->rows) +
                      " in the target; empty the target and begin again after --give-up");
    }
    promoted.tables.push_back({std::string(table.name), ours->rows});
    promoted.rows += ours->rows;
  }
  if (Status same = CompareBlobs(promoted); !same) return ErrorOf(same);
  return promoted;
}

// Their bytes were compared when each was copied.
Status Promotion::CompareBlobs(Promoted& promoted) {
  const auto tenants = Tenants();
  if (!tenants) return ErrorOf(tenants);
  for (const std::string& tenant : *tenants) {
    const auto ours = promotion::CountBlobs(source_.blobs, tenant);
    if (!ours) return ErrorOf(ours);
    const auto theirs = promotion::CountBlobs(target_.blobs, tenant);
    if (!theirs) return ErrorOf(theirs);
    if (*ours != *theirs) {
      return Fail(ErrorCode::kInternal,
                  "the blobs of " + tenant + " differ: " + std::to_string(ours->blobs) +
                      " in the source, " + std::to_string(theirs->blobs) + " in the target");
    }
    promoted.blobs += ours->blobs;
    promoted.bytes += ours->bytes;
  }
  return {};
}

// First the source knows that it must not be opened again, then the target is; so at no time are
// both open.
Status Promotion::Finish() {
  if (!done()) {
    if (Status leaving = PutSourceSeal(Phase::kLeaving); !leaving) return leaving;
    const Record done{seal_.id, std::string(Record::kDone), {}};
    const auto opened = target_.database.Write([&](Transaction& tx) -> Status {
      if (Status removed = RemoveSeal(tx); !removed) return removed;
      return promotion::PutRecord(tx, done);
    });
    if (!opened) return ErrorOf(opened);
    record_ = done;
  }
  return PutSourceSeal(Phase::kGone);
}

Status GiveUpPromotion(Database& source) {
  const auto opened = source.Write([](Transaction& tx) -> Status {
    const auto seal = ReadSeal(tx);
    if (!seal) return ErrorOf(seal);
    if (!*seal) return Conflict("it is not sealed: there is nothing to give up");
    if ((*seal)->phase != Phase::kMoving) {
      return Conflict((*seal)->phase == Phase::kFilling
                          ? "this is the target of a move: give it up at its source"
                          : "its target holds everything and may have been opened already: run "
                            "the same promote again to its end");
    }
    return RemoveSeal(tx);
  });
  return opened ? Status() : Status(ErrorOf(opened));
}

}  // namespace heirloom
