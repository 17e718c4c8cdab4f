#include "index/xapian/vocabulary.h"

#include <xapian.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "appliance/base/text.h"
#include "index/xapian/near_words.h"
#include "index/xapian/schema.h"

namespace heirloom::xapian {
namespace {

// Beginnings of two letters may have thousands of words: what is looked at, of all readers
// together.
constexpr std::size_t kMostOfBeginning = 2000;

// One plain word: in how many stories, and how it is written there.
struct Uses {
  Xapian::doccount stories = 0;
  std::map<std::string, Xapian::doccount, std::less<>> written;

  void Add(std::string_view form, Xapian::doccount count) {
    stories += count;
    const auto known = written.find(form);
    if (known == written.end()) {
      written.emplace(form, count);
    } else {
      known->second += count;
    }
  }
  const std::string& MostWritten() const {
    return std::max_element(written.begin(), written.end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; })
        ->first;
  }
};

}  // namespace

std::vector<std::string> Vocabulary::Beginning(std::string_view plain_beginning,
                                               std::size_t limit) const {
  std::map<std::string, Uses, std::less<>> found;
  // Each reader its share, so that a large legacy leaves something for the others.
  const std::size_t share = kMostOfBeginning / std::max<std::size_t>(readers_.size(), 1) + 1;
  for (const std::string& reader : readers_) {
    const std::string prefix = VocabularyPrefix(tenant_id_, reader);
    const std::string range = prefix + std::string(plain_beginning);
    std::size_t left = share;
    for (auto it = database_.allterms_begin(range); it != database_.allterms_end(range) && left > 0;
         ++it, --left) {
      const std::string term = *it;
      const auto [plain, written] =
          ParseVocabularyEntry(std::string_view(term).substr(prefix.size()));
      if (plain != plain_beginning) found[std::string(plain)].Add(written, it.get_termfreq());
    }
  }
  std::vector<std::pair<Xapian::doccount, std::string>> ranked;
  for (const auto& [plain, uses] : found) ranked.emplace_back(uses.stories, uses.MostWritten());
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> best;
  for (auto& [stories, written] : ranked) {
    if (best.size() == limit) break;
    best.push_back(std::move(written));
  }
  return best;
}

std::optional<std::string> Vocabulary::Nearest(std::string_view plain_word,
                                               std::size_t& budget) const {
  const unsigned most = MostSlips(CountCharacters(plain_word));
  if (most == 0 || plain_word.find_first_of("0123456789") != plain_word.npos) return std::nullopt;
  std::map<std::pair<unsigned, std::string>, Uses> near;  // By slips and plain word.
  for (const std::string& reader : readers_) {
    const std::string prefix = VocabularyPrefix(tenant_id_, reader);
    NearWords measure(plain_word, most);
    auto it = database_.allterms_begin(prefix);
    const auto end = database_.allterms_end(prefix);
    while (it != end && budget > 0) {
      --budget;
      const std::string term = *it;
      const auto [plain, written] =
          ParseVocabularyEntry(std::string_view(term).substr(prefix.size()));
      const auto slips = measure.SlipsTo(plain);
      if (slips && *slips > 0) {
        near[{*slips, std::string(plain)}].Add(written, it.get_termfreq());
      }
      if (const auto bytes = measure.Hopeless()) {
        // No byte of UTF-8 is as high: behind all that begins so.
        it.skip_to(term.substr(0, prefix.size() + *bytes) + '\xff');
      } else {
        ++it;
      }
    }
  }
  const std::pair<const std::pair<unsigned, std::string>, Uses>* best = nullptr;
  for (const auto& each : near) {
    const bool nearer = best == nullptr || each.first.first < best->first.first;
    if (!nearer && each.first.first > best->first.first) break;
    if (nearer || each.second.stories > best->second.stories) best = &each;
  }
  if (best == nullptr) return std::nullopt;
  return best->second.MostWritten();
}

}  // namespace heirloom::xapian
