#include "index/xapian/document_builder.h"

#include <xapian.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "appliance/base/text.h"
#include "index/text/known_words.h"
#include "index/text/text_analysis.h"
#include "index/xapian/schema.h"

namespace heirloom::xapian {
namespace {

// Between title and text, so that no phrase spans both.
constexpr Xapian::termpos kFieldGap = 100;

// A word of the title counts as if it stood this often in the text, beside its weight as a word of
// the title, which alone would lose against a text that repeats it.
constexpr Xapian::termcount kTitleTimes = 4;

class Terms {
 public:
  Terms(Xapian::Document& document, std::string_view language)
      : document_(document), stemmer_(text::StemLanguage(language)) {}

  const std::set<std::string>& Vocabulary() const { return vocabulary_; }

  void AddText(Field field, std::string_view text) {
    std::set<std::string, std::less<>> seen;
    for (const text::Token& token : text::Tokenize(text)) {
      if (++words_ > text::kMaxStoryWords) return;
      const std::string_view written = text.substr(token.begin, token.end - token.begin);
      const text::Word word = text::ToWord(written);
      ++position_;
      if (field == Field::kTitle) {
        AddWord(Field::kTitle, word, 1);
        AddWord(Field::kBody, word, kTitleTimes);
      } else {
        AddWord(Field::kBody, word, 1);
      }
      if (seen.insert(word.plain).second) AddBeginnings(field, word.plain);
      if (token.unspaced) continue;
      if (auto entry = text::KnownWordEntry(word.plain, written)) {
        vocabulary_.insert(std::move(*entry));
      }
    }
    position_ += kFieldGap;
  }

 private:
  void AddWord(Field field, const text::Word& word, Xapian::termcount times) {
    const std::string term = WordTerm(field, word.plain);
    document_.add_posting(term, position_, times);
    for (const std::string& stem : stemmer_.Stems(word)) {
      document_.add_term(StemTerm(field, stemmer_.Language(), stem), times);
    }
  }

  void AddBeginnings(Field field, std::string_view plain) {
    for (std::size_t count = text::kShortestBeginning; count <= text::kLongestBeginning; ++count) {
      const std::string_view beginning = FirstCharacters(plain, count);
      document_.add_boolean_term(BeginningTerm(Field::kBody, beginning));
      if (field == Field::kTitle) {
        document_.add_term(BeginningTerm(Field::kTitle, beginning));
      }
      if (beginning.size() == plain.size()) return;
    }
  }

  Xapian::Document& document_;
  text::Stemmer stemmer_;
  Xapian::termpos position_ = 0;
  std::size_t words_ = 0;
  std::set<std::string> vocabulary_;
};

// For each of those who may read the story apart, so that nobody is shown a word of another's.
void AddVocabulary(Xapian::Document& document, const StoryDocument& story,
                   const std::set<std::string>& entries) {
  for (const std::string& reader : story.readers) {
    const std::string prefix = VocabularyPrefix(story.tenant_id, reader);
    for (const std::string& entry : entries) document.add_boolean_term(prefix + entry);
  }
}

// RFC 4647 basic filtering: de-AT is found by de-AT and by de.
void AddLanguage(Xapian::Document& document, std::string_view language) {
  while (!language.empty()) {
    document.add_boolean_term(LanguageTerm(language));
    const std::size_t hyphen = language.rfind('-');
    language = language.substr(0, hyphen == std::string_view::npos ? 0 : hyphen);
  }
}

void AddDays(Xapian::Document& document, const Edtf& happened) {
  document.add_boolean_term(kDatedTerm);
  document.add_value(kFirstDaySlot, SortableNumber(happened.first));
  document.add_value(kLastDaySlot, SortableNumber(happened.last));
}

}  // namespace

Xapian::Document BuildStory(const PutStory& put) {
  const StoryDocument& story = put.document;
  Xapian::Document document;
  document.set_data(SerializeHit({story.id, story.legacy_id}));
  document.add_boolean_term(KeyTerm(story.tenant_id, story.id));
  document.add_boolean_term(TenantTerm(story.tenant_id));
  document.add_boolean_term(LegacyTerm(story.legacy_id));
  document.add_boolean_term(StatusTerm(story.status));
  for (const std::string& reader : story.readers) document.add_boolean_term(ReaderTerm(reader));
  for (const std::string& tag : story.tags) document.add_boolean_term(TagTerm(tag));
  if (!story.author.empty()) document.add_boolean_term(AuthorTerm(story.author));
  AddLanguage(document, story.language);
  if (story.happened_at) AddDays(document, *story.happened_at);
  document.add_value(kVersionSlot, SortableNumber(put.version));
  document.add_value(kOrderSlot, OrderValue(story.updated_at, story.id));
  Terms terms(document, story.language);
  terms.AddText(Field::kTitle, story.title);
  terms.AddText(Field::kBody, story.text);
  AddVocabulary(document, story, terms.Vocabulary());
  return document;
}

Xapian::Document BuildTombstone(const DropStory& drop) {
  Xapian::Document document;
  document.add_boolean_term(KeyTerm(drop.tenant_id, drop.id));
  document.add_boolean_term(kTombstoneTerm);
  document.add_value(kVersionSlot, SortableNumber(drop.version));
  document.add_value(kDroppedSlot, SortableNumber(drop.dropped_at));
  return document;
}

}  // namespace heirloom::xapian
