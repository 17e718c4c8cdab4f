#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.h"
#include "index/minilm/mapped_file.h"

namespace heirloom::minilm {

// Where a tensor lies, as the head of the file says and as was checked against it.
struct TensorPlace {
  std::string type;                // "F32", "I64"
  std::vector<std::size_t> shape;  // As written: rows, columns.
  std::size_t begin = 0;           // Bytes from the start of the file.
  std::size_t end = 0;
};

// Reads the head of a file of named tensors: eight bytes with the head's length, the head as JSON,
// then their numbers (https://huggingface.co/docs/safetensors: little-endian, rows after one
// another). Nothing in it is believed: kMalformed unless every tensor lies within the file, where
// its numbers are aligned, and is as long as its type and shape say.
Result<std::map<std::string, TensorPlace>> ReadTensorPlaces(std::span<const std::byte> file);

// Such a file, of which numbers are read where they lie. Thread-safe to read.
class TensorFile {
 public:
  // kUnavailable when it is not there, kInternal when it is no such file.
  static Result<TensorFile> Open(const std::filesystem::path& path);

  // The numbers of a tensor of 32-bit floats, rows after one another; they live as long as this
  // file. kInternal when it has no such tensor, or one of another type or shape.
  Result<std::span<const float>> Floats(std::string_view name,
                                        std::initializer_list<std::size_t> shape) const;

 private:
  TensorFile(MappedFile file, std::map<std::string, TensorPlace> places)
      : file_(std::move(file)), places_(std::move(places)) {}

  MappedFile file_;
  std::map<std::string, TensorPlace> places_;
};

}  // namespace heirloom::minilm
