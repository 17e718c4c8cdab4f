#include "index/minilm/tensor_file.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>

#include "appliance/base/json.h"

namespace heirloom::minilm {
namespace {

static_assert(std::endian::native == std::endian::little, "the numbers are read where they lie");

constexpr std::size_t kLength = 8;
constexpr std::size_t kMaxHead = 1u << 20;  // That of MiniLM has 10 KB.
constexpr char kMetadata[] = "__metadata__";

tl::unexpected<Error> Malformed(const std::string& what) {
  return Fail(ErrorCode::kMalformed, "is no file of tensors: " + what);
}

// 0: a type that has no place in such a file.
std::size_t SizeOf(std::string_view type) {
  if (type == "F64" || type == "I64" || type == "U64") return 8;
  if (type == "F32" || type == "I32" || type == "U32") return 4;
  if (type == "F16" || type == "BF16" || type == "I16" || type == "U16") return 2;
  if (type == "I8" || type == "U8" || type == "BOOL") return 1;
  return 0;
}

std::optional<std::size_t> Natural(const Json& value) {
  if (value.kind() != Json::Kind::kInteger || value.AsInteger() < 0) return std::nullopt;
  return static_cast<std::size_t>(value.AsInteger());
}

Result<TensorPlace> ReadPlace(const std::string& name, const Json& json, std::size_t data,
                              std::size_t file_size) {
  if (!json.IsObject() || !json.Get("dtype").IsString() || !json.Get("shape").IsArray() ||
      !json.Get("data_offsets").IsArray() || json.Get("data_offsets").Size() != 2) {
    return Malformed(name + " is described otherwise");
  }
  TensorPlace place{std::string(json.Get("dtype").AsString()), {}, 0, 0};
  const std::size_t size = SizeOf(place.type);
  if (size == 0) return Malformed(name + " is of an unknown type");
  std::size_t bytes = size;
  const Json shape = json.Get("shape");
  for (std::size_t i = 0; i < shape.Size(); ++i) {
    const auto side = Natural(shape.At(i));
    if (!side || (*side != 0 && bytes > file_size / *side)) {
      return Malformed(name + " is larger than the file");
    }
    bytes *= *side;
    place.shape.push_back(*side);
  }
  const auto begin = Natural(json.Get("data_offsets").At(0));
  const auto end = Natural(json.Get("data_offsets").At(1));
  if (!begin || !end || *begin > *end || *end > file_size - data || *end - *begin != bytes) {
    return Malformed(name + " does not lie where it should");
  }
  place.begin = data + *begin;
  place.end = data + *end;
  if (place.begin % size != 0) return Malformed(name + " is not aligned");
  return place;
}

}  // namespace

Result<std::map<std::string, TensorPlace>> ReadTensorPlaces(std::span<const std::byte> file) {
  if (file.size() < kLength) return Malformed("too short");
  std::uint64_t head_size = 0;
  std::memcpy(&head_size, file.data(), kLength);
  if (head_size > kMaxHead || head_size > file.size() - kLength) return Malformed("its head");
  const std::string_view head(reinterpret_cast<const char*>(file.data()) + kLength, head_size);
  const auto json = Json::Parse(head, {.max_bytes = kMaxHead, .max_depth = 8});
  if (!json) return ErrorOf(json);
  if (!json->IsObject()) return Malformed("its head");
  std::map<std::string, TensorPlace> places;
  for (const std::string& name : json->Keys()) {
    if (name == kMetadata) continue;
    auto place = ReadPlace(name, json->Get(name), kLength + head_size, file.size());
    if (!place) return ErrorOf(place);
    places.emplace(name, std::move(*place));
  }
  return places;
}

Result<TensorFile> TensorFile::Open(const std::filesystem::path& path) {
  auto file = MappedFile::Open(path);
  if (!file) return ErrorOf(file);
  auto places = ReadTensorPlaces(file->Bytes());
  if (!places) {
    return Fail(ErrorCode::kInternal, path.string() + ": " + places.error().message);
  }
  return TensorFile(std::move(*file), std::move(*places));
}

Result<std::span<const float>> TensorFile::Floats(std::string_view name,
                                                  std::initializer_list<std::size_t> shape) const {
  const auto found = places_.find(std::string(name));
  if (found == places_.end() || found->second.type != "F32" ||
      !std::equal(shape.begin(), shape.end(), found->second.shape.begin(),
                  found->second.shape.end())) {
    return Fail(ErrorCode::kInternal, "the model's weights have no " + std::string(name) +
                                          " of the shape that is needed");
  }
  const TensorPlace& place = found->second;
  // Mapped memory begins on a page, and the place in it was checked to be aligned.
  const auto* numbers = reinterpret_cast<const float*>(file_.Bytes().data() + place.begin);
  return std::span<const float>(numbers, (place.end - place.begin) / sizeof(float));
}

}  // namespace heirloom::minilm
