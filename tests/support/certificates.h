#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <filesystem>
#include <memory>
#include <string>

namespace heirloom::testing {

template <typename Value>
using OpenSslOwned = std::unique_ptr<Value, void (*)(Value*)>;

// Throws with `what` unless done. For set-up that cannot fail for a reason worth a test.
void Must(bool done, const char* what);

// An authority of a test's own, that nobody else trusts.
class PrivateCa {
 public:
  enum class Validity { kNow, kOver };

  // Writes its certificate into `folder` (PEM): what is to be trusted. Two authorities need two
  // folders, and two names, unless one is to pass itself off as the other.
  explicit PrivateCa(const std::filesystem::path& folder,
                     const std::string& name = "a test's authority");

  std::string file() const { return file_; }

  // A server's side of TLS with a certificate for `name`, written as in a certificate:
  // "IP:127.0.0.1", "DNS:other.example".
  OpenSslOwned<SSL_CTX> MakeServer(const std::string& name,
                                   Validity validity = Validity::kNow) const;

 private:
  std::string file_;
  OpenSslOwned<EVP_PKEY> key_;
  OpenSslOwned<X509> certificate_;
};

}  // namespace heirloom::testing
