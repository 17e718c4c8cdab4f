#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.h"
#include "index/embedder.h"
#include "storage/remote/http_client.h"

namespace heirloom::litellm {

// How many texts from the front make the next request: at least one, then as long as neither bound
// is passed.
std::size_t NextBatch(std::span<const std::string> texts, std::size_t max_texts,
                      std::size_t max_bytes);

// The longest front of well-formed UTF-8 that is no longer than `bytes` and cuts no character.
std::string_view Front(std::string_view utf8, std::size_t bytes);

std::string RequestBody(std::string_view model, std::span<const std::string> texts);

struct Embedded {
  std::vector<Vector> vectors;  // In the order of the texts, of length 1.
  std::uint64_t tokens = 0;
  std::optional<double> dollars;  // As the server says.
};

// Reads an answer 200 to `count` texts. kInternal unless there is exactly one vector for each, all
// of the same number of finite numbers, not all zero.
Result<Embedded> ReadAnswer(const HttpResponse& answer, std::size_t count);

// Why a request was refused (4xx), as far as its answer says it in LiteLLM's words or OpenAI's. The
// text of an error may quote what was sent: it is looked at, and not passed on.
enum class Refusal { kCredentials, kModel, kTooLong, kOther };
Refusal WhyRefused(const HttpResponse& answer);

}  // namespace heirloom::litellm
