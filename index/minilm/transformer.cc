#include "index/minilm/transformer.h"

#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <string>

namespace heirloom::minilm {
namespace {

constexpr std::size_t kHeadWidth = Transformer::kWidth / Transformer::kHeads;
constexpr float kEpsilon = 1e-12F;

int Int(std::size_t size) { return static_cast<int>(size); }

// out = in × weightᵀ + bias, for `rows` rows.
void Apply(std::size_t rows, std::span<const float> weight, std::span<const float> bias,
           const std::vector<float>& in, std::vector<float>& out) {
  const std::size_t outputs = bias.size();
  const std::size_t inputs = weight.size() / outputs;
  for (std::size_t row = 0; row < rows; ++row) {
    std::copy(bias.begin(), bias.end(), out.begin() + static_cast<std::ptrdiff_t>(row * outputs));
  }
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, Int(rows), Int(outputs), Int(inputs), 1.0F,
              in.data(), Int(inputs), weight.data(), Int(inputs), 1.0F, out.data(), Int(outputs));
}

void Normalize(std::size_t rows, std::span<const float> weight, std::span<const float> bias,
               std::vector<float>& values) {
  const std::size_t width = weight.size();
  for (std::size_t row = 0; row < rows; ++row) {
    float* const at = values.data() + row * width;
    float mean = 0;
    for (std::size_t i = 0; i < width; ++i) mean += at[i];
    mean /= static_cast<float>(width);
    float variance = 0;
    for (std::size_t i = 0; i < width; ++i) variance += (at[i] - mean) * (at[i] - mean);
    const float scale = 1.0F / std::sqrt(variance / static_cast<float>(width) + kEpsilon);
    for (std::size_t i = 0; i < width; ++i) at[i] = (at[i] - mean) * scale * weight[i] + bias[i];
  }
}

void Add(const std::vector<float>& what, std::vector<float>& to) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += what[i];
}

// Each row into positive numbers with the sum 1.
void Softmax(std::size_t rows, std::vector<float>& values) {
  for (std::size_t row = 0; row < rows; ++row) {
    float* const at = values.data() + row * rows;
    const float most = *std::max_element(at, at + rows);
    float sum = 0;
    for (std::size_t i = 0; i < rows; ++i) sum += at[i] = std::exp(at[i] - most);
    for (std::size_t i = 0; i < rows; ++i) at[i] /= sum;
  }
}

// x Φ(x), the exact form that the model was trained with.
void Gelu(std::vector<float>& values) {
  constexpr float kRootOfHalf = 0.70710678F;
  for (float& x : values) x = 0.5F * x * (1.0F + std::erf(x * kRootOfHalf));
}

// OpenBLAS would start a thread for each processor; ours run one text each.
void KeepBlasToOneThread() {
  static std::once_flag once;
  std::call_once(once, [] { openblas_set_num_threads(1); });
}

}  // namespace

// What one text needs on its way: about 2 MB for 256 pieces.
class Transformer::Scratch {
 public:
  explicit Scratch(std::size_t count)
      : rows(count),
        state(count * kWidth),
        query(count * kWidth),
        key(count * kWidth),
        value(count * kWidth),
        mixed(count * kWidth),
        scores(count * count),
        wide(count * kInner) {}

  const std::size_t rows;
  std::vector<float> state, query, key, value, mixed, scores, wide;
};

Result<Transformer> Transformer::Over(const TensorFile& weights, std::size_t vocabulary) {
  KeepBlasToOneThread();
  Transformer model;
  const auto read = [&](const std::string& name, std::initializer_list<std::size_t> shape,
                        Numbers& into) -> Status {
    const auto numbers = weights.Floats("embeddings." + name, shape);
    if (!numbers) return ErrorOf(numbers);
    into = *numbers;
    return {};
  };
  for (const Status& done :
       {read("word_embeddings.weight", {vocabulary, kWidth}, model.words_),
        read("position_embeddings.weight", {kPositions, kWidth}, model.positions_),
        read("token_type_embeddings.weight", {2, kWidth}, model.kind_),
        read("LayerNorm.weight", {kWidth}, model.first_.weight),
        read("LayerNorm.bias", {kWidth}, model.first_.bias)}) {
    if (!done) return ErrorOf(done);
  }
  for (std::size_t i = 0; i < kLayers; ++i) {
    const auto layer = ReadLayer(weights, i);
    if (!layer) return ErrorOf(layer);
    model.layers_.at(i) = *layer;
  }
  return model;
}

