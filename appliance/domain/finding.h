#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace heirloom {

// Something that a look over the installation came upon.
struct Finding {
  enum class Severity {
    kNote,     // As it should be, or mends itself.
    kWarning,  // Wants to be mended; nothing is lost.
    kError,    // Something is damaged, or cannot be vouched for.
  };
  Severity severity = Severity::kNote;
  std::string check;  // What was looked at: "database", "revisions".
  std::string what;   // For the operator; no personal data.
  std::string mend;   // What to do, best a command; empty with notes.
};

// Collects findings. A thousand of a kind tell no more than some: after kMostOfACheck of a check
// and severity the rest is only counted.
class Findings {
 public:
  static constexpr std::size_t kMostOfACheck = 20;

  void Add(Finding finding) {
    if (++counts_[{finding.check, finding.severity}] <= kMostOfACheck) {
      list_.push_back(std::move(finding));
    }
  }
  void Error(std::string check, std::string what, std::string mend) {
    Add({Finding::Severity::kError, std::move(check), std::move(what), std::move(mend)});
  }
  void Warning(std::string check, std::string what, std::string mend) {
    Add({Finding::Severity::kWarning, std::move(check), std::move(what), std::move(mend)});
  }
  void Note(std::string check, std::string what) {
    Add({Finding::Severity::kNote, std::move(check), std::move(what), ""});
  }

  const std::vector<Finding>& list() const { return list_; }
  std::size_t Count(Finding::Severity severity) const {
    std::size_t count = 0;
    for (const auto& [key, number] : counts_) count += key.second == severity ? number : 0;
    return count;
  }

 private:
  std::vector<Finding> list_;
  std::map<std::pair<std::string, Finding::Severity>, std::size_t> counts_;
};

}  // namespace heirloom
