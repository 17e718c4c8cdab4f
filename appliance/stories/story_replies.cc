#include "appliance/stories/story_replies.h"

#include <charconv>

#include "appliance/http/respond.h"
#include "appliance/stories/story_json.h"

namespace heirloom {

using http::Request;
using http::Response;

Response StoryResponse(int status, const StoryView& view) {
  JsonWriter json;
  WriteStory(json, view);
  return Response::Json(status, json.Take()).Set("ETag", http::ETagOf(view.story.version));
}

Response WrittenResponse(int status, const StoryWritten& written) {
  Response response = StoryResponse(status, written.value);
  if (written.replayed) response.Set("Idempotency-Replayed", "true");
  return http::SetSequence(response, written.position);
}

Result<std::int64_t> RevisionNumber(const Request& request) {
  const std::string& text = request.PathParam("n");
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1) {
    return Fail(ErrorCode::kNotFound, "This story has no such revision.");
  }
  return number;
}

}  // namespace heirloom
