#include "index/litellm/embedding_protocol.h"

#include <charconv>
#include <cmath>

#include "appliance/base/json.h"

namespace heirloom::litellm {
namespace {

constexpr JsonLimits kLimits{.max_bytes = 32u << 20, .max_depth = 16};

tl::unexpected<Error> NoVectors(const std::string& why) {
  return Fail(ErrorCode::kInternal, "the embedding server's answer is not one: " + why);
}

bool IsNumber(const Json& value) {
  return value.kind() == Json::Kind::kNumber || value.kind() == Json::Kind::kInteger;
}

// The numbers made a vector of length 1; empty when they are none.
Vector ReadVector(const Json& numbers) {
  Vector vector;
  if (numbers.Size() > Embedder::kMaxDimensions) return vector;
  vector.reserve(numbers.Size());
  double sum = 0;
  for (std::size_t i = 0; i < numbers.Size(); ++i) {
    const Json number = numbers.At(i);
    if (!IsNumber(number)) return {};
    const double value = number.AsNumber();
    sum += value * value;
    vector.push_back(static_cast<float>(value));
  }
  if (!std::isfinite(sum) || sum <= 0) return {};
  const auto factor = static_cast<float>(1 / std::sqrt(sum));
  for (float& value : vector) value *= factor;
  return vector;
}

// "1.1e-05": a small sum comes with an exponent.
std::optional<double> ReadDollars(const HttpResponse& answer) {
  const auto header = answer.GetHeader("x-litellm-response-cost");
  if (!header) return std::nullopt;
  double dollars = 0;
  const char* const end = header->data() + header->size();
  const auto [stopped, error] = std::from_chars(header->data(), end, dollars);
  if (error != std::errc() || stopped != end || !std::isfinite(dollars) || dollars < 0) {
    return std::nullopt;
  }
  return dollars;
}

std::uint64_t ReadTokens(const Json& body) {
  const Json tokens = body.Get("usage").Get("total_tokens");
  if (tokens.kind() != Json::Kind::kInteger || tokens.AsInteger() < 0) return 0;
  return static_cast<std::uint64_t>(tokens.AsInteger());
}

std::string TextOf(const Json& error, std::string_view key) {
  const Json value = error.Get(key);
  return value.IsString() ? std::string(value.AsString()) : "";
}

}  // namespace

std::size_t NextBatch(std::span<const std::string> texts, std::size_t max_texts,
                      std::size_t max_bytes) {
  std::size_t count = 0;
  std::size_t bytes = 0;
  while (count < texts.size() && count < max_texts) {
    bytes += texts[count].size();
    if (count > 0 && bytes > max_bytes) break;
    ++count;
  }
  return count;
}

std::string_view Front(std::string_view utf8, std::size_t bytes) {
  if (utf8.size() <= bytes) return utf8;
  while (bytes > 0 && (static_cast<unsigned char>(utf8[bytes]) & 0xC0) == 0x80) --bytes;
  return utf8.substr(0, bytes);
}

std::string RequestBody(std::string_view model, std::span<const std::string> texts) {
  JsonWriter body;
  body.BeginObject().Member("model", model).Member("encoding_format", "float");
  body.Key("input").BeginArray();
  for (const std::string& text : texts) body.String(text);
  body.EndArray().EndObject();
  return body.Take();
}

Result<Embedded> ReadAnswer(const HttpResponse& answer, std::size_t count) {
  const Result<Json> body = Json::Parse(answer.body, kLimits);
  if (!body) return NoVectors("no JSON");
  const Json data = body->Get("data");
  if (!data.IsArray() || data.Size() != count) return NoVectors("not a vector for each text");
  Embedded embedded{std::vector<Vector>(count), ReadTokens(*body), ReadDollars(answer)};
  for (std::size_t i = 0; i < count; ++i) {
    // Their order is the texts' or not: the index counts.
    const Json item = data.At(i);
    const Json index = item.Get("index");
    if (index.kind() != Json::Kind::kInteger || index.AsInteger() < 0 ||
        static_cast<std::size_t>(index.AsInteger()) >= count) {
      return NoVectors("a vector without its place");
    }
    Vector& place = embedded.vectors[static_cast<std::size_t>(index.AsInteger())];
    if (!place.empty()) return NoVectors("two vectors for one text");
    place = ReadVector(item.Get("embedding"));
    if (place.empty()) return NoVectors("what should be a vector is none");
  }
  for (const Vector& vector : embedded.vectors) {
    if (vector.size() != embedded.vectors[0].size()) return NoVectors("vectors of several lengths");
  }
  return embedded;
}

Refusal WhyRefused(const HttpResponse& answer) {
  if (answer.status == 401 || answer.status == 403) return Refusal::kCredentials;
  if (answer.status == 413) return Refusal::kTooLong;
  const Result<Json> body = Json::Parse(answer.body);
  const Json error = body ? body->Get("error") : Json();
  const std::string kind = TextOf(error, "type") + " " + TextOf(error, "code");
  const std::string message = TextOf(error, "message");
  const auto says = [&](std::string_view words) {
    return message.find(words) != std::string::npos || kind.find(words) != std::string::npos;
  };
  // Without a database LiteLLM looks for an unknown key there, and says that there is none.
  if (says("no_db_connection") || says("auth_error") || says("expired_key")) {
    return Refusal::kCredentials;
  }
  if (says("Invalid model name") || says("model_not_found")) return Refusal::kModel;
  if (says("ContextWindowExceeded") || says("context_length_exceeded") ||
      says("maximum context length")) {
    return Refusal::kTooLong;
  }
  return answer.status == 404 ? Refusal::kModel : Refusal::kOther;
}

}  // namespace heirloom::litellm
