#include "appliance/cli/front_matter.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <yaml-cpp/eventhandler.h>
#include <algorithm>
#include <array>
#include <set>
#include <sstream>

#include "appliance/base/text.h"

namespace heirloom::cli {
namespace {

constexpr std::size_t kMaxFrontMatter = 64u << 10;
constexpr std::array<std::string_view, 7> kTextFields = {"id",       "title", "author", "date",
                                                         "language", "place", "status"};

bool IsTextField(std::string_view name) {
  return std::find(kTextFields.begin(), kTextFields.end(), name) != kTextFields.end();
}

// Takes what is wanted out of the parser's events. No tree of nodes is made, so aliases have
// nothing to multiply, and a scalar is never anything but its text.
class FieldCollector final : public YAML::EventHandler {
 public:
  FrontMatter TakeFields() { return std::move(fields_); }
  bool is_map() const { return is_map_; }  // Nothing at all, or comments alone, too.
  const std::string& problem() const { return problem_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    CheckAnchor(mark, anchor);
    if (depth_ == 0) is_map_ = true;
    if (depth_ == 1) has_key_ ? EndValue() : BeginValue(mark, "");
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Refuse(mark, "anchors and aliases are not read here");
  }

  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string& value) override {
    CheckAnchor(mark, anchor);
    if (depth_ == 1 && !has_key_) {
      BeginValue(mark, value);
    } else if (depth_ == 1) {
      TakeText(value);
      EndValue();
    } else if (depth_ == 2 && in_tags_) {
      AddTag(value);
    }
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    CheckAnchor(mark, anchor);
    if (depth_ == 1 && has_key_ && key_ == "tags") {
      in_tags_ = true;
    } else {
      CheckNesting(mark);
    }
    ++depth_;
  }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    CheckAnchor(mark, anchor);
    if (depth_ == 0) {
      is_map_ = true;
    } else {
      CheckNesting(mark);
    }
    ++depth_;
  }

  void OnSequenceEnd() override { Close(); }
  void OnMapEnd() override { Close(); }

 private:
  // The first problem is the one that is told.
  void Refuse(const YAML::Mark& mark, const std::string& what) {
    // Marks count from 0 and begin below the fence.
    if (problem_.empty()) problem_ = what + ", line " + std::to_string(mark.line + 2);
  }

  void CheckAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) Refuse(mark, "anchors and aliases are not read here");
  }

  void CheckNesting(const YAML::Mark& mark) {
    if (depth_ == 1 && !has_key_) Refuse(mark, "a field's name must be a text");
    if (depth_ == 1 && has_key_ && IsTextField(key_)) Refuse(mark, key_ + " must be one text");
    if (depth_ == 1 && has_key_ && key_ == "tags") Refuse(mark, "tags must be a list");
    if (depth_ == 2 && in_tags_) Refuse(mark, "tags must be a list of texts");
  }

  void BeginValue(const YAML::Mark& mark, const std::string& key) {
    key_ = key;
    has_key_ = true;
    if (!seen_.insert(key).second) Refuse(mark, key + " is given twice");
  }

  void EndValue() { has_key_ = false; }

  void Close() {
    --depth_;
    if (depth_ == 1) {
      in_tags_ = false;
      EndValue();
    }
  }

  void TakeText(const std::string& value) {
    if (IsTextField(key_)) {
      fields_.texts[key_] = value;
    } else if (key_ == "tags") {
      std::istringstream parts(value);
      for (std::string part; std::getline(parts, part, ',');) AddTag(part);
    }
  }

  void AddTag(const std::string& text) {
    std::string tag = CollapseSpace(text);
    if (!tag.empty()) fields_.tags.push_back(std::move(tag));
  }

  FrontMatter fields_;
  std::set<std::string> seen_;
  std::string problem_;
  std::string key_;
  bool has_key_ = false;
  bool in_tags_ = false;
  bool is_map_ = false;
  int depth_ = 0;
};

std::string_view WithoutTrailingBlanks(std::string_view line) {
  while (line.ends_with(' ') || line.ends_with('\t')) line.remove_suffix(1);
  return line;
}

tl::unexpected<Error> Malformed(const std::string& what) {
  return Fail(ErrorCode::kMalformed, "its front matter " + what);
}

}  // namespace

Result<SplitMarkdown> SplitFrontMatter(std::string_view text) {
  const std::size_t first_end = text.find('\n');
  if (WithoutTrailingBlanks(text.substr(0, first_end)) != "---") return SplitMarkdown{{}, text};
  std::size_t begin = first_end;
  const std::size_t start = first_end == std::string_view::npos ? text.size() : first_end + 1;
  while (begin != std::string_view::npos) {
    ++begin;
    const std::size_t end = text.find('\n', begin);
    const std::string_view line = WithoutTrailingBlanks(
        text.substr(begin, end == std::string_view::npos ? end : end - begin));
    if (line == "---" || line == "...") {
      const bool more = end != std::string_view::npos;
      return SplitMarkdown{text.substr(start, begin - start), more ? text.substr(end + 1) : ""};
    }
    begin = end;
  }
  return Malformed("has no closing --- line");
}

Result<FrontMatter> ParseFrontMatter(std::string_view yaml) {
  if (yaml.size() > kMaxFrontMatter) {
    return Malformed("is longer than " + std::to_string(kMaxFrontMatter >> 10) + " KiB");
  }
  FieldCollector collector;
  bool any = false;
  try {
    // The end mark is for yaml-cpp: at the bare end of its input it takes an open quote for closed.
    std::istringstream in(std::string(yaml) + "\n...\n");
    YAML::Parser parser(in);
    any = parser.HandleNextDocument(collector);
  } catch (const YAML::Exception& error) {
    const std::string where =
        error.mark.is_null() ? "" : ", line " + std::to_string(error.mark.line + 2);
    return Malformed("is not YAML (" + error.msg + where + ")");
  }
  if (!collector.problem().empty()) return Malformed("cannot be used: " + collector.problem());
  if (any && !collector.is_map()) return Malformed("is not a list of names and values");
  return collector.TakeFields();
}

}  // namespace heirloom::cli
