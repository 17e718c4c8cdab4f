// The reader of archives: anything at all as a ZIP. What passes the check must be given again
// whole, and be refused as soon as its manifest is not the last word on it.

#include <map>

#include "appliance/archive/format/archive_reader.h"
#include "tests/fuzz/fuzzer.h"

using namespace heirloom;
using heirloom::fuzz::Expect;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const archive::ZipLimits limits{.max_entries = 1'000,
                                  .max_entry_bytes = 4u << 20,
                                  .max_total_bytes = 16u << 20,
                                  .max_ratio = 250};
  const archive::ZipSource zip = [&](const archive::ZipCallbacks& callbacks) {
    return archive::ReadZip(bytes, limits, callbacks);
  };
  const auto checked = archive::CheckArchive(zip);
  if (!checked) {
    Expect(!checked.error().message.empty(), "a refusal has words");
    return 0;
  }
  std::map<std::string, std::int64_t> last;
  const Status read = archive::ReadRevisions(
      zip, *checked,
      [&](const archive::CheckedStory& story, std::int64_t number, const std::string&) {
        Expect(number == ++last[story.folder], "revisions come in order");
        return Status();
      });
  Expect(read.has_value(), "what was checked is read again");
  for (const archive::CheckedStory& story : checked->stories) {
    Expect(last[story.folder] == story.revision_count, "every revision is given");
  }
  return 0;
}
