#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "appliance/base/result.h"
#include "index/minilm/tensor_file.h"

namespace heirloom::minilm {

// The forward pass of BERT (Devlin et al. 2018) in the size of all-MiniLM-L6-v2, in 32-bit floats,
// with the mean of the last layer as the text's vector (Reimers and Gurevych 2019), of length 1.
// Runs on the caller's thread alone. Thread-safe.
class Transformer {
 public:
  static constexpr std::size_t kLayers = 6;
  static constexpr std::size_t kWidth = 384;
  static constexpr std::size_t kHeads = 12;
  static constexpr std::size_t kInner = 1536;
  static constexpr std::size_t kPositions = 512;

  // `weights` must outlive it. kInternal when they are of another model.
  static Result<Transformer> Over(const TensorFile& weights, std::size_t vocabulary);

  // `pieces`: numbers below the vocabulary's size, from 1 to kPositions of them.
  std::vector<float> Embed(std::span<const std::int32_t> pieces) const;

 private:
  using Numbers = std::span<const float>;
  struct Linear {
    Numbers weight, bias;  // weight: a row for each output.
  };
  struct Norm {
    Numbers weight, bias;
  };
  struct Layer {
    Linear query, key, value, attended, widen, narrow;
    Norm after_attention, after_feed;
  };
  class Scratch;

  static Result<Layer> ReadLayer(const TensorFile& weights, std::size_t number);
  void Attend(const Layer& layer, Scratch& scratch) const;
  void Feed(const Layer& layer, Scratch& scratch) const;

  Numbers words_, positions_, kind_;
  Norm first_;
  std::array<Layer, kLayers> layers_;
};

}  // namespace heirloom::minilm
