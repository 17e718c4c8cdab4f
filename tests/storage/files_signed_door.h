#pragma once

#include <functional>
#include <string>

#include "storage/files/files_blob_store.h"
#include "tests/contract/blob_store_contract.h"

namespace heirloom::testing {

// Does what the appliance's route for signed URLs does, without HTTP between.
inline std::function<contract::SignedAnswer(const SignedRequest&, std::string_view)>
FilesSignedDoor(FilesBlobStore& store) {
  return [&store](const SignedRequest& request, std::string_view body) -> contract::SignedAnswer {
    contract::SignedAnswer answer;
    const auto grant = store.Verify(request.method, request.url);
    answer.status = 403;
    if (!grant) return answer;
    if (grant->action == files::BlobGrant::Action::kSendPart) {
      answer.status = 400;
      if (static_cast<std::int64_t>(body.size()) != grant->length) return answer;
      const auto part = store.PutPart({grant->key, grant->upload_id}, grant->part, body);
      if (!part) return answer;
      answer.status = 200;
      answer.etag = part->etag;
      return answer;
    }
    answer.status = 404;
    const auto read = store.Read(grant->key, {}, [&](std::string_view piece) -> Status {
      answer.body.append(piece);
      return {};
    });
    if (!read) return answer;
    answer.status = 200;
    answer.content_type = grant->content_type.empty() ? read->content_type : grant->content_type;
    answer.content_disposition = grant->content_disposition;
    return answer;
  };
}

}  // namespace heirloom::testing
