// What the parts of the BlobStore contract share.

#pragma once

#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "storage/blob_store.h"

namespace heirloom::contract {

inline const std::string kTenant = "0190b0aa-0000-7000-8000-00000000000a";
inline const std::string kOtherTenant = "0190b0aa-0000-7000-8000-00000000000b";

inline BlobKey Key(std::string name) { return {kTenant, std::move(name)}; }

// Bytes that compress badly and that a seed gives again.
inline std::string Noise(std::size_t size, std::uint32_t seed = 1) {
  std::mt19937 engine(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(engine());
  return bytes;
}

// Fails the test with the store's own words.
template <typename T>
T Must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}
inline void Must(const Status& status) {
  if (!status) throw std::runtime_error(status.error().message);
}

template <typename T>
ErrorCode CodeOf(const Result<T>& result) {
  if (result) throw std::runtime_error("it succeeded");
  return result.error().code;
}

inline Result<std::string> ReadSpan(BlobStore& store, const BlobKey& key, const BlobSpan& span) {
  std::string bytes;
  const auto read = store.Read(key, span, [&](std::string_view piece) -> Status {
    bytes.append(piece);
    return {};
  });
  if (!read) return ErrorOf(read);
  return bytes;
}

inline std::string ReadAll(BlobStore& store, const BlobKey& key) {
  return Must(ReadSpan(store, key, {}));
}

inline PutOptions Typed(std::string type, BlobTags tags = {}) {
  PutOptions options;
  options.content_type = std::move(type);
  options.tags = std::move(tags);
  return options;
}

inline std::vector<BlobEntry> ListAll(BlobStore& store, const std::string& tenant, int limit) {
  std::vector<BlobEntry> all;
  std::string after;
  do {
    BlobPage page = Must(store.List(tenant, after, limit));
    if (page.blobs.size() > static_cast<std::size_t>(limit)) throw std::runtime_error("too many");
    for (BlobEntry& entry : page.blobs) all.push_back(std::move(entry));
    after = page.next;
  } while (!after.empty());
  return all;
}

}  // namespace heirloom::contract