Result<Transformer::Layer> Transformer::ReadLayer(const TensorFile& weights, std::size_t number) {
  const std::string prefix = "encoder.layer." + std::to_string(number) + ".";
  Layer layer;
  const auto linear = [&](const std::string& name, std::size_t inputs, std::size_t outputs,
                          Linear& into) -> Status {
    const auto weight = weights.Floats(prefix + name + ".weight", {outputs, inputs});
    if (!weight) return ErrorOf(weight);
    const auto bias = weights.Floats(prefix + name + ".bias", {outputs});
    if (!bias) return ErrorOf(bias);
    into = {*weight, *bias};
    return {};
  };
  const auto norm = [&](const std::string& name, Norm& into) -> Status {
    const auto weight = weights.Floats(prefix + name + ".weight", {kWidth});
    if (!weight) return ErrorOf(weight);
    const auto bias = weights.Floats(prefix + name + ".bias", {kWidth});
    if (!bias) return ErrorOf(bias);
    into = {*weight, *bias};
    return {};
  };
  for (const Status& done : {linear("attention.self.query", kWidth, kWidth, layer.query),
                             linear("attention.self.key", kWidth, kWidth, layer.key),
                             linear("attention.self.value", kWidth, kWidth, layer.value),
                             linear("attention.output.dense", kWidth, kWidth, layer.attended),
                             norm("attention.output.LayerNorm", layer.after_attention),
                             linear("intermediate.dense", kWidth, kInner, layer.widen),
                             linear("output.dense", kInner, kWidth, layer.narrow),
                             norm("output.LayerNorm", layer.after_feed)}) {
    if (!done) return ErrorOf(done);
  }
  return layer;
}

std::vector<float> Transformer::Embed(std::span<const std::int32_t> pieces) const {
  Scratch scratch(pieces.size());
  for (std::size_t row = 0; row < pieces.size(); ++row) {
    const float* const word = words_.data() + static_cast<std::size_t>(pieces[row]) * kWidth;
    const float* const position = positions_.data() + row * kWidth;
    float* const at = scratch.state.data() + row * kWidth;
    for (std::size_t i = 0; i < kWidth; ++i) at[i] = word[i] + position[i] + kind_[i];
  }
  Normalize(scratch.rows, first_.weight, first_.bias, scratch.state);
  for (const Layer& layer : layers_) {
    Attend(layer, scratch);
    Feed(layer, scratch);
  }
  // The mean's length does not matter: the sum is brought to 1.
  std::vector<float> sum(kWidth);
  for (std::size_t row = 0; row < scratch.rows; ++row) {
    for (std::size_t i = 0; i < kWidth; ++i) sum[i] += scratch.state[row * kWidth + i];
  }
  float squares = 0;
  for (const float each : sum) squares += each * each;
  const float scale = 1.0F / std::sqrt(std::max(squares, kEpsilon));
  for (float& each : sum) each *= scale;
  return sum;
}

void Transformer::Attend(const Layer& layer, Scratch& s) const {
  Apply(s.rows, layer.query.weight, layer.query.bias, s.state, s.query);
  Apply(s.rows, layer.key.weight, layer.key.bias, s.state, s.key);
  Apply(s.rows, layer.value.weight, layer.value.bias, s.state, s.value);
  const int rows = Int(s.rows);
  const float scale = 1.0F / std::sqrt(static_cast<float>(kHeadWidth));
  for (std::size_t head = 0; head < kHeads; ++head) {
    const std::size_t at = head * kHeadWidth;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, rows, Int(kHeadWidth), scale,
                s.query.data() + at, Int(kWidth), s.key.data() + at, Int(kWidth), 0.0F,
                s.scores.data(), rows);
    Softmax(s.rows, s.scores);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, Int(kHeadWidth), rows, 1.0F,
                s.scores.data(), rows, s.value.data() + at, Int(kWidth), 0.0F, s.mixed.data() + at,
                Int(kWidth));
  }
  Apply(s.rows, layer.attended.weight, layer.attended.bias, s.mixed, s.query);
  Add(s.query, s.state);
  Normalize(s.rows, layer.after_attention.weight, layer.after_attention.bias, s.state);
}

void Transformer::Feed(const Layer& layer, Scratch& s) const {
  Apply(s.rows, layer.widen.weight, layer.widen.bias, s.state, s.wide);
  Gelu(s.wide);
  Apply(s.rows, layer.narrow.weight, layer.narrow.bias, s.wide, s.mixed);
  Add(s.mixed, s.state);
  Normalize(s.rows, layer.after_feed.weight, layer.after_feed.bias, s.state);
}

}  // namespace heirloom::minilm
