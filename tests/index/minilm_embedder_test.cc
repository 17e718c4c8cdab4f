#include "index/minilm/minilm_embedder.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "index/minilm/bert_text.h"
#include "index/minilm/tensor_file.h"
#include "index/minilm/word_pieces.h"
#include "tests/contract/embedder_contract.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using minilm::BertWords;
using minilm::ReadTensorPlaces;
using minilm::WordPieces;
using testing::TempFolder;

// Where ./dev puts it before it builds; without it these tests fail, and say where it belongs.
const std::filesystem::path kFolder = HEIRLOOM_MODEL_FOLDER;

std::vector<std::byte> FileOf(const std::string& head, std::size_t data) {
  std::vector<std::byte> file(8 + head.size() + data);
  const std::uint64_t size = head.size();
  std::memcpy(file.data(), &size, sizeof size);
  std::memcpy(file.data() + 8, head.data(), head.size());
  return file;
}

TEST_CASE("MiniLM keeps the Embedder contract", "[contract][index]") {
  contract::CheckEmbedder([] { return OpenMiniLm({.folder = kFolder}); });
}

TEST_CASE(
    "a model that is missing is said to be, with where it belongs, and found once it is there") {
  const TempFolder folder;
  const auto embedder = OpenMiniLm({.folder = folder.Path()});
  const auto missing = embedder->Model();
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::kUnavailable);
  CHECK(missing.error().message.find(folder.Path().string()) != std::string::npos);
  const std::vector<std::string> texts = {"bread"};
  CHECK(embedder->Embed(texts).error().code == ErrorCode::kUnavailable);
  for (const char* name : {"model.safetensors", "tokenizer.json"}) {
    std::filesystem::create_symlink(kFolder / name, folder / name);
  }
  REQUIRE(embedder->Model());
  CHECK(embedder->Model()->dimensions == 384);
}

TEST_CASE("a model that is another one is refused in words") {
  const TempFolder folder;
  std::filesystem::create_symlink(kFolder / "tokenizer.json", folder / "tokenizer.json");
  const auto file = FileOf(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} )", 8);
  std::ofstream(folder / "model.safetensors", std::ios::binary)
      .write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
  const auto refused = OpenMiniLm({.folder = folder.Path()})->Model();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kUnavailable);
}

TEST_CASE("a file of tensors is believed nothing that its bytes do not bear out") {
  const std::string good = R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}   )";
  REQUIRE(good.size() % 4 == 0);
  CHECK(ReadTensorPlaces(FileOf(good, 24))->at("a").begin == 8 + good.size());
  for (const char* head :
       {"", "[]", "7", R"({"a":7})", R"({"a":{}})",
        R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,20]}}    )",  // Too few bytes.
        R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]}}    )",  // Beyond the file.
        R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[24,0]}}    )",  // The wrong way.
        R"({"a":{"dtype":"F32","shape":[-2,-3],"data_offsets":[0,24]}}  )",  // Negative.
        R"({"a":{"dtype":"F99","shape":[2,3],"data_offsets":[0,24]}}    )",  // Unknown.
        R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}    )",  // Not aligned.
        R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})",
        R"({"a":{"dtype":"F32","shape":[9223372036854775807,2,2],"data_offsets":[0,24]}})"}) {
    INFO(head);
    CHECK_FALSE(ReadTensorPlaces(FileOf(head, 24)));
  }
  auto cut = FileOf(good, 24);
  for (std::size_t size = 0; size < cut.size(); ++size) {
    CHECK_FALSE(ReadTensorPlaces(std::span(cut).first(size)));
  }
  std::memset(cut.data(), 0xff, 8);  // A head longer than anything.
  CHECK_FALSE(ReadTensorPlaces(cut));
}

TEST_CASE("words are told apart as the model was taught") {
  CHECK(BertWords("The  Café,\tCAFÉ!") ==
        std::vector<std::string>{"the", "cafe", ",", "cafe", "!"});
  CHECK(BertWords("祖母は焼いた") == std::vector<std::string>{"祖", "母", "は", "焼", "いた"});
  CHECK(BertWords("don’t—stop") == std::vector<std::string>{"don", "’", "t", "—", "stop"});
  CHECK(BertWords("a\u200Db\u00ADc\x01"
                  "d") == std::vector<std::string>{"abcd"});
  CHECK(BertWords(" \n").empty());
}

TEST_CASE("words are cut into the longest pieces that are known, or none") {
  const auto pieces = WordPieces::Parse(
      R"({"model":{"vocab":{"[UNK]":0,"[CLS]":1,"[SEP]":2,"lamp":3,"##light":4,"##s":5,"é":6}}})");
  REQUIRE(pieces);
  CHECK(pieces->Cut("lamplights lamp", 10) == std::vector<std::int32_t>{1, 3, 4, 5, 3, 2});
  CHECK(pieces->Cut("lampshade", 10) == std::vector<std::int32_t>{1, 0, 2});
  CHECK(pieces->Cut("[SEP]", 10) == std::vector<std::int32_t>{1, 0, 0, 0, 2});
  CHECK(pieces->Cut("lamplights", 4) == std::vector<std::int32_t>{1, 3, 4, 2});
  CHECK(pieces->Cut(std::string(101, 'x'), 10) == std::vector<std::int32_t>{1, 0, 2});
  CHECK(pieces->Cut("", 10) == std::vector<std::int32_t>{1, 2});
  for (const char* wrong : {"", "{}", R"({"model":{"vocab":[]}})", R"({"model":{"vocab":{"a":1}}})",
                            R"({"model":{"vocab":{"[UNK]":0,"[CLS]":1,"[SEP]":-2}}})"}) {
    CHECK_FALSE(WordPieces::Parse(wrong));
  }
}

}  // namespace
}  // namespace heirloom
