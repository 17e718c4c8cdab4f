#include "storage/outbox/leadership.h"

#include <unistd.h>

#include <array>
#include <cstdint>
#include <utility>

#include "appliance/base/digest.h"
#include "appliance/base/log.h"
#include "appliance/base/thread_name.h"
#include "storage/outbox/rows.h"

namespace heirloom {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

Time SpanOf(milliseconds span) {
  return {std::chrono::duration_cast<std::chrono::microseconds>(span).count()};
}

std::string HostName() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

// The end makes it another one than a process that had the number before.
std::string NewOwner(Random& random) {
  std::array<std::uint8_t, 8> bytes{};
  random.Fill(bytes);
  return HostName() + ":" + std::to_string(::getpid()) + "/" +
         ToHex(std::string(bytes.begin(), bytes.end()));
}

std::string InWords(const std::string& owner) { return owner.substr(0, owner.rfind('/')); }

}  // namespace

Leadership::Leadership(LeadershipOptions options)
    : options_(std::move(options)), owner_(NewOwner(options_.random)) {}

Leadership::~Leadership() { Stop(); }

void Leadership::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void Leadership::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

bool Leadership::Held() const {
  const std::lock_guard lock(mutex_);
  return steady_clock::now() < held_until_;
}

bool Leadership::Await(milliseconds longest) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, longest, [this] { return steady_clock::now() < held_until_; });
}

std::string Leadership::Holder() const {
  const std::lock_guard lock(mutex_);
  return holder_;
}

void Leadership::Run(const std::stop_token& stop) {
  NameThisThread("lease");
  bool had = false;
  while (!stop.stop_requested()) {
    const auto begun = steady_clock::now();
    const auto ours = Try();
    if (!ours) {
      LogWarn("a lease could not be looked at",
              {{"name", options_.name}, {"reason", ours.error().message}});
    }
    {
      const std::lock_guard lock(mutex_);
      // Over here before it is over there. After a failure it runs out by itself.
      if (ours) held_until_ = *ours ? begun + options_.lease - options_.lease / 5 : Instant{};
    }
    const bool has = Held();
    if (has != had) {
      LogInfo(has ? "leads" : "does not lead any more", {{"name", options_.name}});
      had = has;
    }
    changed_.notify_all();
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, options_.renew_each, [] { return false; });
  }
  GiveBack();
}

// Who stands by only looks: nothing is written for as long as somebody else leads.
Result<bool> Leadership::Try() {
  std::string owner;
  Time until;
  const auto looked = options_.database.Read([&](Reader& reader) -> Status {
    const auto place = outbox::ReadPlace(reader, options_.name);
    if (!place) return ErrorOf(place);
    owner = place->owner;
    until = place->lease_until;
    return {};
  });
  if (!looked && looked.error().code != ErrorCode::kNotFound) return ErrorOf(looked);
  const bool another = looked && !options_.alone && owner != owner_ && until > options_.clock.Now();
  {
    const std::lock_guard lock(mutex_);
    holder_ = another ? InWords(owner) : "";
  }
  if (another) return false;

  const std::int64_t position = options_.position();
  bool ours = false;
  const auto written = options_.database.Write([&](Transaction& tx) -> Status {
    const Time now = options_.clock.Now();
    if (Status s = outbox::AddConsumer(tx, options_.name, now); !s) return s;
    if (options_.alone && looked && owner != owner_) {
      if (Status s = outbox::EndTurn(tx, options_.name, owner, now); !s) return s;
    }
    const auto taken =
        outbox::TakeTurn(tx, options_.name, owner_, now + SpanOf(options_.lease), position, now);
    if (!taken) return ErrorOf(taken);
    ours = *taken;
    return {};
  });
  if (!written) return ErrorOf(written);
  return ours;
}

void Leadership::GiveBack() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(held_until_, Instant{}) == Instant{}) return;
  }
  const auto given = options_.database.Write([&](Transaction& tx) {
    return outbox::EndTurn(tx, options_.name, owner_, options_.clock.Now());
  });
  if (!given) {
    LogWarn("a lease was not given back; it runs out",
            {{"name", options_.name}, {"reason", given.error().message}});
  }
}

}  // namespace heirloom
