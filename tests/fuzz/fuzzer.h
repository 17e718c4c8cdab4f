#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

// What every fuzzer here defines; libFuzzer, or replay.cc, calls it. Must not keep anything from
// one call to the next.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace heirloom::fuzz {

inline std::string_view AsText(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// A property that holds for every input: a finding when it does not. Unlike assert it is there in
// every build.
inline void Expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

// Takes small numbers off the end of the input, so that the front stays what it looks like.
class Choices {
 public:
  explicit Choices(std::string_view& input) : input_(input) {}
  std::size_t Below(std::size_t bound) {
    if (input_.empty() || bound == 0) return 0;
    const auto last = static_cast<unsigned char>(input_.back());
    input_.remove_suffix(1);
    return last % bound;
  }

 private:
  std::string_view& input_;
};

}  // namespace heirloom::fuzz
