// How well words find what people judged to answer a question, how well mistyped words are mended,
// and what each costs. Not a test: run it before and after a change of ranking or analysis
// (`./dev bench search`).
//
// Ranking: nDCG@10 on the CISI collection (1,460 abstracts, 76 judged questions in whole
// sentences). The weights were tried on the same questions, so that the plain figure flatters them.
// Beside it stands one that does not: the best weights for one half of the questions, measured on
// the other half, both ways.
//
//   search_quality [FOLDER]     FOLDER holds retrieval/cisi/; else HEIRLOOM_SHARED_DATA; else
//                               ../shared/data beside the source tree

#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "appliance/base/json.h"
#include "index/xapian/xapian_index.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using Judgements = std::map<std::string, std::map<std::string, double>>;  // Query, document, gain.

constexpr char kReader[] = "everyone";

struct Question {
  std::string id, text;
};

std::filesystem::path DataFolder(int argc, char** argv) {
  if (argc > 1) return argv[1];
  if (const char* folder = std::getenv("HEIRLOOM_SHARED_DATA")) return folder;
  return std::filesystem::path(HEIRLOOM_SOURCE_DIR) / ".." / "shared" / "data";
}

void ForEachLine(const std::filesystem::path& file, const std::function<void(const Json&)>& use) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) use(Json::Parse(line).value());
}

Judgements ReadJudgements(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);  // Names of the columns.
  Judgements judgements;
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    std::string query, document;
    double gain = 0;
    fields >> query >> document >> gain;
    judgements[query][document] = gain;
  }
  return judgements;
}

std::vector<Question> ReadQuestions(const std::filesystem::path& file, const Judgements& judged) {
  std::vector<Question> questions;
  ForEachLine(file, [&](const Json& line) {
    Question question{std::string(line.Get("_id").AsString()),
                      std::string(line.Get("text").AsString())};
    if (judged.contains(question.id)) questions.push_back(std::move(question));
  });
  return questions;
}

double GainAt10(const std::vector<double>& gains) {
  double sum = 0;
  for (std::size_t i = 0; i < gains.size() && i < 10; ++i)
    sum += gains[i] / std::log2(static_cast<double>(i) + 2);
  return sum;
}

double Ndcg(const std::map<std::string, double>& judged, const SearchHits& hits) {
  std::vector<double> found, best;
  for (const SearchHit& hit : hits.hits) {
    const auto gain = judged.find(hit.id);
    found.push_back(gain == judged.end() ? 0 : gain->second);
  }
  for (const auto& [document, gain] : judged) best.push_back(gain);
  std::sort(best.rbegin(), best.rend());
  return GainAt10(best) > 0 ? GainAt10(found) / GainAt10(best) : 0;
}

// Processor time of this thread, so that others on the machine do not count.
double CpuMilliseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// What each call costs: in the middle and at most.
class Costs {
 public:
  template <typename Work>
  auto Of(const Work& work) {
    const double start = CpuMilliseconds();
    auto result = work();
    costs_.push_back(CpuMilliseconds() - start);
    return result;
  }
  void Print(const char* what) {
    std::sort(costs_.begin(), costs_.end());
    std::printf("  %-44s %6.2f ms in the middle, %6.2f ms at most (%zu)\n", what,
                costs_[costs_.size() / 2], costs_.back(), costs_.size());
  }

 private:
  std::vector<double> costs_;
};

std::uintmax_t SizeOf(const std::filesystem::path& folder) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

std::vector<StoryDocument> ReadCorpus(const std::filesystem::path& corpus) {
  std::vector<StoryDocument> stories;
  ForEachLine(corpus, [&](const Json& line) {
    StoryDocument story;
    story.tenant_id = "tenant";
    story.id = line.Get("_id").AsString();
    story.title = line.Get("title").AsString();
    story.text = line.Get("text").AsString();
    story.language = "en";
    story.readers = {kReader};
    stories.push_back(std::move(story));
  });
  return stories;
}

