#include "tests/storage/tls_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string_view>
#include <thread>

#include "tests/support/certificates.h"

namespace heirloom::testing {
struct TlsServer::Impl {
  OpenSslOwned<SSL_CTX> context{nullptr, &SSL_CTX_free};
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
      const OpenSslOwned<SSL> ssl(SSL_new(context.get()), &SSL_free);
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

TlsServer::TlsServer(const PrivateCa& ca, Manner manner) : impl_(std::make_unique<Impl>()) {
  impl_->manner = manner;
  impl_->context = ca.MakeServer("IP:127.0.0.1");
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
