// How many sentences a second builtin:minilm turns into vectors, on one thread and on two. Prints
// rates; asserts nothing, since machines differ.
//
//   embedding_bench MODEL_FOLDER [SECONDS]

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "appliance/base/log.h"
#include "index/minilm/minilm_embedder.h"

namespace heirloom {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kAtOnce = 16;

// A sentence of twelve words, another one each time.
std::string Sentence(std::size_t number) {
  static constexpr const char* kWho[] = {"My grandmother", "Her brother", "The baker", "Our aunt"};
  static constexpr const char* kDid[] = {"told us", "wrote down", "never forgot", "often sang"};
  return std::string(kWho[number % 4]) + " " + kDid[number / 4 % 4] + " how the winter of " +
         std::to_string(1900 + number % 100) + " began at the old mill.";
}

double Rate(Embedder& embedder, int threads, std::chrono::seconds span) {
  std::atomic<std::size_t> done{0};
  const auto begun = Clock::now();
  {
    std::vector<std::jthread> all;
    for (int i = 0; i < threads; ++i) {
      all.emplace_back([&, i] {
        for (std::size_t round = 0; Clock::now() - begun < span; ++round) {
          std::vector<std::string> texts;
          for (std::size_t k = 0; k < kAtOnce; ++k) {
            texts.push_back(Sentence(k + kAtOnce * (round + 1000 * static_cast<std::size_t>(i))));
          }
          const auto vectors = embedder.Embed(texts);
          if (!vectors) Panic(vectors.error().message);
          done += vectors->size();
        }
      });
    }
  }
  return static_cast<double>(done) / std::chrono::duration<double>(Clock::now() - begun).count();
}

int Run(const char* folder, std::chrono::seconds span) {
  const auto embedder = OpenMiniLm({.folder = folder});
  const auto model = embedder->Model();  // Loads it.
  if (!model) {
    std::fprintf(stderr, "%s\n", model.error().message.c_str());
    return 1;
  }
  for (const int threads : {1, 2}) {
    std::printf("%d thread%s  %.0f sentences/s\n", threads,
                threads == 1 ? ": " : "s:", Rate(*embedder, threads, span));
  }
  return 0;
}

}  // namespace
}  // namespace heirloom

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: embedding_bench MODEL_FOLDER [SECONDS]\n");
    return 2;
  }
  return heirloom::Run(argv[1], std::chrono::seconds(argc > 2 ? std::atoi(argv[2]) : 5));
}
