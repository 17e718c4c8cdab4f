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
  // The caller holds the data directory's lock.
  static Result<std::unique_ptr<Core>> Open(const Config& config);

  Core(std::unique_ptr<Platform> its_platform, std::unique_ptr<Database> its_database)
      : platform(std::move(its_platform)),
        database(std::make_unique<MeteredDatabase>(std::move(its_database))) {}

  const std::unique_ptr<Platform> platform;
  const std::unique_ptr<MeteredDatabase> database;
  PasswordHasher hasher{{}};
  IdentityService identity{*database, hasher, platform->clock, platform->ids, platform->random};
};

}  // namespace heirloom
