#include "appliance/domain/revision_chain.h"

#include "appliance/base/encoding.h"

namespace heirloom {

std::string RevisionDigest(std::string_view parent_digest, const Revision& revision) {
  std::string sealed(parent_digest);
  sealed.append("\n").append(std::to_string(revision.number));
  sealed.append("\n").append(ToRfc3339(revision.created_at));
  sealed.append("\n").append(revision.author);
  sealed.append("\n").append(revision.content_hash);
  return Sha256Hex(sealed);
}

}  // namespace heirloom
