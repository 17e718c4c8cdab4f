// The embedded index and the cluster's, side by side: the same random history, the same questions,
// the same answers. Only the order of hits may differ.

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "index/xapian/xapian_index.h"
#include "tests/contract/search_index_fixture.h"
#include "tests/index/opensearch_fixture.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using contract::IdOf;
using contract::kTenant;
using testing::OpenSearchRoom;
using testing::TempFolder;

const std::vector<std::string> kWords = {"walk",
                                         "walked",
                                         "walking",
                                         "garden",
                                         "gardens",
                                         "gardener",
                                         "Garten",
                                         "gärten",
                                         "Straße",
                                         "strasse",
                                         "café",
                                         "CAFE",
                                         "cafés",
                                         "l'homme",
                                         "hommes",
                                         "father's",
                                         "river",
                                         "rivers",
                                         "mill",
                                         "mills",
                                         "old",
                                         "lighthouse",
                                         "grandmother",
                                         "grand",
                                         "singen",
                                         "singst",
                                         "東京都",
                                         "京都",
                                         "祖母は",
                                         "бабушка",
                                         "бабушки",
                                         "1957",
                                         "x1957",
                                         "élégie",
                                         "elegie",
                                         "mañana",
                                         "niño",
                                         "Επιστολή",
                                         "a",
                                         "e\xcc\x81t\xc3\xa9",
                                         "well_known",
                                         "rock-n-roll",
                                         "ﬁne",
                                         "don’t",
                                         "naïve",
                                         "trädgård",
                                         "\xf0\x9f\x91\xb5",
                                         "zz\xff"};
const std::vector<std::string> kLanguages = {"en", "de-AT", "fr", "ru", "cs", "", "ja", "es-MX"};
const std::vector<std::string> kReaders = {"u:ada", "l:family:viewer", "l:family:editor", "u:bob"};
const std::vector<std::string> kTags = {"Sea", "sea side", "KINDER", "Käse"};
const std::vector<std::string> kDates = {"1957", "1944/1946", "../1950", "1950-03-04"};

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  int Below(int count) { return std::uniform_int_distribution<int>(0, count - 1)(engine_); }
  bool Once(int in) { return Below(in) == 0; }
  const std::string& Of(const std::vector<std::string>& values) {
    return values[static_cast<std::size_t>(Below(static_cast<int>(values.size())))];
  }
  std::string Text(int most) {
    std::string text;
    for (int i = Below(most + 1); i > 0; --i) text += Of(kWords) + (Once(5) ? ", " : " ");
    return text;
  }
  template <typename T>
  std::vector<T> Some(const std::vector<T>& values, int in) {
    std::vector<T> some;
    for (const T& value : values) {
      if (Once(in)) some.push_back(value);
    }
    return some;
  }

 private:
  std::mt19937 engine_;
};

StoryDocument RandomStory(Dice& dice, int number, int change) {
  StoryDocument story = contract::Story(number, dice.Text(4), dice.Text(12), dice.Of(kLanguages));
  if (dice.Once(4)) story.tenant_id = "another tenant";
  story.legacy_id = IdOf(800 + dice.Below(3));
  story.status = dice.Once(4) ? StoryStatus::kDraft : StoryStatus::kPublished;
  story.tags = dice.Some(kTags, 3);
  story.author = dice.Once(3) ? "José Müller" : "Ada Winter";
  if (dice.Once(2)) story.happened_at = ParseEdtf(dice.Of(kDates)).value();
  story.updated_at = change;
  story.readers = dice.Some(kReaders, 2);
  return story;
}

// Puts and drops, some of them late, some twice.
std::vector<IndexOperation> RandomBatch(Dice& dice, std::int64_t& version) {
  std::vector<IndexOperation> batch;
  for (int i = dice.Below(12) + 1; i > 0; --i) {
    const int number = dice.Below(60);
    const std::int64_t at =
        dice.Once(4) ? std::max<std::int64_t>(1, version - dice.Below(40)) : ++version;
    if (dice.Once(4)) {
      batch.push_back(DropStory{kTenant, IdOf(number), at, at});
    } else {
      batch.push_back(PutStory{RandomStory(dice, number, static_cast<int>(at)), at});
    }
  }
  return batch;
}

std::string Slip(Dice& dice, std::string word) {
  if (word.size() < 3) return word;
  const auto at = static_cast<std::size_t>(dice.Below(static_cast<int>(word.size()) - 1));
  switch (dice.Below(4)) {
    case 0:
      word.erase(at, 1);
      break;
    case 1:
      word.insert(at, 1, 'q');
      break;
    case 2:
      std::swap(word[at], word[at + 1]);
      break;
    default:
      word[at] = 'k';
  }
  return word;
}

std::string RandomText(Dice& dice) {
  std::string text;
  for (int i = dice.Below(4); i >= 0; --i) {
    if (dice.Once(6)) text += '-';
    if (dice.Once(6)) {
      text += '"' + dice.Of(kWords) + ' ' + dice.Of(kWords) + '"';
    } else if (dice.Once(4)) {
      text += Slip(dice, dice.Of(kWords));
    } else {
      text += dice.Of(kWords);
    }
    if (i > 0 || dice.Once(3)) text += ' ';
  }
  if (dice.Once(3)) text = text.substr(0, text.size() - std::min<std::size_t>(2, text.size()));
  return text;
}

