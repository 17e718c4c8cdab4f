#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/archive/format/documents.h"
#include "storage/database.h"

namespace heirloom {

// SQL of how things out of archives are known again. Legacies are looked for among what the
// importer owns, stories within their legacy: nothing of anybody else's can be found by it.
namespace restore_repository {

struct KnownLegacy {
  Legacy legacy;  // With its id here.
  bool deleted = false;
};
// The importer's own that was born with this id, here or elsewhere.
Result<std::optional<KnownLegacy>> OwnedByOrigin(Reader& reader, std::string_view tenant,
                                                 const Id& user, const Id& origin);
// Marks a legacy just made with where it came from.
Status SetLegacyOrigin(Transaction& tx, std::string_view tenant, const Id& legacy,
                       const Id& imported_by, const Id& origin);
Status AddWrittenMember(Transaction& tx, std::string_view tenant, const Id& legacy,
                        const archive::WrittenMember& member);

struct KnownStory {
  Id id;
  std::int64_t revision = 0;
  std::int64_t version = 0;
  bool deleted = false;
};
Result<std::optional<KnownStory>> StoryByOrigin(Reader& reader, std::string_view tenant,
                                                const Id& legacy, const Id& origin);
Status SetStoryOrigin(Transaction& tx, std::string_view tenant, const Id& story, const Id& origin);

// Of revisions `first` to `last`, those that are there, in order.
struct Seal {
  std::int64_t number = 0;
  std::string digest;
};
Result<std::vector<Seal>> SealsOf(Reader& reader, std::string_view tenant, const Id& story,
                                  std::int64_t first, std::int64_t last);

}  // namespace restore_repository
}  // namespace heirloom
