#pragma once

#include <memory>
#include <string>

#include "tests/support/certificates.h"

namespace heirloom::testing {

// TLS in front of any real server: what comes in is passed on in plain, byte for byte, also the
// Host field. On 127.0.0.1.
//
//   const TempFolder folder;
//   const PrivateCa ca(folder.Path());
//   const TlsProxy proxy(ca, TestServer("S3"));
//   … endpoint = proxy.Url(), ca_file = ca.file() …
class TlsProxy {
 public:
  enum class Certificate { kGood, kExpired, kOfAnother };

  // `upstream`: its URL; name, password and path in it do not matter.
  TlsProxy(const PrivateCa& ca, const std::string& upstream,
           Certificate certificate = Certificate::kGood);
  ~TlsProxy();

  std::string Url() const;       // https://127.0.0.1:PORT
  std::string PlainUrl() const;  // The same port by http://, which it does not speak.
  int connections() const;       // That shook hands.

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heirloom::testing
