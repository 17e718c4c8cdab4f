#include "storage/seal.h"

#include <array>
#include <string_view>

#include "appliance/base/json.h"
#include "storage/meta_row.h"

namespace heirloom {
namespace {

constexpr std::string_view kLock = "seal";
constexpr std::string_view kRow = "seal";

struct Named {
  Seal::Phase phase;
  std::string_view name;
  std::string_view words;
};
constexpr std::array<Named, 4> kPhases{{
    {Seal::Phase::kFilling, "filling",
     "Heirloom is just moving in here: nothing can be changed until all has arrived."},
    {Seal::Phase::kMoving, "moving",
     "Heirloom is just moving to another place: nothing can be changed here meanwhile."},
    {Seal::Phase::kLeaving, "leaving",
     "Heirloom is just moving to another place: nothing can be changed here any more."},
    {Seal::Phase::kGone, "gone",
     "Heirloom has moved to another place: what is here can be read, and not be changed."},
}};

const Named& NamedOf(Seal::Phase phase) {
  for (const Named& named : kPhases) {
    if (named.phase == phase) return named;
  }
  return kPhases.back();
}

std::string Write(const Seal& seal) {
  return JsonWriter()
      .BeginObject()
      .Member("phase", NamedOf(seal.phase).name)
      .Member("id", seal.id)
      .Member("target", seal.target)
      .Member("since", seal.since.micros)
      .EndObject()
      .Take();
}

std::optional<Seal> Parse(std::string_view text) {
  const Result<Json> json = Json::Parse(text);
  if (!json) return std::nullopt;
  const Json phase = json->Get("phase");
  const Json id = json->Get("id");
  const Json target = json->Get("target");
  const Json since = json->Get("since");
  if (!phase.IsString() || !id.IsString() || !target.IsString() ||
      since.kind() != Json::Kind::kInteger) {
    return std::nullopt;
  }
  for (const Named& named : kPhases) {
    if (named.name != phase.AsString()) continue;
    return Seal{named.phase,
                std::string(id.AsString()),
                std::string(target.AsString()),
                {since.AsInteger()}};
  }
  return std::nullopt;
}

}  // namespace

Result<std::optional<Seal>> ReadSeal(Reader& reader) {
  const auto text = ReadMeta(reader, kRow);
  if (!text) return ErrorOf(text);
  if (!*text) return std::optional<Seal>();
  std::optional<Seal> seal = Parse(**text);
  if (!seal) return Fail(ErrorCode::kInternal, "the seal of the database cannot be understood");
  return seal;
}

Status PutSeal(Transaction& tx, const Seal& seal) {
  if (Status locked = tx.Lock(kLock, Transaction::LockMode::kExclusive); !locked) return locked;
  return PutMeta(tx, kRow, Write(seal));
}

Status RemoveSeal(Transaction& tx) {
  if (Status locked = tx.Lock(kLock, Transaction::LockMode::kExclusive); !locked) return locked;
  return RemoveMeta(tx, kRow);
}

Status CheckOpen(Transaction& tx) {
  if (Status locked = tx.Lock(kLock, Transaction::LockMode::kShared); !locked) return locked;
  const auto seal = ReadSeal(tx);
  if (!seal) return ErrorOf(seal);
  if (!*seal) return {};
  return Fail(ErrorCode::kConflict, InWords(**seal));
}

std::string InWords(const Seal& seal) { return std::string(NamedOf(seal.phase).words); }

}  // namespace heirloom
