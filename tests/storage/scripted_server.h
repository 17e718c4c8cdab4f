#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace heirloom::testing {

// A server of a test's own on 127.0.0.1, that says byte for byte what it is told to, right or
// wrong.
class ScriptedServer {
 public:
  // What to answer to the request as it came in, head and body. Bytes as they go out; after
  // "close:" in front of them the connection ends, and an empty answer is none at all.
  using Script = std::function<std::string(const std::string& request)>;

  explicit ScriptedServer(Script script);
  ~ScriptedServer();

  std::string Url(const std::string& path) const;
  int connections() const { return connections_; }
  std::vector<std::string> Requests() const;

 private:
  void Accept();
  void Serve(int socket);

  const Script script_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<int> sockets_;
  std::vector<std::jthread> threads_;
  std::jthread acceptor_;
};

// A whole answer with this body.
std::string Answer(const std::string& body, const std::string& status = "200 OK",
                   const std::string& more_headers = "");

}  // namespace heirloom::testing
