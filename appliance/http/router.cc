#include "appliance/http/router.h"

#include <algorithm>
#include <map>

#include "appliance/base/log.h"

namespace heirloom::http {
namespace {

struct Route {
  Handler handler;
  RouteOptions options;
  std::string pattern;
  std::vector<std::string> params;
};

// The segment up to the next '/', which is taken off `path` together with it. `path` starts behind
// a '/'; `last` says that no '/' followed.
std::string_view TakeSegment(std::string_view& path, bool& last) {
  const std::size_t slash = path.find('/');
  const std::string_view segment = path.substr(0, slash);
  last = slash == std::string_view::npos;
  path = last ? std::string_view() : path.substr(slash + 1);
  return segment;
}

}  // namespace

struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> any;  // {name}
  std::map<std::string, Route, std::less<>> methods;

  Node& Child(std::string_view segment) {
    std::unique_ptr<Node>& child = segment.front() == '{' ? any : literals[std::string(segment)];
    if (!child) child = std::make_unique<Node>();
    return *child;
  }
};

namespace {

// A literal beats a {name}, but where the literal leads nowhere the {name} is tried: for /a/{x}/c
// and /a/b/d the path /a/b/c matches the first. The number of paths tried is bounded by the routes
// there are, not by the path, since each try descends another branch of the tree.
template <typename Node>
const Node* Descend(const Node& node, std::string_view path, std::vector<std::string>& values) {
  bool last = false;
  const std::string_view segment = TakeSegment(path, last);
  const auto step = [&](const Node& child) -> const Node* {
    if (!last) return Descend(child, path, values);
    return child.methods.empty() ? nullptr : &child;
  };
  if (const auto it = node.literals.find(segment); it != node.literals.end()) {
    if (const Node* found = step(*it->second)) return found;
  }
  if (!node.any || segment.empty()) return nullptr;
  values.emplace_back(segment);
  if (const Node* found = step(*node.any)) return found;
  values.pop_back();
  return nullptr;
}

}  // namespace

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::Add(std::string_view method, std::string_view pattern, Handler handler,
                 RouteOptions options) {
  if (pattern.empty() || pattern.front() != '/') {
    Panic("route does not start with a slash: " + std::string(pattern));
  }
  Route route{std::move(handler), options, std::string(pattern), {}};
  Node* node = root_.get();
  std::string_view rest = pattern.substr(1);
  for (bool last = false; !last;) {
    const std::string_view segment = TakeSegment(rest, last);
    if (segment.empty() && pattern != "/") {
      Panic("route has an empty segment: " + std::string(pattern));
    }
    if (!segment.empty() && segment.front() == '{') {
      if (segment.size() < 3 || segment.back() != '}') {
        Panic("route has a broken parameter: " + std::string(pattern));
      }
      route.params.emplace_back(segment.substr(1, segment.size() - 2));
    }
    node = segment.empty()
               ? node->literals.try_emplace("", std::make_unique<Node>()).first->second.get()
               : &node->Child(segment);
  }
  if (!node->methods.try_emplace(std::string(method), std::move(route)).second) {
    Panic("route is there twice: " + std::string(method) + " " + std::string(pattern));
  }
}

void Router::Get(std::string_view pattern, Handler handler) {
  Add("GET", pattern, std::move(handler), {.max_body = 0});
}
void Router::Post(std::string_view pattern, Handler handler, RouteOptions options) {
  Add("POST", pattern, std::move(handler), options);
}
void Router::Put(std::string_view pattern, Handler handler, RouteOptions options) {
  Add("PUT", pattern, std::move(handler), options);
}
void Router::Patch(std::string_view pattern, Handler handler, RouteOptions options) {
  Add("PATCH", pattern, std::move(handler), options);
}
void Router::Delete(std::string_view pattern, Handler handler, RouteOptions options) {
  Add("DELETE", pattern, std::move(handler), options);
}
void Router::Fallback(Handler handler) { fallback_ = std::move(handler); }

Router::Match Router::Find(std::string_view method, std::string_view path) const {
  Match match;
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  if (path.empty() || path.front() != '/') return match;

  std::vector<std::string> values;
  if (const Node* node = Descend(*root_, path.substr(1), values)) {
    const auto it = node->methods.find(wanted);
    // What the path is called is the same whatever the method.
    const Route& route = it != node->methods.end() ? it->second : node->methods.begin()->second;
    match.route = route.pattern;
    for (std::size_t i = 0; i < values.size(); ++i) {
      match.params.emplace_back(route.params[i], std::move(values[i]));
    }
    for (const auto& [name, unused] : node->methods) {
      if (!match.allowed.empty()) match.allowed += ", ";
      match.allowed += name == "GET" ? "GET, HEAD" : name;
    }
    match.allowed += ", OPTIONS";
    if (it != node->methods.end()) {
      match.handler = &it->second.handler;
      match.options = it->second.options;
    }
    return match;
  }
  if (fallback_ && wanted == "GET") {
    match.handler = &fallback_;
    match.options = {.max_body = 0};
  }
  return match;
}

std::vector<std::pair<std::string, std::string>> Router::Routes() const {
  std::vector<std::pair<std::string, std::string>> routes;
  std::vector<const Node*> open = {root_.get()};
  while (!open.empty()) {
    const Node* node = open.back();
    open.pop_back();
    for (const auto& [method, route] : node->methods) routes.emplace_back(method, route.pattern);
    for (const auto& [segment, child] : node->literals) open.push_back(child.get());
    if (node->any) open.push_back(node->any.get());
  }
  std::sort(routes.begin(), routes.end());
  return routes;
}

}  // namespace heirloom::http
