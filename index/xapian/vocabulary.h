// The words that a reader may know of. What one reader may see lies in a range of terms of its own,
// so that nothing here, not even the time it takes, depends on what they may not.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace Xapian {
class Database;
}

namespace heirloom::xapian {

class Vocabulary {
 public:
  // All that is passed must outlive it.
  Vocabulary(const Xapian::Database& database, std::string_view tenant_id,
             const std::vector<std::string>& readers)
      : database_(database), tenant_id_(tenant_id), readers_(readers) {}

  // Written forms of what begins with `plain_beginning` and is not that, most used first.
  std::vector<std::string> Beginning(std::string_view plain_beginning, std::size_t limit) const;

  // The written form of the word nearest to a word that nobody knows; of equally near ones of the
  // most used. Looks at no more than `budget` words and takes them off it.
  std::optional<std::string> Nearest(std::string_view plain_word, std::size_t& budget) const;

 private:
  const Xapian::Database& database_;
  const std::string_view tenant_id_;
  const std::vector<std::string>& readers_;
};

}  // namespace heirloom::xapian
