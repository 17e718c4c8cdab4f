#include "appliance/search/facets.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "appliance/base/text.h"

namespace heirloom {
namespace {

constexpr int kDecades = 1000;  // Years 0000 to 9999.

// Values that compare alike are one, shown as it is written most; of equals as it came first.
class Counter {
 public:
  void Add(const std::string& key, const std::string& value, const std::string& label = "") {
    Entry& entry = entries_[key];
    ++entry.count;
    const auto known = std::find_if(entry.written.begin(), entry.written.end(),
                                    [&](const auto& each) { return each.first.value == value; });
    if (known == entry.written.end()) {
      entry.written.push_back({{value, label, 0}, 1});
    } else {
      ++known->second;
    }
  }

  std::vector<FacetValue> Most() const {
    std::vector<FacetValue> values;
    for (const auto& [key, entry] : entries_) {
      FacetValue value =
          std::max_element(entry.written.begin(), entry.written.end(),
                           [](const auto& a, const auto& b) { return a.second < b.second; })
              ->first;
      value.count = entry.count;
      values.push_back(std::move(value));
    }
    // Stable: of equal counts by key.
    std::stable_sort(values.begin(), values.end(),
                     [](const FacetValue& a, const FacetValue& b) { return a.count > b.count; });
    if (values.size() > kMaxFacetValues) values.resize(kMaxFacetValues);
    return values;
  }

 private:
  struct Entry {
    std::int64_t count = 0;
    std::vector<std::pair<FacetValue, std::int64_t>> written;
  };
  std::map<std::string, Entry> entries_;
};

int DecadeOf(Day day) {
  // 400 Gregorian years have 146,097 days: near enough to begin with, then exact.
  int year = static_cast<int>((static_cast<std::int64_t>(day) - kDayMin) * 400 / 146'097);
  year = std::clamp(year, 0, 9999);
  while (year > 0 && DayFromCivil(year, 1, 1) > day) --year;
  while (year < 9999 && DayFromCivil(year + 1, 1, 1) <= day) ++year;
  return year / 10;
}

std::string DecadeName(int decade) {
  const std::string digits = std::to_string(decade);
  return std::string(3 - digits.size(), '0') + digits + "X";
}

class Decades {
 public:
  void Add(const Edtf& happened) {
    const bool open_first = happened.first == kDayMin;
    const bool open_last = happened.last == kDayMax;
    const int first = DecadeOf(happened.first);
    const int last = DecadeOf(happened.last);
    spans_.emplace_back(first, last);
    if (!open_first) Meet(first);
    if (!open_last) Meet(last);
  }

  std::vector<FacetValue> InOrder() const {
    std::array<std::int64_t, kDecades + 1> change{};
    for (const auto& [first, last] : spans_) {
      if (last < earliest_ || first > latest_) continue;
      ++change.at(static_cast<std::size_t>(std::max(first, earliest_)));
      --change.at(static_cast<std::size_t>(std::min(last, latest_)) + 1);
    }
    std::vector<FacetValue> values;
    std::int64_t count = 0;
    for (int decade = 0; decade < kDecades; ++decade) {
      count += change.at(static_cast<std::size_t>(decade));
      if (count > 0) values.push_back({DecadeName(decade), "", count});
    }
    return Fullest(std::move(values));
  }

 private:
  void Meet(int decade) {
    earliest_ = std::min(earliest_, decade);
    latest_ = std::max(latest_, decade);
  }

  static std::vector<FacetValue> Fullest(std::vector<FacetValue> values) {
    if (values.size() <= kMaxFacetValues) return values;
    std::stable_sort(values.begin(), values.end(),
                     [](const FacetValue& a, const FacetValue& b) { return a.count > b.count; });
    values.resize(kMaxFacetValues);
    std::sort(values.begin(), values.end(),
              [](const FacetValue& a, const FacetValue& b) { return a.value < b.value; });
    return values;
  }

  std::vector<std::pair<int, int>> spans_;
  int earliest_ = kDecades;
  int latest_ = -1;
};

}  // namespace

Facets CountFacets(const std::vector<StoryGlimpse>& stories) {
  Counter tags;
  Counter authors;
  Counter languages;
  Counter legacies;
  Decades decades;
  for (const StoryGlimpse& story : stories) {
    std::set<std::string> seen;
    for (const std::string& tag : story.tags) {
      const std::string key = FoldKey(tag);
      if (seen.insert(key).second) tags.Add(key, tag);
    }
    if (!story.author.empty()) authors.Add(FoldKey(story.author), story.author);
    const std::string language = FoldKey(story.language.substr(0, story.language.find('-')));
    if (!language.empty()) languages.Add(language, language);
    legacies.Add(story.legacy_id, story.legacy_id, story.legacy_title);
    if (story.happened_at) decades.Add(*story.happened_at);
  }
  return {true, tags.Most(), authors.Most(), languages.Most(), legacies.Most(), decades.InOrder()};
}

}  // namespace heirloom
