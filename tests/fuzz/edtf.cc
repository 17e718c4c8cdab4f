// Dates as people know them.
#include "appliance/domain/edtf.h"

#include "tests/fuzz/fuzzer.h"

using heirloom::fuzz::Expect;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = heirloom::fuzz::AsText(data, size);
  const auto date = heirloom::ParseEdtf(text);
  if (!date) return 0;
  Expect(date->text == text, "a date is kept as it was given");
  Expect(date->first <= date->last, "a date begins before it ends");
  Expect(date->first >= heirloom::kDayMin && date->last <= heirloom::kDayMax, "within all time");
  Expect(heirloom::ParseEdtf(date->text).value() == *date, "a date means one thing");
  return 0;
}
