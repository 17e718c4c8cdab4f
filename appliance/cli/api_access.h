#pragma once

#include <string>
#include <string_view>

#include "appliance/base/json.h"
#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "storage/remote/http_client.h"
#include "storage/remote/retry.h"

namespace heirloom::cli {

// What commands that talk to a server have in common: where it is, who asks, and what its answers
// mean to the person at the command line.

// Without slashes at its end. kInvalidArgument with the flag's name for what is no server's URL.
Result<std::string> CleanServer(std::string server);

// Out of the file, or without one the environment's. kInvalidArgument when there is neither.
Result<std::string> ReadToken(const std::string& token_file, const std::string& environment);

// The first question is answered soon or there is no server: a mistyped address should not cost the
// patience that a restart in the middle of a long job deserves.
inline constexpr RetryPolicy kOpening{.max_tries = 3,
                                      .first_pause = std::chrono::milliseconds(500)};
inline constexpr RetryPolicy kUnderWay{};

class ApiAccess {
 public:
  ApiAccess(std::string server, std::string token)
      : server_(std::move(server)), token_(std::move(token)) {}

  // `body`: JSON, or empty for none.
  HttpRequest Ask(std::string method, std::string_view path, std::string body = "") const;

 private:
  std::string server_;
  std::string token_;
};

// A sentence for every answer that is no success.
Status RequireSuccess(const Result<HttpResponse>& answer);
Result<Json> ReadAnswer(const HttpResponse& response);
Error NoHeirloom();  // What answers there speaks another language.

// Empty when it is not there or no text.
std::string TextAt(const Json& object, std::string_view key);

}  // namespace heirloom::cli
