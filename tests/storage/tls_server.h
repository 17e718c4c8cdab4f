#pragma once

#include <memory>
#include <string>

#include "tests/support/certificates.h"

namespace heirloom::testing {

// A server behind TLS on 127.0.0.1, without a real one behind it. Answers every connection with
// "behind TLS".
class TlsServer {
 public:
  enum class Manner { kAnswers, kHangsUp };  // kHangsUp: closes right after the handshake.

  explicit TlsServer(const PrivateCa& ca, Manner manner = Manner::kAnswers);
  ~TlsServer();

  std::string Url() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heirloom::testing
