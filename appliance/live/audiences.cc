#include "appliance/live/audiences.h"

#include <algorithm>
#include <utility>

namespace heirloom {
namespace {

std::string KeyOf(std::string_view tenant, const Id& id) {
  std::string key;
  key.reserve(tenant.size() + 1 + id.size());
  key.append(tenant).append("/").append(id);  // Ids are of one length: no two read alike.
  return key;
}

}  // namespace

struct Audiences::Person {
  std::string key;
  std::vector<Subscriber*> subscribers;
  std::vector<Audience*> legacies;
};

struct Audiences::Audience {
  std::string key;
  std::unordered_map<Person*, Role> seats;
};

Audiences::Audiences() = default;
Audiences::~Audiences() = default;

void Audiences::Add(std::unique_ptr<Subscriber> subscriber) {
  const std::string key = KeyOf(subscriber->who.tenant_id, subscriber->who.user_id);
  auto& person = people_[key];
  if (!person) person = std::make_unique<Person>(Person{key, {}, {}});
  person->subscribers.push_back(subscriber.get());
  const std::uint64_t number = subscriber->number;
  subscribers_.emplace(number, std::move(subscriber));
}

void Audiences::Remove(std::uint64_t number) {
  const auto found = subscribers_.find(number);
  if (found == subscribers_.end()) return;
  const Subscriber& subscriber = *found->second;
  const auto person = people_.find(KeyOf(subscriber.who.tenant_id, subscriber.who.user_id));
  std::erase(person->second->subscribers, &subscriber);
  if (person->second->subscribers.empty()) {
    Unseat(*person->second);
    people_.erase(person);
  }
  subscribers_.erase(found);
}

bool Audiences::IsConnected(std::string_view tenant, const Id& user) const {
  return people_.contains(KeyOf(tenant, user));
}

bool Audiences::HasAudience(std::string_view tenant, const Id& legacy) const {
  return audiences_.contains(KeyOf(tenant, legacy));
}

void Audiences::SetMemberships(std::string_view tenant, const std::vector<Id>& users,
                               const std::vector<MembershipRow>& rows) {
  for (const Id& user : users) {
    const auto person = people_.find(KeyOf(tenant, user));
    if (person != people_.end()) Unseat(*person->second);
  }
  for (const MembershipRow& row : rows) {
    const auto person = people_.find(KeyOf(tenant, row.user_id));
    if (person == people_.end()) continue;
    Seat(*person->second, KeyOf(tenant, row.legacy_id), row.role);
  }
}

void Audiences::ForEachIn(std::string_view tenant, const Id& legacy, const OnSeat& fn) const {
  const auto found = audiences_.find(KeyOf(tenant, legacy));
  if (found == audiences_.end()) return;
  for (const auto& [person, role] : found->second->seats) {
    for (Subscriber* subscriber : person->subscribers) fn(*subscriber, role);
  }
}

void Audiences::ForEachOutside(std::string_view tenant, const Id& legacy, const Id& user,
                               const OnSubscriber& fn) const {
  const auto person = people_.find(KeyOf(tenant, user));
  if (person == people_.end()) return;
  const auto audience = audiences_.find(KeyOf(tenant, legacy));
  if (audience != audiences_.end() && audience->second->seats.contains(person->second.get())) {
    return;
  }
  for (Subscriber* subscriber : person->second->subscribers) fn(*subscriber);
}

void Audiences::ForEach(const OnSubscriber& fn) const {
  for (const auto& [number, subscriber] : subscribers_) fn(*subscriber);
}

void Audiences::Seat(Person& person, const std::string& legacy_key, Role role) {
  auto& audience = audiences_[legacy_key];
  if (!audience) audience = std::make_unique<Audience>(Audience{legacy_key, {}});
  const auto [seat, is_new] = audience->seats.emplace(&person, role);
  seat->second = role;
  if (is_new) person.legacies.push_back(audience.get());
}

void Audiences::Unseat(Person& person) {
  for (Audience* audience : person.legacies) {
    audience->seats.erase(&person);
    if (audience->seats.empty()) audiences_.erase(std::string(audience->key));
  }
  person.legacies.clear();
}

}  // namespace heirloom
