#include "appliance/stories/story_replies.h"

#include "appliance/base/number.h"
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
  const auto number = ParseNumber<std::int64_t>(request.PathParam("n"));
  if (number && *number >= 1) return *number;
  return Fail(ErrorCode::kNotFound, "This story has no such revision.");
}

}  // namespace heirloom
