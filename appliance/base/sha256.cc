#include "appliance/base/sha256.h"

#include <sodium.h>

#include <cstring>

namespace heirloom {
namespace {

using State = crypto_hash_sha256_state;

}  // namespace

Sha256::Sha256() {
  static_assert(sizeof(State) <= sizeof(state_) && alignof(State) <= 8);
  State state;
  crypto_hash_sha256_init(&state);
  std::memcpy(state_.data(), &state, sizeof(state));
}

void Sha256::Update(std::string_view bytes) {
  State state;
  std::memcpy(&state, state_.data(), sizeof(state));
  crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(bytes.data()),
                            bytes.size());
  std::memcpy(state_.data(), &state, sizeof(state));
}

std::string Sha256::Hex() const {
  State state;
  std::memcpy(&state, state_.data(), sizeof(state));
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash;
  crypto_hash_sha256_final(&state, hash.data());
  std::string hex(hash.size() * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  hex.pop_back();  // The NUL that libsodium insists on.
  return hex;
}

}  // namespace heirloom
