#include "index/xapian/vocabulary.h"

#include <xapian.h>

#include <algorithm>

#include "appliance/base/text.h"
#include "index/text/known_words.h"
#include "index/text/near_words.h"
#include "index/xapian/schema.h"

namespace heirloom::xapian {
namespace {

// Beginnings of two letters may have thousands of words: what is looked at, of all readers
// together.
constexpr std::size_t kMostOfBeginning = 2000;

}  // namespace

std::vector<std::string> Vocabulary::Beginning(std::string_view plain_beginning,
                                               std::size_t limit) const {
  text::Completions found(plain_beginning);
  // Each reader its share, so that a large legacy leaves something for the others.
  const std::size_t share = kMostOfBeginning / std::max<std::size_t>(readers_.size(), 1) + 1;
  for (const std::string& reader : readers_) {
    const std::string prefix = VocabularyPrefix(tenant_id_, reader);
    const std::string range = prefix + std::string(plain_beginning);
    std::size_t left = share;
    for (auto it = database_.allterms_begin(range); it != database_.allterms_end(range) && left > 0;
         ++it, --left) {
      const std::string term = *it;
      found.Add(std::string_view(term).substr(prefix.size()), it.get_termfreq());
    }
  }
  return found.Best(limit);
}

std::optional<std::string> Vocabulary::Nearest(std::string_view plain_word,
                                               std::size_t& budget) const {
  if (!text::MayBeMended(plain_word)) return std::nullopt;
  text::NearestWord near;
  for (const std::string& reader : readers_) {
    const std::string prefix = VocabularyPrefix(tenant_id_, reader);
    text::NearWords measure(plain_word, text::MostSlips(CountCharacters(plain_word)));
    auto it = database_.allterms_begin(prefix);
    const auto end = database_.allterms_end(prefix);
    while (it != end && budget > 0) {
      --budget;
      const std::string term = *it;
      const text::KnownWord word =
          text::ParseKnownWordEntry(std::string_view(term).substr(prefix.size()));
      const auto slips = measure.SlipsTo(word.plain);
      if (slips && *slips > 0) near.Add(*slips, word, it.get_termfreq());
      if (const auto bytes = measure.Hopeless()) {
        // No byte of UTF-8 is as high: behind all that begins so.
        it.skip_to(term.substr(0, prefix.size() + *bytes) + '\xff');
      } else {
        ++it;
      }
    }
  }
  return near.Best();
}

}  // namespace heirloom::xapian
