#include "index/xapian/scan.h"

#include <xapian.h>

#include <optional>
#include <string_view>

#include "appliance/base/number.h"
#include "index/xapian/schema.h"

namespace heirloom::xapian {
namespace {

constexpr char kKeyPrefix[] = "Q:";  // Keys of ids are short, never digests.

// The other way round of KeyTerm: Q:<length of the tenant>/<tenant>/<id>.
std::optional<IndexedStory> ParseKey(std::string_view term) {
  term.remove_prefix(sizeof(kKeyPrefix) - 1);
  const std::size_t digits = std::min(term.find('/'), term.size());
  const auto length = ParseNumber<std::size_t>(term.substr(0, digits));
  term.remove_prefix(digits);
  // What is left: /<tenant>/<id>.
  if (!length || term.size() < 2 || *length > term.size() - 2) return std::nullopt;
  IndexedStory story;
  story.tenant_id = term.substr(1, *length);
  story.id = term.substr(*length + 2);
  return story;
}

}  // namespace

IndexedPage ScanStories(const Xapian::Database& database, const std::string& after,
                        std::size_t limit) {
  IndexedPage page;
  const auto end = database.allterms_end(kKeyPrefix);
  auto term = database.allterms_begin(kKeyPrefix);
  if (!after.empty()) {
    term.skip_to(after);
    if (term != end && *term == after) ++term;
  }
  for (; term != end; ++term) {
    if (page.stories.size() == limit) return page;
    page.next = *term;
    const auto posting = database.postlist_begin(*term);
    if (posting == database.postlist_end(*term)) continue;
    const Xapian::Document document = database.get_document(*posting);
    if (document.get_data().empty()) continue;  // A tombstone.
    std::optional<IndexedStory> story = ParseKey(page.next);
    if (!story) continue;
    story->version = ParseSortableNumber(document.get_value(kVersionSlot)).value_or(0);
    const std::string order = document.get_value(kOrderSlot);
    story->updated_at = ~ParseSortableNumber(std::string_view(order).substr(0, 8)).value_or(0);
    page.stories.push_back(std::move(*story));
  }
  page.next.clear();
  return page;
}

}  // namespace heirloom::xapian
