#include "tests/storage/tls_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string_view>
#include <thread>

#include "tests/support/temp_folder.h"

namespace heirloom::testing {
namespace {

template <typename Value>
using Owned = std::unique_ptr<Value, void (*)(Value*)>;

void Must(bool done, const char* what) {
  if (!done) throw std::runtime_error(what);
}

Owned<EVP_PKEY> MakeKey() { return {EVP_EC_gen("P-256"), &EVP_PKEY_free}; }

// Signed by itself, good for a day.
Owned<X509> MakeCertificate(EVP_PKEY* key, const std::string& name) {
  Owned<X509> certificate(X509_new(), &X509_free);
  X509* const x = certificate.get();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), 24 * 3600);
  X509_set_pubkey(x, key);
  const auto* const common = reinterpret_cast<const unsigned char*>("a test");
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, common, -1, -1, 0);
  X509_set_issuer_name(x, X509_get_subject_name(x));
  const Owned<X509_EXTENSION> names(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, name.c_str()),
      &X509_EXTENSION_free);
  Must(names != nullptr && X509_add_ext(x, names.get(), -1) == 1, "no such name");
  Must(X509_sign(x, key, EVP_sha256()) > 0, "the certificate cannot be signed");
  return certificate;
}

std::string ToPem(X509* certificate) {
  const Owned<BIO> memory(BIO_new(BIO_s_mem()), &BIO_free_all);
  PEM_write_bio_X509(memory.get(), certificate);
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

struct TlsServer::Impl {
  Owned<SSL_CTX> context{SSL_CTX_new(TLS_server_method()), &SSL_CTX_free};
  int listener = -1;
  int port = 0;
  Manner manner = Manner::kAnswers;
  std::jthread acceptor;

  void Listen() {
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    Must(listener >= 0 && bind(listener, plain, size) == 0 && listen(listener, 4) == 0 &&
             getsockname(listener, plain, &size) == 0,
         "the TLS server cannot listen");
    port = ntohs(address.sin_port);
  }

  void Serve() const {
    // OpenSSL may write to a client that is gone. The client has to do without this.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    while (true) {
      const int socket = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      const Owned<SSL> ssl(SSL_new(context.get()), &SSL_free);
      SSL_set_fd(ssl.get(), socket);
      char request[4096];
      const bool shook_hands = SSL_accept(ssl.get()) == 1;
      if (shook_hands && manner == Manner::kAnswers &&
          SSL_read(ssl.get(), request, sizeof(request)) > 0) {
        constexpr std::string_view kAnswer =
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nbehind TLS";
        SSL_write(ssl.get(), kAnswer.data(), static_cast<int>(kAnswer.size()));
        SSL_shutdown(ssl.get());
      }
      close(socket);
    }
  }
};

TlsServer::TlsServer(const std::filesystem::path& certificate, const std::string& name,
                     Manner manner)
    : impl_(std::make_unique<Impl>()) {
  impl_->manner = manner;
  const Owned<EVP_PKEY> key = MakeKey();
  const Owned<X509> made = MakeCertificate(key.get(), name);
  WriteFile(certificate, ToPem(made.get()));
  Must(SSL_CTX_use_certificate(impl_->context.get(), made.get()) == 1 &&
           SSL_CTX_use_PrivateKey(impl_->context.get(), key.get()) == 1,
       "the certificate cannot be used");
  impl_->Listen();
  impl_->acceptor = std::jthread([impl = impl_.get()] { impl->Serve(); });
}

TlsServer::~TlsServer() {
  shutdown(impl_->listener, SHUT_RDWR);
  impl_->acceptor.join();
  close(impl_->listener);
}

std::string TlsServer::Url() const {
  return "https://127.0.0.1:" + std::to_string(impl_->port) + "/";
}

}  // namespace heirloom::testing
