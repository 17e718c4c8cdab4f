#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace heirloom::testing {

// A server behind TLS on 127.0.0.1 with a certificate of its own making, for `name`. Answers every
// connection with "behind TLS".
class TlsServer {
 public:
  enum class Manner { kAnswers, kHangsUp };  // kHangsUp: closes right after the handshake.

  // Writes its certificate to `certificate` (PEM). `name`: as in a certificate, "IP:127.0.0.1".
  TlsServer(const std::filesystem::path& certificate, const std::string& name,
            Manner manner = Manner::kAnswers);
  ~TlsServer();

  std::string Url() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heirloom::testing