void Fill(SearchIndex& index, const std::vector<StoryDocument>& stories,
          const std::filesystem::path& folder) {
  std::vector<IndexOperation> operations;
  std::size_t text = 0;
  for (const StoryDocument& story : stories) {
    text += story.title.size() + story.text.size();
    operations.push_back(PutStory{story, 1});
  }
  const double start = CpuMilliseconds();
  if (!index.Apply(operations, {"bench", 1}) || !index.Commit()) std::abort();
  const double took = CpuMilliseconds() - start;
  std::printf("Filling: %zu documents in %.2f s of processor time, %.0f a second\n",
              operations.size(), took / 1e3, static_cast<double>(operations.size()) / took * 1e3);
  std::printf("  %.1f MiB of text, %.1f MiB on disk\n", static_cast<double>(text) / (1 << 20),
              static_cast<double>(SizeOf(folder)) / (1 << 20));
}

SearchQuery Ask(const std::string& text, std::size_t limit) {
  SearchQuery query;
  query.tenant_id = "tenant";
  query.readers = {kReader};
  query.text = text;
  query.limit = limit;
  return query;
}

// The score of each question.
std::vector<double> Scores(const SearchIndex& index, const std::vector<Question>& questions,
                           const Judgements& judged) {
  std::vector<double> scores;
  for (const Question& question : questions) {
    const auto hits = index.Query(Ask(question.text, 10));
    scores.push_back(hits ? Ndcg(judged.at(question.id), *hits) : 0);
  }
  return scores;
}

// Of every second question, from the first or the second on.
double MeanOfHalf(const std::vector<double>& scores, std::size_t half) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t i = half; i < scores.size(); i += 2, ++count) sum += scores[i];
  return sum / static_cast<double>(count);
}

double Mean(const std::vector<double>& scores) {
  double sum = 0;
  for (const double score : scores) sum += score;
  return sum / static_cast<double>(scores.size());
}

std::string InWords(const xapian::Ranking& ranking) {
  char words[100];
  std::snprintf(words, sizeof words, "k1 %.1f, b %.2f, exact %.1f, title %.1f", ranking.k1,
                ranking.b, ranking.exact, ranking.title);
  return words;
}

void Rank(const std::filesystem::path& folder, const std::vector<Question>& questions,
          const Judgements& judged) {
  const auto scores_with = [&](const xapian::Ranking& ranking) {
    XapianOptions options{folder};
    options.ranking = ranking;
    return Scores(*OpenXapianIndex(options).value(), questions, judged);
  };
  const std::vector<double> ours = scores_with({});
  xapian::Ranking plain;
  plain.exact = plain.title = 0;
  struct Tried {
    xapian::Ranking ranking;
    std::vector<double> scores;
  };
  std::vector<Tried> tried;
  for (const double k1 : {0.9, 1.2, 1.6, 2.0}) {
    for (const double b : {0.4, 0.6, 0.75, 0.9}) {
      for (const double exact : {0.0, 0.1, 0.3}) {
        for (const double title : {0.0, 0.3, 0.6}) {
          xapian::Ranking ranking;
          ranking.k1 = k1;
          ranking.b = b;
          ranking.exact = exact;
          ranking.title = title;
          tried.push_back({ranking, scores_with(ranking)});
        }
      }
    }
  }
  std::printf("Ranking, nDCG@10 (stemmed BM25 elsewhere: 0.304):\n");
  std::printf("  as it is (%s)     %.4f over %zu questions\n", InWords({}).c_str(), Mean(ours),
              ours.size());
  std::printf("  BM25 alone (%s)  %.4f\n", InWords(plain).c_str(), Mean(scores_with(plain)));
  double held_out = 0;
  for (const std::size_t half : {0u, 1u}) {
    const auto& best =
        *std::max_element(tried.begin(), tried.end(), [half](const Tried& a, const Tried& b) {
          return MeanOfHalf(a.scores, half) < MeanOfHalf(b.scores, half);
        });
    const double other = MeanOfHalf(best.scores, 1 - half);
    held_out += other / 2;
    std::printf("  best of %zu for half %zu (%s)  %.4f there, %.4f on the other; as it is %.4f\n",
                tried.size(), half + 1, InWords(best.ranking).c_str(),
                MeanOfHalf(best.scores, half), other, MeanOfHalf(ours, 1 - half));
  }
  std::printf("  chosen on one half, measured on the other   %.4f\n", held_out);
}

