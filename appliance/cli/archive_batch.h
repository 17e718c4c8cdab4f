#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "appliance/archive/format/archive_reader.h"
#include "appliance/base/result.h"

namespace heirloom::cli {

// Stories of one legacy collected for one request, with their revisions as the archive has them: at
// most 50 and, unless one revision alone is larger, 1 MiB. A story that does not fit goes on in the
// next batch.
class ArchiveBatch {
 public:
  static constexpr std::size_t kMaxStories = 50;
  static constexpr std::size_t kMaxBytes = 1u << 20;
  static constexpr std::size_t kMaxRevisions = 10'000;  // Of one story.

  // Revisions come story by story, each story's in order. False when the batch has to be sent
  // first; it is then as it was.
  bool Add(const archive::CheckedStory& story, std::int64_t number, const std::string& json);

  bool empty() const { return parts_.empty(); }
  std::size_t legacy() const { return parts_.front().story->legacy; }
  std::vector<const archive::CheckedStory*> stories() const;
  std::string Body() const;  // ArchivedStoryBatch in the contract.
  void Clear();              // But for what a story that goes on needs.

 private:
  struct Part {
    const archive::CheckedStory* story = nullptr;
    std::string parent_digest;
    std::string updated_at;  // As of the last revision here.
    std::string revisions;   // JSON objects with commas between.
    std::size_t count = 0;
  };

  std::vector<Part> parts_;
  std::size_t bytes_ = 0;
  const archive::CheckedStory* last_story_ = nullptr;
  std::string last_digest_;
};

}  // namespace heirloom::cli
