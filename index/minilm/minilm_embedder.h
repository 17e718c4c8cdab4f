#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "index/embedder.h"

namespace heirloom {

struct MiniLmOptions {
  // Holds all-MiniLM-L6-v2 as Hugging Face publishes it: model.safetensors and tokenizer.json.
  std::filesystem::path folder;
  // Texts that are embedded at once, each on the thread of who asks: what it may cost processors.
  std::size_t at_once = 2;
};

// all-MiniLM-L6-v2 in this process: 384 dimensions, 256 tokens, made for English. Takes no memory
// until it is first asked; then some 90 MB, which the system may take back, since they are the
// file's own pages. Never fails to open.
std::unique_ptr<Embedder> OpenMiniLm(const MiniLmOptions& options);

}  // namespace heirloom
