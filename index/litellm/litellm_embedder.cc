#include "index/litellm/litellm_embedder.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "appliance/base/text.h"
#include "index/litellm/embedding_protocol.h"
#include "storage/remote/http_url.h"

namespace heirloom {
namespace {

using litellm::Embedded;
using litellm::Refusal;

constexpr char kName[] = "the embedding server";
constexpr std::size_t kMaxModelName = 150;
constexpr std::size_t kMaxAnswer = 16u << 20;  // 64 texts of 4096 numbers of 20 digits: 5 MB.
// Sent of a text per token that the model reads. More than any language needs, so that nothing it
// would read is left out.
constexpr std::size_t kBytesPerToken = 8;

Status CheckTexts(std::span<const std::string> texts) {
  if (texts.empty() || texts.size() > Embedder::kMaxTexts) {
    return Fail(ErrorCode::kInvalidArgument, "from 1 to 64 texts are embedded at once");
  }
  for (const std::string& text : texts) {
    if (text.size() > Embedder::kMaxTextBytes) {
      return Fail(ErrorCode::kInvalidArgument, "a text is too long to be embedded");
    }
    if (!IsStorableText(text)) return Fail(ErrorCode::kInvalidArgument, "a text is not UTF-8");
  }
  return {};
}

// Not what passes by waiting.
bool IsRefusal(const HttpResponse& answer) {
  return answer.status >= 400 && answer.status < 500 && answer.status != 408 &&
         answer.status != 429;
}

class LiteLlm final : public LiteLlmEmbedder {
 public:
  LiteLlm(LiteLlmOptions options, std::unique_ptr<HttpClient> server, const Clock& clock)
      : options_(std::move(options)), server_(std::move(server)), clock_(clock) {
    dimensions_ = options_.dimensions;
  }

  Result<EmbeddingModel> Model() override {
    if (Dimensions() == 0) {
      const std::string text = "family";
      const Result<Embedded> first = Ask(std::span(&text, 1));
      if (!first) return ErrorOf(first);
    }
    const std::size_t dimensions = Dimensions();
    return EmbeddingModel{"litellm:" + options_.model + "/" + std::to_string(dimensions),
                          dimensions, options_.max_tokens};
  }

  Result<std::vector<Vector>> Embed(std::span<const std::string> texts) override {
    if (const Status good = CheckTexts(texts); !good) return ErrorOf(good);
    std::vector<std::string> inputs;
    inputs.reserve(texts.size());
    for (const std::string& text : texts) {
      inputs.emplace_back(litellm::Front(text, options_.max_tokens * kBytesPerToken));
      if (CollapseSpace(text).empty()) inputs.back() = ".";
    }
    std::vector<Vector> vectors;
    vectors.reserve(texts.size());
    for (std::span<const std::string> left = inputs; !left.empty();) {
      const std::size_t count =
          litellm::NextBatch(left, options_.batch_texts, options_.batch_bytes);
      if (const Status done = EmbedBatch(left.first(count), vectors); !done) return ErrorOf(done);
      left = left.subspan(count);
    }
    return vectors;
  }

  EmbeddingSpend Spent() const override {
    const std::lock_guard lock(mutex_);
    return spent_;
  }

 private:
  // Appends the vectors of `texts`. One that is too long must not cut short its neighbours, which
  // would get other vectors than alone.
  Status EmbedBatch(std::span<const std::string> texts, std::vector<Vector>& vectors) {
    Result<Embedded> answer = Ask(texts);
    if (!answer && answer.error().code == ErrorCode::kTooLarge) {
      if (texts.size() == 1) {
        answer = AskShorter(texts[0]);
      } else {
        for (std::size_t i = 0; i < texts.size(); ++i) {
          const Status done = EmbedBatch(texts.subspan(i, 1), vectors);
          if (!done) return done;
        }
        return {};
      }
    }
    if (!answer) return ErrorOf(answer);
    std::move(answer->vectors.begin(), answer->vectors.end(), std::back_inserter(vectors));
    return {};
  }

  // Cut by half until a token has a byte left to it, which is as short as tokens are.
  Result<Embedded> AskShorter(const std::string& text) {
    Result<Embedded> answer = Fail(ErrorCode::kInternal, "a text is too long for the model");
    for (std::size_t bytes = text.size() / 2; bytes >= options_.max_tokens / 2 && bytes > 0;
         bytes /= 2) {
      const std::string front(litellm::Front(text, bytes));
      answer = Ask(std::span(&front, 1));
      if (answer || answer.error().code != ErrorCode::kTooLarge) return answer;
    }
    return Fail(ErrorCode::kInternal, std::string(kName) + " takes no text of " +
                                          std::to_string(options_.max_tokens) +
                                          " tokens: index.embedder_max_tokens is too high");
  }

