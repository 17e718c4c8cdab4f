#include "storage/postgres/sql_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <set>
#include <utility>
#include <vector>

namespace heirloom::postgres {
namespace {

bool IsWordChar(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string Upper(std::string_view word) {
  std::string upper(word);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

// Cuts SQL into words, quoted texts, comments, parameters and single characters.
class Tokens {
 public:
  explicit Tokens(std::string_view sql) : sql_(sql) {}

  // Empty at the end.
  std::string_view Next() {
    if (at_ == sql_.size()) return {};
    const std::size_t begin = at_;
    const char c = sql_[at_++];
    if (c == '\'' || c == '"') {
      at_ = std::min(sql_.find(c, at_), sql_.size() - 1) + 1;
    } else if (c == '-' && at_ < sql_.size() && sql_[at_] == '-') {
      at_ = std::min(sql_.find('\n', at_), sql_.size());
    } else if (c == '$' || IsWordChar(c)) {
      while (at_ < sql_.size() && IsWordChar(sql_[at_])) ++at_;
    }
    return sql_.substr(begin, at_ - begin);
  }

 private:
  std::string_view sql_;
  std::size_t at_ = 0;
};

bool IsBlank(std::string_view token) {
  return token.starts_with("--") || token == " " || token == "\n" || token == "\t" || token == "\r";
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kWords = {{
    {"TEXT", "TEXT COLLATE \"C\""},
    {"INTEGER", "BIGINT"},
    {"REAL", "DOUBLE PRECISION"},
    // The sequence is given out by the writer, under its lock.
    {"AUTOINCREMENT", ""},
    {"STRICT", ""},
}};

// In capitals alone: `text` is also a column's name.
std::string_view TranslateWord(std::string_view word) {
  for (const auto& [from, to] : kWords) {
    if (word == from) return to;
  }
  return word;
}

}  // namespace

bool IsOfKind(std::string_view sql, StatementKind kind) {
  Tokens tokens(sql);
  std::string_view token = tokens.Next();
  while (!token.empty() && (IsBlank(token) || token == "(")) token = tokens.Next();
  const std::string word = Upper(token);
  if (word == "WITH") return kind != StatementKind::kOther;
  if (word == "SELECT" || word == "VALUES") return kind == StatementKind::kSelect;
  if (word == "INSERT" || word == "UPDATE" || word == "DELETE") {
    return kind == StatementKind::kChange;
  }
  return kind == StatementKind::kOther;
}

Status CheckParameters(std::string_view sql, std::size_t count) {
  std::set<std::size_t> used;
  Tokens tokens(sql);
  for (std::string_view token = tokens.Next(); !token.empty(); token = tokens.Next()) {
    if (token.front() != '$') continue;
    std::size_t number = 0;
    std::from_chars(token.data() + 1, token.data() + token.size(), number);
    used.insert(number);
  }
  if (used.size() == count && (used.empty() || (*used.begin() == 1 && *used.rbegin() == count))) {
    return {};
  }
  return Fail(ErrorCode::kInternal,
              std::to_string(count) + " values do not fit the parameters: " + std::string(sql));
}

std::string TranslateSchema(std::string_view sql) {
  std::string out;
  Tokens tokens(sql);
  for (std::string_view token = tokens.Next(); !token.empty(); token = tokens.Next()) {
    out += TranslateWord(token);
  }
  return out;
}

}  // namespace heirloom::postgres
