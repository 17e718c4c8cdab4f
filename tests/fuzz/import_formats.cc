// What `heirloom import stories` reads: the first byte says whether it is Markdown with front
// matter or JSON Lines. Whatever is read can be sent: it is UTF-8, and within the limits.

#include <memory>
#include <sstream>

#include "appliance/base/text.h"
#include "appliance/cli/json_lines_source.h"
#include "appliance/cli/markdown_source.h"
#include "tests/fuzz/fuzzer.h"

using namespace heirloom;
using heirloom::fuzz::Expect;

namespace {

void ExpectSendable(const cli::SourceItem& item) {
  if (!item.problem.empty()) return;
  const cli::SourceStory& story = item.story;
  Expect(!story.id.empty() && IsStorableText(story.id), "an id can be sent");
  Expect(IsStorableText(story.title) && IsStorableText(story.content), "texts can be sent");
  Expect(CountCharacters(story.content) <= cli::kMaxContentCharacters,
         "a text is within its limit");
  for (const std::string& tag : story.tags) Expect(IsStorableText(tag), "a tag can be sent");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    ExpectSendable(cli::ReadMarkdownStory("a/story.md", text));
    return 0;
  }
  const auto source = cli::ReadJsonLines(std::make_unique<std::istringstream>(text), text.size());
  for (std::size_t lines = 0; lines <= text.size() + 1; ++lines) {
    const auto item = source->Next();
    Expect(item.has_value(), "a stream in memory can be read to its end");
    if (!*item) return 0;
    ExpectSendable(**item);
  }
  Expect(false, "a source ends");
  return 0;
}
