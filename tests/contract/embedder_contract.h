#pragma once

#include <functional>
#include <memory>

#include "index/embedder.h"

namespace heirloom::contract {

// Opens an embedder whose model can be reached. Called once for each section.
using MakeEmbedder = std::function<std::unique_ptr<Embedder>()>;

// What index/embedder.h promises. Call it in a TEST_CASE of each adapter.
void CheckEmbedder(const MakeEmbedder& make);

}  // namespace heirloom::contract
