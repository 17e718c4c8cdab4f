#include "appliance/stories/sequence_diff.h"

#include <algorithm>

namespace heirloom {
namespace {

using Elements = std::span<const std::uint32_t>;

constexpr std::int32_t kMaxDifferences = 2'000;
constexpr std::int64_t kMaxSteps = 20'000'000;

// Puts runs together front to back.
class Script {
 public:
  void Add(Change change, std::size_t begin, std::size_t end) {
    if (begin == end) return;
    if (!edits_.empty() && edits_.back().change == change && edits_.back().end == begin) {
      edits_.back().end = end;
    } else {
      edits_.push_back({change, begin, end});
    }
  }
  std::vector<Edit> Take() { return std::move(edits_); }

 private:
  std::vector<Edit> edits_;
};

// The furthest x reached on each diagonal k = x - y, for d differences: k = -d, -d + 2, …, d.
class Frontier {
 public:
  explicit Frontier(std::int32_t d) : d_(d), x_(static_cast<std::size_t>(d) + 1) {}
  std::int32_t& At(std::int32_t k) { return x_[static_cast<std::size_t>((k + d_) / 2)]; }
  std::int32_t At(std::int32_t k) const { return x_[static_cast<std::size_t>((k + d_) / 2)]; }

 private:
  std::int32_t d_;
  std::vector<std::int32_t> x_;
};

// Whether diagonal k is reached at d differences by an insertion, from k + 1, or by a removal, from
// k - 1. `last` is the frontier of d - 1.
bool ByInsertion(const Frontier& last, std::int32_t d, std::int32_t k) {
  return k == -d || (k != d && last.At(k - 1) < last.At(k + 1));
}

// The frontiers up to the one that reaches both ends; empty when that takes too long.
std::vector<Frontier> Explore(Elements before, Elements after) {
  const auto n = static_cast<std::int32_t>(before.size());
  const auto m = static_cast<std::int32_t>(after.size());
  std::vector<Frontier> frontiers;
  std::int64_t steps = 0;
  for (std::int32_t d = 0; d <= std::min(n + m, kMaxDifferences); ++d) {
    frontiers.emplace_back(d);
    Frontier& now = frontiers.back();
    for (std::int32_t k = -d; k <= d; k += 2) {
      std::int32_t x = 0;
      if (d > 0) {
        const Frontier& last = frontiers[static_cast<std::size_t>(d) - 1];
        x = ByInsertion(last, d, k) ? last.At(k + 1) : last.At(k - 1) + 1;
      }
      const std::int32_t start = x;
      while (x < n && x - k < m && x >= 0 && x - k >= 0 &&
             before[static_cast<std::size_t>(x)] == after[static_cast<std::size_t>(x - k)]) {
        ++x;
      }
      now.At(k) = x;
      steps += 1 + x - start;
      if (x >= n && x - k >= m) return frontiers;
    }
    if (steps > kMaxSteps) break;
  }
  return {};
}

// Back from the ends along the frontiers; edits come out back to front, one element each.
std::vector<Edit> Retrace(const std::vector<Frontier>& frontiers, std::int32_t n, std::int32_t m) {
  std::vector<Edit> edits;
  const auto add = [&](Change change, std::int32_t begin, std::int32_t end) {
    edits.push_back({change, static_cast<std::size_t>(begin), static_cast<std::size_t>(end)});
  };
  std::int32_t x = n;
  std::int32_t k = n - m;
  for (auto d = static_cast<std::int32_t>(frontiers.size()) - 1; d > 0; --d) {
    const Frontier& last = frontiers[static_cast<std::size_t>(d) - 1];
    const bool inserted = ByInsertion(last, d, k);
    const std::int32_t from_k = inserted ? k + 1 : k - 1;
    const std::int32_t from_x = last.At(from_k);
    const std::int32_t start = inserted ? from_x : from_x + 1;
    add(Change::kSame, start, x);
    if (inserted) {
      add(Change::kAdded, from_x - from_k, from_x - from_k + 1);
    } else {
      add(Change::kRemoved, from_x, from_x + 1);
    }
    x = from_x;
    k = from_k;
  }
  add(Change::kSame, 0, x);
  std::reverse(edits.begin(), edits.end());
  return edits;
}

}  // namespace

std::optional<std::vector<Edit>> DiffSequences(Elements before, Elements after) {
  const auto [in_before, in_after] =
      std::mismatch(before.begin(), before.end(), after.begin(), after.end());
  const auto head = static_cast<std::size_t>(in_before - before.begin());
  std::size_t tail = 0;
  while (tail < std::min(before.size(), after.size()) - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) {
    ++tail;
  }
  const Elements old_middle = before.subspan(head, before.size() - head - tail);
  const Elements new_middle = after.subspan(head, after.size() - head - tail);
  Script script;
  script.Add(Change::kSame, 0, head);
  if (old_middle.empty() || new_middle.empty()) {
    script.Add(Change::kRemoved, head, head + old_middle.size());
    script.Add(Change::kAdded, head, head + new_middle.size());
  } else {
    const std::vector<Frontier> frontiers = Explore(old_middle, new_middle);
    if (frontiers.empty()) return std::nullopt;
    for (const Edit& edit : Retrace(frontiers, static_cast<std::int32_t>(old_middle.size()),
                                    static_cast<std::int32_t>(new_middle.size()))) {
      script.Add(edit.change, head + edit.begin, head + edit.end);
    }
  }
  script.Add(Change::kSame, before.size() - tail, before.size());
  return script.Take();
}

}  // namespace heirloom