SearchQuery RandomQuery(Dice& dice, const std::string& text) {
  SearchQuery query;
  query.tenant_id = dice.Once(6) ? "another tenant" : kTenant;
  query.readers = dice.Some(kReaders, 2);
  query.text = dice.Once(10) ? "" : text;
  if (dice.Once(5)) query.legacy_id = IdOf(800 + dice.Below(3));
  if (dice.Once(5)) query.statuses = {StoryStatus::kDraft};
  if (dice.Once(6)) query.tags = {dice.Of(kTags)};
  if (dice.Once(8)) query.author = "JOSÉ müller";
  if (dice.Once(8)) query.language = dice.Once(2) ? "de" : "EN";
  if (dice.Once(8)) query.from = ParseEdtf("1945-06-01").value().first;
  if (dice.Once(8)) query.to = ParseEdtf("1956-12-31").value().first;
  query.limit = dice.Once(3) ? static_cast<std::size_t>(dice.Below(6)) : 200;
  return query;
}

std::vector<Id> SortedIds(const SearchHits& hits) {
  std::vector<Id> ids = contract::Ids(hits);
  std::sort(ids.begin(), ids.end());
  return ids;
}

void CompareHits(const Result<SearchHits>& ours, const Result<SearchHits>& theirs,
                 std::size_t limit) {
  REQUIRE(ours.has_value() == theirs.has_value());
  if (!ours) {
    CHECK(ours.error().code == theirs.error().code);
    return;
  }
  CHECK(ours->more == theirs->more);
  CHECK(ours->hits.size() == theirs->hits.size());
  // Of more than were asked for the order decides which come.
  if (!ours->more && limit > 0) CHECK(SortedIds(*ours) == SortedIds(*theirs));
}

void CompareAnswers(Dice& dice, const SearchIndex& ours, const SearchIndex& theirs) {
  const std::string text = RandomText(dice);
  const SearchQuery query = RandomQuery(dice, text);
  CAPTURE(text, query.readers, query.limit);
  CompareHits(ours.Query(query), theirs.Query(query), query.limit);
  const SuggestQuery suggest{query.tenant_id, query.readers, text, query.legacy_id, 100};
  CompareHits(ours.Suggest(suggest), theirs.Suggest(suggest), 100);
  // Of one reader: who counts a story for each of its readers and who counts it once agree then.
  const std::vector<std::string> reader = {dice.Of(kReaders)};
  const auto complete = [&](const SearchIndex& index) {
    auto words = index.Complete({query.tenant_id, reader, text, 20});
    return words ? *words : std::vector<std::string>{words.error().message};
  };
  CHECK(complete(ours) == complete(theirs));
  const auto correct = [&](const SearchIndex& index) {
    const auto corrected = index.Correct({query.tenant_id, reader, text});
    return corrected ? corrected->value_or("as it is") : corrected.error().message;
  };
  CHECK(correct(ours) == correct(theirs));
}

std::vector<std::string> ScanAll(const SearchIndex& index) {
  std::vector<std::string> all;
  std::string after;
  do {
    const IndexedPage page = index.Scan(after, 7).value();
    for (const IndexedStory& story : page.stories) {
      all.push_back(story.tenant_id + " " + story.id + " " + std::to_string(story.version) + " " +
                    std::to_string(story.updated_at));
    }
    after = page.next;
  } while (!after.empty());
  std::sort(all.begin(), all.end());
  return all;
}

void ApplyToBoth(SearchIndex& ours, SearchIndex& theirs, const std::vector<IndexOperation>& batch,
                 std::int64_t version) {
  for (SearchIndex* index : {&ours, &theirs}) {
    REQUIRE(index->Apply(batch, {"epoch", version}));
    REQUIRE(index->Commit());
  }
}

// Both are built again from what both hold no more: a new history.
void RebuildBoth(Dice& dice, SearchIndex& ours, SearchIndex& theirs, std::int64_t& version) {
  const std::vector<IndexOperation> batch = RandomBatch(dice, version);
  for (SearchIndex* index : {&ours, &theirs}) {
    auto next = index->StartGeneration().value();
    REQUIRE(next->Apply(batch, {"epoch", version}));
    REQUIRE(next->Commit());
    REQUIRE(index->Adopt(std::move(next)));
  }
}

TEST_CASE("Xapian and OpenSearch answer alike after the same random history", "[index]") {
  OpenSearchRoom room;
  const TempFolder folder;
  const auto ours = OpenXapianIndex({folder.Path()}).value();
  const auto theirs = room.Open();
  const unsigned seed = GENERATE(2U, 3U);
  CAPTURE(seed);
  Dice dice(seed);
  std::int64_t version = 0;
  for (int round = 0; round < 12; ++round) {
    if (round == 8) {
      RebuildBoth(dice, *ours, *theirs, version);
    } else {
      ApplyToBoth(*ours, *theirs, RandomBatch(dice, version), version);
    }
    if (round % 5 == 4) {
      CHECK(ours->Sweep(version - 20, version).value() ==
            theirs->Sweep(version - 20, version).value());
    }
    CHECK(ours->Committed().value() == theirs->Committed().value());
    CHECK(ScanAll(*ours) == ScanAll(*theirs));
    for (int question = 0; question < 25; ++question) CompareAnswers(dice, *ours, *theirs);
  }
}

}  // namespace
}  // namespace heirloom
