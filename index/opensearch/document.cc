#include "index/opensearch/document.h"

#include <set>
#include <string_view>

#include "appliance/base/json.h"
#include "appliance/base/text.h"
#include "index/opensearch/schema.h"
#include "index/text/known_words.h"
#include "index/text/text_analysis.h"

namespace heirloom::opensearch {
namespace {

// A word of the title counts as if it stood this often in the text, beside its weight as a word of
// the title, which alone would lose against a text that repeats it. The gap between the values of a
// field keeps phrases from spanning them.
constexpr int kTitleTimes = 4;

// Words as they are compared, and their stems, parted by blanks.
struct Line {
  std::string words;
  std::string stems;
};

class Words {
 public:
  explicit Words(std::string_view language) : stemmer_(text::StemLanguage(language)) {}

  const std::string& Language() const { return stemmer_.Language(); }
  const std::set<std::string>& Known() const { return known_; }

  Line Read(std::string_view text) {
    Line line;
    for (const text::Token& token : text::Tokenize(text)) {
      if (++count_ > text::kMaxStoryWords) break;
      const std::string_view written = text.substr(token.begin, token.end - token.begin);
      const text::Word word = text::ToWord(written);
      line.words.append(word.plain).append(" ");
      for (const std::string& stem : stemmer_.Stems(word)) line.stems.append(stem).append(" ");
      if (token.unspaced) continue;
      if (auto entry = text::KnownWordEntry(word.plain, written)) known_.insert(std::move(*entry));
    }
    return line;
  }

 private:
  text::Stemmer stemmer_;
  std::size_t count_ = 0;
  std::set<std::string> known_;
};

template <typename Values, typename Make>
void WriteAll(JsonWriter& json, std::string_view key, const Values& values, const Make& make) {
  json.Key(key).BeginArray();
  for (const auto& value : values) json.String(make(value));
  json.EndArray();
}

// RFC 4647 basic filtering: de-AT is found by de-AT and by de.
void WriteLanguages(JsonWriter& json, std::string_view language) {
  json.Key("languages").BeginArray();
  while (!language.empty()) {
    json.String(Bounded(FoldKey(language)));
    const std::size_t hyphen = language.rfind('-');
    language = language.substr(0, hyphen == std::string_view::npos ? 0 : hyphen);
  }
  json.EndArray();
}

void WriteWithTitle(JsonWriter& json, std::string_view key, const std::string& title,
                    const std::string& text) {
  json.Key(key).BeginArray();
  for (int i = 0; i < kTitleTimes; ++i) json.String(title);
  json.String(text).EndArray();
}

void WriteWords(JsonWriter& json, const StoryDocument& story) {
  Words words(story.language);
  const Line title = words.Read(story.title);
  const Line text = words.Read(story.text);
  json.Member("title", title.words);
  WriteWithTitle(json, "body", title.words, text.words);
  if (!words.Language().empty()) {
    json.Member("stem_language", words.Language()).Member("title_stems", title.stems);
    WriteWithTitle(json, "stems", title.stems, text.stems);
  }
  WriteAll(json, "words", words.Known(), [](const std::string& entry) { return entry; });
}

}  // namespace

void WriteStoryFields(JsonWriter& json, const StoryDocument& story, std::int64_t version) {
  const auto folded = [](const std::string& value) { return Bounded(FoldKey(value)); };
  json.Member("kind", "story").Member("key", KeyOf(story.tenant_id, story.id));
  json.Member("tenant", Bounded(story.tenant_id)).Member("legacy", Bounded(story.legacy_id));
  WriteAll(json, "readers", story.readers, Bounded);
  WriteAll(json, "tags", story.tags, folded);
  if (!story.author.empty()) json.Member("author", folded(story.author));
  WriteLanguages(json, story.language);
  json.Member("status", ToString(story.status));
  if (story.happened_at) {
    json.Member("first_day", std::int64_t{story.happened_at->first});
    json.Member("last_day", std::int64_t{story.happened_at->last});
  }
  json.Member("updated_at", story.updated_at).Member("version", version);
  json.Member("tenant_id", story.tenant_id).Member("id", story.id);
  json.Member("legacy_id", story.legacy_id);
}

std::string StoryJson(const PutStory& put) {
  JsonWriter json;
  json.BeginObject();
  WriteStoryFields(json, put.document, put.version);
  WriteWords(json, put.document);
  json.EndObject();
  return json.Take();
}

std::string TombstoneJson(const DropStory& drop) {
  JsonWriter json;
  json.BeginObject().Member("kind", "tombstone").Member("key", KeyOf(drop.tenant_id, drop.id));
  json.Member("version", drop.version).Member("dropped_at", drop.dropped_at);
  json.EndObject();
  return json.Take();
}

}  // namespace heirloom::opensearch
