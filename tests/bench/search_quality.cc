// How well words find what people judged to answer a question: nDCG@10 on the CISI collection
// (1,460 abstracts, 76 judged questions in whole sentences), and what it costs. Not a test: run it
// before and after a change of ranking or analysis.
//
//   search_quality [FOLDER]     FOLDER holds retrieval/cisi/; else HEIRLOOM_SHARED_DATA; else
//                               ../shared/data beside the source tree

#include <algorithm>
#include <chrono>
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
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using Seconds = std::chrono::duration<double>;
using Judgements = std::map<std::string, std::map<std::string, double>>;  // Query, document, gain.

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

std::uintmax_t SizeOf(const std::filesystem::path& folder) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

void Fill(SearchIndex& index, const std::filesystem::path& corpus) {
  std::vector<IndexOperation> operations;
  ForEachLine(corpus, [&](const Json& line) {
    StoryDocument story;
    story.tenant_id = "tenant";
    story.id = line.Get("_id").AsString();
    story.title = line.Get("title").AsString();
    story.text = line.Get("text").AsString();
    story.language = "en";
    story.readers = {"everyone"};
    operations.push_back(PutStory{std::move(story), 1});
  });
  const auto start = std::chrono::steady_clock::now();
  if (!index.Apply(operations, {"bench", 1}) || !index.Commit()) std::abort();
  const Seconds took = std::chrono::steady_clock::now() - start;
  std::printf("%zu documents in %.2f s, %.0f a second\n", operations.size(), took.count(),
              static_cast<double>(operations.size()) / took.count());
}

void Ask(const SearchIndex& index, const std::filesystem::path& queries,
         const Judgements& judgements) {
  std::vector<double> scores;
  std::vector<double> milliseconds;
  ForEachLine(queries, [&](const Json& line) {
    const auto judged = judgements.find(std::string(line.Get("_id").AsString()));
    if (judged == judgements.end()) return;
    SearchQuery query;
    query.tenant_id = "tenant";
    query.readers = {"everyone"};
    query.text = line.Get("text").AsString();
    query.limit = 10;
    const auto start = std::chrono::steady_clock::now();
    const Result<SearchHits> hits = index.Query(query);
    milliseconds.push_back(Seconds(std::chrono::steady_clock::now() - start).count() * 1000);
    scores.push_back(hits ? Ndcg(judged->second, *hits) : 0);
  });
  double sum = 0;
  for (const double score : scores) sum += score;
  std::sort(milliseconds.begin(), milliseconds.end());
  std::printf("nDCG@10 %.4f over %zu questions (stemmed BM25 elsewhere: 0.304)\n",
              sum / static_cast<double>(scores.size()), scores.size());
  std::printf("a question takes %.1f ms in the middle, %.1f ms at most\n",
              milliseconds[milliseconds.size() / 2], milliseconds.back());
}

int Main(int argc, char** argv) {
  const std::filesystem::path cisi = DataFolder(argc, argv) / "retrieval" / "cisi";
  if (!std::filesystem::exists(cisi / "corpus.jsonl")) {
    std::fprintf(stderr, "there is no collection in %s\n", cisi.c_str());
    return 2;
  }
  const testing::TempFolder folder;
  const auto index = OpenXapianIndex({folder.Path()}).value();
  Fill(*index, cisi / "corpus.jsonl");
  std::printf("%.1f MiB on disk\n", static_cast<double>(SizeOf(folder.Path())) / (1 << 20));
  Ask(*index, cisi / "queries.jsonl", ReadJudgements(cisi / "qrels.tsv"));
  return 0;
}

}  // namespace
}  // namespace heirloom

int main(int argc, char** argv) { return heirloom::Main(argc, argv); }