// A slip of the finger somewhere in `word`.
std::string Mistyped(std::string word, testing::SeededRandom& random) {
  const std::size_t at = random.Below(word.size());
  const auto letter = static_cast<char>('a' + random.Below(26));
  switch (random.Below(4)) {
    case 0:
      word[at] = letter;
      break;
    case 1:
      word.erase(at, 1);
      break;
    case 2:
      word.insert(at, 1, letter);
      break;
    default:
      if (at + 1 < word.size()) std::swap(word[at], word[at + 1]);
  }
  return word;
}

// Words of five letters and more that stand in three documents and more: what people look for.
std::vector<std::string> CommonWords(const std::vector<StoryDocument>& stories) {
  std::map<std::string, std::set<std::string>> documents;
  for (const StoryDocument& story : stories) {
    std::string word;
    for (const char c : story.title + " " + story.text + " ") {
      if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
        word += static_cast<char>(c | 0x20);
      } else {
        if (word.size() >= 5) documents[word].insert(story.id);
        word.clear();
      }
    }
  }
  std::vector<std::string> words;
  for (const auto& [word, ids] : documents) {
    if (ids.size() >= 3) words.push_back(word);
  }
  return words;
}

void Mend(const SearchIndex& index, const std::vector<StoryDocument>& stories) {
  const std::vector<std::string> words = CommonWords(stories);
  testing::SeededRandom random;
  Costs costs;
  std::map<std::string, int> counts;
  for (int i = 0; i < 500; ++i) {
    const std::string& word = words[random.Below(words.size())];
    const std::string typed = Mistyped(word, random);
    // With white space: not a word that is still being typed.
    const auto mended = costs.Of([&] {
      return index.Correct({"tenant", {kReader}, typed + " "}).value();
    });
    const std::string became = mended ? mended->substr(0, mended->size() - 1) : "";
    ++counts[!mended ? "known or left" : became == word ? "mended" : "another word"];
  }
  std::printf(
      "Corrections of 500 of %zu words with one slip: %d mended, %d another word, %d left\n",
      words.size(), counts["mended"], counts["another word"], counts["known or left"]);
  costs.Print("mending a word");
  Costs worst;
  for (int i = 0; i < 20; ++i) {
    std::string text;
    for (int k = 0; k < 8; ++k) text += Mistyped(words[random.Below(words.size())], random) + "q ";
    (void)worst.Of([&] { return index.Correct({"tenant", {kReader}, text}).value(); });
  }
  worst.Print("mending eight words");
}

void Time(const SearchIndex& index, const std::vector<Question>& questions,
          const std::vector<StoryDocument>& stories) {
  std::printf("Asking:\n");
  Costs best10, all, everything, completions, titles;
  for (const Question& question : questions) {
    (void)best10.Of([&] { return index.Query(Ask(question.text, 10)); });
    (void)all.Of([&] { return index.Query(Ask(question.text, kMaxSearchHits)); });
    (void)everything.Of([&] { return index.Query(Ask("", kMaxSearchHits)); });
    const std::string beginning = question.text.substr(0, 2);
    (void)completions.Of([&] { return index.Complete({"tenant", {kReader}, beginning, 8}); });
    (void)titles.Of([&] {
      return index.Suggest({"tenant", {kReader}, beginning, std::nullopt, 8});
    });
  }
  best10.Print("a question, the best ten");
  all.Print("a question, all it finds");
  everything.Print(("all " + std::to_string(stories.size()) + " documents").c_str());
  completions.Print("completing two letters");
  titles.Print("suggesting titles for them");
}

int Main(int argc, char** argv) {
  const std::filesystem::path cisi = DataFolder(argc, argv) / "retrieval" / "cisi";
  if (!std::filesystem::exists(cisi / "corpus.jsonl")) {
    std::fprintf(stderr, "there is no collection in %s\n", cisi.c_str());
    return 2;
  }
  const testing::TempFolder folder;
  const std::vector<StoryDocument> stories = ReadCorpus(cisi / "corpus.jsonl");
  const Judgements judged = ReadJudgements(cisi / "qrels.tsv");
  const std::vector<Question> questions = ReadQuestions(cisi / "queries.jsonl", judged);
  {
    const auto index = OpenXapianIndex({folder.Path()}).value();
    Fill(*index, stories, folder.Path());
    Time(*index, questions, stories);
    Mend(*index, stories);
  }
  Rank(folder.Path(), questions, judged);
  return 0;
}

}  // namespace
}  // namespace heirloom

int main(int argc, char** argv) { return heirloom::Main(argc, argv); }
