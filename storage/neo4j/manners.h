// How Neo4j is asked: what its answers say about it, and a password that it refused is not pressed
// on it. After three wrong ones it locks the account for everybody who uses it
// (dbms.security.auth_max_failed_attempts, auth_lock_time).

#pragma once

#include <chrono>
#include <memory>

#include "storage/remote/remote_service.h"
#include "storage/remote/request_signer.h"

namespace heirloom::neo4j {

// For MakeRemoteService: named "graph", and Neo4j's "too many wrong passwords" is no 429 to be
// repeated.
RemoteOptions Manners();

inline constexpr std::chrono::seconds kRefusedRest{30};

// Signs as `inner` does. What the server refused is not sent again before kRefusedRest is over:
// until then signing is kUnavailable, and names the settings. Another secret goes out at once.
// `pauses` must outlive it.
std::unique_ptr<RequestSigner> MakePatientSigner(std::unique_ptr<RequestSigner> inner,
                                                 const Pauses& pauses);

}  // namespace heirloom::neo4j
