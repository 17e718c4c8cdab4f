#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "appliance/base/result.h"
#include "index/search_index.h"
#include "storage/remote/http_client.h"
#include "storage/remote/retry.h"

namespace heirloom {

struct OpenSearchOptions {
  std::string url;  // "https://search.example.org:9200"; no path, no credentials.
  // What the names of all its indexes begin with, so that installations can share a cluster:
  // "heirloom" makes heirloom-stories-v1-000001. Small letters, digits, '-' and '_'.
  std::string prefix = "heirloom";
  std::chrono::milliseconds query_limit{5'000};
};

// SearchIndex in an OpenSearch cluster, 2.19 or later. Opening asks nothing: the cluster may be
// down, and what is not there yet is made when it is first needed.
//
// Several processes may ask one index; one at a time may write to it and build generations. A
// process hears of another's new generation at once, of a first story in a new language within two
// seconds.
class RemoteSearchIndex : public SearchIndex {
 public:
  // The cluster answers and is one that we know.
  virtual Status Ping(std::chrono::milliseconds timeout) const = 0;
  // Makes what needs rights that the daemon may do without: the template, the first index, the
  // alias. Idempotent.
  virtual Status Provision() = 0;
};

// `client` brings what the cluster wants to see of who asks. `pauses` must outlive the index.
std::unique_ptr<RemoteSearchIndex> OpenOpenSearchIndex(const OpenSearchOptions& options,
                                                       std::unique_ptr<HttpClient> client,
                                                       Pauses& pauses);

}  // namespace heirloom
