#pragma once

#include <memory>
#include <utility>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "appliance/identity/identity_service.h"
#include "appliance/identity/password_hasher.h"
#include "appliance/wiring/config.h"
#include "storage/database.h"
#include "storage/metered_database.h"
#include "storage/remote/remote_service.h"
#include "storage/remote/retry.h"
#include "storage/sealable_database.h"

namespace heirloom {

// Where time, randomness and ids come from.
struct Platform {
  SystemClock clock;
  SystemRandom random;
  IdSource ids{clock, random};
  RealPauses pauses;
  RemoteRegistry remotes;
  RemoteWorld remote{pauses, clock, random, &remotes};  // For adapters that ask other machines.
};

// What the daemon and a command beside it share: the truth, and who people are.
struct Core {
  // The caller holds the data directory's lock. kConflict for a database that something is just
  // being moved into: what is in it is a part.
  static Result<std::unique_ptr<Core>> Open(const Config& config);

  Core(std::unique_ptr<Platform> its_platform, std::unique_ptr<Database> its_database)
      : platform(std::move(its_platform)),
        bookkeeping(std::make_unique<MeteredDatabase>(std::move(its_database))),
        database(std::make_unique<SealableDatabase>(*bookkeeping)) {}

  const std::unique_ptr<Platform> platform;
  // The same database, for what is no part of the truth and goes on where that is sealed: leases,
  // places in the outbox, throttles.
  const std::unique_ptr<MeteredDatabase> bookkeeping;
  const std::unique_ptr<Database> database;
  PasswordHasher hasher{{}};
  IdentityService identity{*database, hasher, platform->clock, platform->ids, platform->random};
};

}  // namespace heirloom
