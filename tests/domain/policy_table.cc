// Prints the policy table: `--markdown` is appliance/docs/policy.md, `--json` is for tests in other
// languages.

#include <cstdio>
#include <string>
#include <string_view>

#include "tests/domain/policy_document.h"

int main(int argc, char** argv) {
  const std::string_view form = argc == 2 ? argv[1] : "";
  std::string text;
  if (form == "--markdown") text = heirloom::testing::PolicyMarkdown();
  if (form == "--json") text = heirloom::testing::PolicyJson() + "\n";
  if (text.empty()) {
    std::fputs("policy_table --markdown|--json\n", stderr);
    return 2;
  }
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}
