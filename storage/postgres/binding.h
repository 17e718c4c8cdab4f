// Parameters on their way to libpq, and rows on theirs from it. Inside storage/postgres only.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.h"
#include "storage/database.h"

struct pg_result;

namespace heirloom::postgres {

// kInvalidArgument for text that is not well-formed UTF-8 or holds U+0000, and for a double that is
// no finite number.
Status CheckValues(Params params);

// Names the types of the values, so that a statement is prepared once for each.
std::string TypesOf(Params params);

// The type of each as PostgreSQL numbers them (pg_type.dat); 0: let it infer.
std::vector<unsigned> TypeNumbers(Params params);

// The values as libpq takes them, in binary. Views into `params`, which must outlive it.
class Binding final {
 public:
  explicit Binding(Params params);
  Binding(const Binding&) = delete;
  Binding& operator=(const Binding&) = delete;

  int count() const { return static_cast<int>(values_.size()); }
  const char* const* values() const { return values_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  std::vector<std::array<char, 8>> numbers_;
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

// A row of a result in text format.
class ResultRow final : public Row {
 public:
  ResultRow(const pg_result* result, int row, std::string_view sql)
      : result_(result), row_(row), sql_(sql) {}

  bool IsNull(int column) const override;
  std::int64_t Integer(int column) const override;
  double Real(int column) const override;
  std::string_view Text(int column) const override;

 private:
  void Check(int column) const;

  const pg_result* result_;
  int row_;
  std::string_view sql_;
};

}  // namespace heirloom::postgres
