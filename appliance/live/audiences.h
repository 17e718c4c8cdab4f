#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "appliance/domain/principal.h"
#include "appliance/http/sse.h"
#include "appliance/live/live_repository.h"

namespace heirloom {

// One open stream, and on whose behalf it is open.
struct Subscriber {
  std::uint64_t number = 0;
  std::shared_ptr<http::EventStream> stream;
  Principal who;          // Without the name.
  Id credential;          // The session or API token that opened it.
  Time expires_at;        // 0: never by itself.
  Id only_legacy;         // Empty: of all.
  std::int64_t seen = 0;  // Events up to here were sent, or are not wanted.
};

// Who listens, by what they belong to: an event finds those who may care by its legacy, so that
// its cost grows with them and not with everybody who is connected. Roles are kept once per person,
// however many windows they have open. Not thread-safe.
class Audiences {
 public:
  Audiences();
  ~Audiences();

  void Add(std::unique_ptr<Subscriber> subscriber);
  // Unknown numbers are ignored.
  void Remove(std::uint64_t number);

  bool IsConnected(std::string_view tenant, const Id& user) const;
  // Whether anybody connected belongs to it.
  bool HasAudience(std::string_view tenant, const Id& legacy) const;
  // Replaces what these people belong to by `rows`.
  void SetMemberships(std::string_view tenant, const std::vector<Id>& users,
                      const std::vector<MembershipRow>& rows);

  // Everybody connected who belongs to the legacy, with their role.
  using OnSeat = std::function<void(Subscriber&, Role)>;
  void ForEachIn(std::string_view tenant, const Id& legacy, const OnSeat& fn) const;
  // Everybody connected who is `user` and does not belong to it.
  using OnSubscriber = std::function<void(Subscriber&)>;
  void ForEachOutside(std::string_view tenant, const Id& legacy, const Id& user,
                      const OnSubscriber& fn) const;
  void ForEach(const OnSubscriber& fn) const;

  std::size_t size() const { return subscribers_.size(); }

 private:
  struct Person;
  struct Audience;

  void Seat(Person& person, const std::string& legacy_key, Role role);
  void Unseat(Person& person);

  std::unordered_map<std::uint64_t, std::unique_ptr<Subscriber>> subscribers_;
  std::unordered_map<std::string, std::unique_ptr<Person>> people_;       // By tenant and user.
  std::unordered_map<std::string, std::unique_ptr<Audience>> audiences_;  // By tenant and legacy.
};

}  // namespace heirloom
