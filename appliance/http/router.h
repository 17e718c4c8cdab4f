#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/http/message.h"

namespace heirloom::http {

using Handler = std::function<Response(Request&)>;

struct RouteOptions {
  std::size_t max_body = 2u << 20;  // Bytes; enforced by the listener while the body arrives.
};

// Matches method and path against patterns of literal segments and {name}, by a tree: no regular
// expressions, cost grows with the length of the path alone. A literal beats a {name}. Built once
// at start, then read from many threads.
class Router {
 public:
  Router();
  ~Router();

  // Broken patterns and repeated routes are bugs and panic. A trailing slash is another path.
  void Get(std::string_view pattern, Handler handler);  // Answers HEAD too. Takes no body.
  void Post(std::string_view pattern, Handler handler, RouteOptions options = {});
  void Put(std::string_view pattern, Handler handler, RouteOptions options = {});
  void Patch(std::string_view pattern, Handler handler, RouteOptions options = {});
  void Delete(std::string_view pattern, Handler handler, RouteOptions options = {});
  // For GET and HEAD of paths that match nothing (the web UI).
  void Fallback(Handler handler);

  struct Match {
    const Handler* handler = nullptr;  // nullptr: 404, or 405 when `allowed` is not empty.
    RouteOptions options;
    std::string route;
    std::vector<std::pair<std::string, std::string>> params;
    std::string allowed;  // For the Allow header: "GET, HEAD, POST, OPTIONS".
  };
  Match Find(std::string_view method, std::string_view path) const;

  // Every (method, pattern), sorted: for the check against the OpenAPI file.
  std::vector<std::pair<std::string, std::string>> Routes() const;

 private:
  struct Node;
  void Add(std::string_view method, std::string_view pattern, Handler handler,
           RouteOptions options);

  std::unique_ptr<Node> root_;
  Handler fallback_;
};

}  // namespace heirloom::http