  // One request. kTooLarge: one of the texts is too long for the model.
  Result<Embedded> Ask(std::span<const std::string> texts) {
    HttpRequest request;
    request.method = "POST";
    request.url = options_.url + "/v1/embeddings";
    request.headers = {{"Content-Type", "application/json"}};
    request.body = litellm::RequestBody(options_.model, texts);
    request.timeout = options_.timeout;
    request.max_response_bytes = kMaxAnswer;
    request.compressed = true;
    request.repeatable = true;
    const Result<HttpResponse> answer = server_->Send(request);
    if (!answer) {
      // An answer of ours that is too long is no text of theirs.
      if (answer.error().code != ErrorCode::kTooLarge) return ErrorOf(answer);
      return Fail(ErrorCode::kInternal, answer.error().message);
    }
    if (answer->status != 200) return Refused(*answer);
    Result<Embedded> embedded = litellm::ReadAnswer(*answer, texts.size());
    if (!embedded) return embedded;
    Count(*embedded);
    if (const Status fits = Learn(embedded->vectors[0].size()); !fits) return ErrorOf(fits);
    return embedded;
  }

  tl::unexpected<Error> Refused(const HttpResponse& answer) const {
    const std::string status = " (" + std::to_string(answer.status) + ")";
    if (IsRefusal(answer)) {
      switch (litellm::WhyRefused(answer)) {
        case Refusal::kCredentials:
          return FailForNow(ErrorCode::kUnavailable,
                            std::string(kName) + " refuses our key" + status +
                                ": look at index.embedder_key_file",
                            60);
        case Refusal::kModel:
          return FailForNow(ErrorCode::kUnavailable,
                            std::string(kName) + " knows no model " + options_.model + status +
                                ": look at index.embedder and at its own list of models",
                            60);
        case Refusal::kTooLong:
          return Fail(ErrorCode::kTooLarge, "a text is too long for the model");
        case Refusal::kOther:
          break;
      }
    }
    return tl::unexpected<Error>(ErrorOfAnswer(kName, answer, clock_));
  }

  std::size_t Dimensions() const {
    const std::lock_guard lock(mutex_);
    return dimensions_;
  }

  Status Learn(std::size_t dimensions) {
    const std::lock_guard lock(mutex_);
    if (dimensions_ == 0) dimensions_ = dimensions;
    if (dimensions_ == dimensions) return {};
    return Fail(ErrorCode::kInternal,
                std::string(kName) + " gives vectors of " + std::to_string(dimensions) +
                    " numbers, not of " + std::to_string(dimensions_) +
                    ": another model has the name " + options_.model + " now");
  }

  void Count(const Embedded& embedded) {
    const double priced =
        options_.dollars_per_million_tokens * static_cast<double>(embedded.tokens) / 1e6;
    const std::lock_guard lock(mutex_);
    ++spent_.requests;
    spent_.texts += embedded.vectors.size();
    spent_.tokens += embedded.tokens;
    spent_.dollars += embedded.dollars.value_or(priced);
  }

  const LiteLlmOptions options_;
  const std::unique_ptr<HttpClient> server_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::size_t dimensions_ = 0;  // Guarded by mutex_, as the next. 0: not known yet.
  EmbeddingSpend spent_;
};

}  // namespace

Result<std::unique_ptr<LiteLlmEmbedder>> OpenLiteLlm(LiteLlmOptions options,
                                                     std::unique_ptr<HttpClient> server,
                                                     const Clock& clock) {
  const bool printable = std::all_of(options.model.begin(), options.model.end(),
                                     [](char c) { return c > ' ' && c <= '~'; });
  if (options.model.empty() || options.model.size() > kMaxModelName || !printable) {
    return Fail(ErrorCode::kInvalidArgument,
                "after litellm: stands the name of a model, in printable ASCII");
  }
  if (const auto url = HttpUrl::Parse(options.url); !url) return ErrorOf(url);
  while (options.url.ends_with('/')) options.url.pop_back();
  if (options.dimensions > Embedder::kMaxDimensions || options.max_tokens == 0 ||
      options.batch_texts == 0) {
    return Fail(ErrorCode::kInvalidArgument, "an embedding model of impossible measures");
  }
  std::unique_ptr<LiteLlmEmbedder> made =
      std::make_unique<LiteLlm>(std::move(options), std::move(server), clock);
  return made;
}

Judgement JudgeLiteLlm(const HttpResponse& answer) {
  const bool key = IsRefusal(answer) && litellm::WhyRefused(answer) == Refusal::kCredentials;
  return key ? Judgement::kRefusesUs : JudgeByStatus(answer);
}

}  // namespace heirloom
