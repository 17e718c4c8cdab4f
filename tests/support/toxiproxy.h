#pragma once

#include <memory>
#include <string>

#include "storage/remote/http_client.h"

namespace heirloom::testing {

// A bad network in front of any server, by the Toxiproxy of tests/services
// (HEIRLOOM_TEST_TOXIPROXY). Fine until told otherwise; gone with this object.
//
//   Toxiproxy network(TestServer("S3"));
//   network.Poison("latency", R"({"latency":2000})");
class Toxiproxy {
 public:
  enum class Way { kToUs, kToServer };

  // `upstream`: the server's URL; name, password and path in it do not matter.
  explicit Toxiproxy(const std::string& upstream);
  ~Toxiproxy();

  std::string Url() const { return "http://" + address_; }

  // For connections from now on, and for those there are: "latency", "bandwidth", "timeout"
  // (nothing passes; 0: for ever), "reset_peer", "slicer", "limit_data". Attributes as in its
  // README (https://github.com/Shopify/toxiproxy#toxics).
  void Poison(const std::string& kind, const std::string& attributes, Way way = Way::kToUs);
  void Cure();  // Takes all of them away.
  void Down();  // Connections end, and new ones are refused.
  void Up();

 private:
  HttpResponse Ask(const std::string& method, const std::string& path, const std::string& body);

  const std::string api_;
  const std::unique_ptr<HttpClient> client_;
  std::string name_;
  std::string address_;
  int toxics_ = 0;
};

}  // namespace heirloom::testing
