#include "tests/support/tls_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace heirloom::testing {
namespace {

using std::string_view;

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

int PortOf(string_view url) {
  url.remove_prefix(url.find("://") + 3);
  url = url.substr(0, url.find('/'));
  return std::stoi(std::string(url.substr(url.rfind(':') + 1)));
}

bool SendAll(int socket, string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// What has arrived from the client goes on. False: the client is done.
bool Inwards(SSL* client, int upstream) {
  char buffer[16384];
  do {
    const int got = SSL_read(client, buffer, sizeof(buffer));
    if (got <= 0) return SSL_get_error(client, got) == SSL_ERROR_WANT_READ;
    if (!SendAll(upstream, {buffer, static_cast<std::size_t>(got)})) return false;
  } while (SSL_pending(client) > 0);
  return true;
}

bool Outwards(int upstream, SSL* client) {
  char buffer[16384];
  const ssize_t got = recv(upstream, buffer, sizeof(buffer), 0);
  return got > 0 && SSL_write(client, buffer, static_cast<int>(got)) > 0;
}

}  // namespace

struct TlsProxy::Impl {
  OpenSslOwned<SSL_CTX> context{nullptr, &SSL_CTX_free};
  int upstream_port = 0;
  int listener = -1;
  int port = 0;
  std::atomic<int> connections = 0;
  std::mutex mutex;
  std::vector<int> sockets;  // Guarded by mutex; closed at the end.
  std::vector<std::jthread> threads;
  std::jthread acceptor;

  void Listen() {
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof(address);
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    Must(listener >= 0 && bind(listener, plain, size) == 0 && listen(listener, 64) == 0 &&
             getsockname(listener, plain, &size) == 0,
         "the TLS proxy cannot listen");
    port = ntohs(address.sin_port);
  }

  int Keep(int socket) {
    const std::lock_guard lock(mutex);
    sockets.push_back(socket);
    return socket;
  }

  void Accept() {
    while (true) {
      const int client = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) return;
      Keep(client);
      threads.emplace_back([this, client] { Serve(client); });
    }
  }

  void Serve(int client) {
    // OpenSSL may write to a client that is gone.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    const OpenSslOwned<SSL> ssl(SSL_new(context.get()), &SSL_free);
    SSL_set_fd(ssl.get(), client);
    const int upstream = Keep(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = Loopback(upstream_port);
    if (SSL_accept(ssl.get()) == 1 &&
        connect(upstream, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
      ++connections;
      Pump(ssl.get(), client, upstream);
      SSL_shutdown(ssl.get());
    }
    shutdown(client, SHUT_RDWR);
    shutdown(upstream, SHUT_RDWR);
  }

  static void Pump(SSL* ssl, int client, int upstream) {
    pollfd both[] = {{client, POLLIN, 0}, {upstream, POLLIN, 0}};
    while (poll(both, 2, -1) > 0) {
      if (both[0].revents != 0 && !Inwards(ssl, upstream)) return;
      if (both[1].revents != 0 && !Outwards(upstream, ssl)) return;
    }
  }
};

TlsProxy::TlsProxy(const PrivateCa& ca, const std::string& upstream, Certificate certificate)
    : impl_(std::make_unique<Impl>()) {
  impl_->context =
      ca.MakeServer(certificate == Certificate::kOfAnother ? "DNS:other.example" : "IP:127.0.0.1",
                    certificate == Certificate::kExpired ? PrivateCa::Validity::kOver
                                                         : PrivateCa::Validity::kNow);
  impl_->upstream_port = PortOf(upstream);
  impl_->Listen();
  impl_->acceptor = std::jthread([impl = impl_.get()] { impl->Accept(); });
}

TlsProxy::~TlsProxy() {
  shutdown(impl_->listener, SHUT_RDWR);
  impl_->acceptor.join();
  close(impl_->listener);
  {
    const std::lock_guard lock(impl_->mutex);
    for (const int socket : impl_->sockets) shutdown(socket, SHUT_RDWR);
  }
  impl_->threads.clear();
  for (const int socket : impl_->sockets) close(socket);
}

std::string TlsProxy::Url() const { return "https://127.0.0.1:" + std::to_string(impl_->port); }
std::string TlsProxy::PlainUrl() const { return "http://127.0.0.1:" + std::to_string(impl_->port); }
int TlsProxy::connections() const { return impl_->connections; }

}  // namespace heirloom::testing
