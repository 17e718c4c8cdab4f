#include "index/opensearch/vocabulary.h"

#include <algorithm>

#include "appliance/base/text.h"
#include "index/text/known_words.h"
#include "index/text/near_words.h"

namespace heirloom::opensearch {
namespace {

// What is looked at, the most used first: of words that begin so, and that are about as long and
// share a part with a word that nobody knows.
constexpr std::int64_t kMostOfBeginning = 2'000;
constexpr std::int64_t kMostNear = 10'000;

// Literally, in Lucene's regular expressions.
std::string Literal(std::string_view word) {
  std::string literal;
  for (const char c : word) {
    const bool plain = static_cast<unsigned char>(c) >= 0x80 || (c >= '0' && c <= '9') ||
                       (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (!plain) literal += '\\';
    literal += c;
  }
  return literal;
}

// "size": 0 and an aggregation over the words of stories that match `filters`.
std::string WordsJson(const Parts& filters, std::string_view include, std::int64_t most) {
  JsonWriter json;
  json.BeginObject().Member("size", 0).Key("track_total_hits").Bool(false);
  json.Key("query").BeginObject().Key("bool").BeginObject().Key("filter").BeginArray();
  for (const std::string& filter : filters) json.Raw(filter);
  json.EndArray().EndObject().EndObject();
  json.Key("aggs").BeginObject().Key("words").BeginObject().Key("terms").BeginObject();
  json.Member("field", "words").Member("include", include).Member("size", most);
  json.EndObject().EndObject().EndObject().EndObject();
  return json.Take();
}

template <typename Work>
void ForEachWord(const Json& answer, const Work& work) {
  const Json groups = answer.Get("aggregations");
  const Json words = groups.IsObject() ? groups.Get("words") : Json();
  const Json buckets = words.IsObject() ? words.Get("buckets") : Json();
  for (std::size_t i = 0; i < buckets.Size(); ++i) {
    const Json bucket = buckets.At(i);
    work(bucket.Get("key").AsString(), bucket.Get("doc_count").AsInteger());
  }
}

std::string Repeat(std::size_t least, std::size_t most) {
  return ".{" + std::to_string(least) + "," + std::to_string(most) + "}";
}

std::size_t Less(std::size_t a, std::size_t b) { return a > b ? a - b : 0; }

// Words that share a part with `word` at about the same place and are about as long: all that are
// at most `slips` off are among them. With parts parted by a character that belongs to none, a slip
// touches one part at most, two letters changed about too; so of slips + 1 parts one is whole.
std::string SharesAPart(std::string_view word, std::size_t slips) {
  const std::size_t length = CountCharacters(word);
  const std::size_t parts = slips + 1;
  const std::size_t in_parts = length - slips;
  std::string any;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < parts; ++i) {
    const std::size_t size = in_parts / parts + (i < in_parts % parts ? 1 : 0);
    const std::size_t end = begin + size;
    const std::string_view before = FirstCharacters(word, begin);
    const std::string_view upto = FirstCharacters(word, end);
    const std::string part = Literal(upto.substr(before.size()));
    const std::size_t after = length - end;
    any += i == 0 ? "" : "|";
    if (begin > 0) any += Repeat(Less(begin, slips), begin + slips);
    any += part;
    if (after > 0 || i + 1 < parts) any += Repeat(Less(after, slips), after + slips);
    begin = end + 1;
  }
  return "(" + any + ")(\t.*)?";
}

}  // namespace

std::string BeginningJson(std::string_view plain_beginning, const Parts& filters) {
  Parts all = filters;
  JsonWriter prefix;
  prefix.BeginObject().Key("prefix").BeginObject().Key("body").BeginObject();
  prefix.Member("value", plain_beginning).EndObject().EndObject().EndObject();
  all.push_back(prefix.Take());
  // Not ".*": OpenSearch 2.19 fails on a beginning that lies behind the last word there is.
  return WordsJson(all, Literal(plain_beginning) + ".+", kMostOfBeginning);
}

std::vector<std::string> ReadCompletions(const Json& answer, std::string_view plain_beginning,
                                         std::size_t limit) {
  text::Completions found(plain_beginning);
  ForEachWord(answer,
              [&](std::string_view entry, std::int64_t stories) { found.Add(entry, stories); });
  return found.Best(limit);
}

// The stories are narrowed to those with a near word. Lucene looks for it among all words there
// are, without a bound on how many (constant_score), so that others' words crowd out none.
std::string NearJson(std::string_view plain_word, const Parts& filters) {
  const std::size_t slips = text::MostSlips(CountCharacters(plain_word));
  Parts all = filters;
  JsonWriter fuzzy;
  fuzzy.BeginObject().Key("fuzzy").BeginObject().Key("body").BeginObject();
  fuzzy.Member("value", plain_word).Member("fuzziness", static_cast<std::int64_t>(slips));
  fuzzy.Member("rewrite", "constant_score").EndObject().EndObject().EndObject();
  all.push_back(fuzzy.Take());
  return WordsJson(all, SharesAPart(plain_word, slips), kMostNear);
}

std::optional<std::string> ReadNearest(const Json& answer, std::string_view plain_word) {
  const unsigned most = text::MostSlips(CountCharacters(plain_word));
  text::NearWords measure(plain_word, most);
  text::NearestWord near;
  ForEachWord(answer, [&](std::string_view entry, std::int64_t stories) {
    const text::KnownWord word = text::ParseKnownWordEntry(entry);
    const auto slips = measure.SlipsTo(word.plain);
    if (slips && *slips > 0) near.Add(*slips, word, stories);
  });
  return near.Best();
}

}  // namespace heirloom::opensearch
