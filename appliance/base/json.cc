#include "appliance/base/json.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "appliance/base/log.h"
#include "appliance/base/text.h"

namespace heirloom {
namespace {

using Node = nlohmann::json;

// Of a key, in a message.
constexpr std::size_t kMaxShown = 100;
// A value takes up to some 90 bytes, however short its text is: "[]," six million times over would
// be half a gigabyte. The largest document has half as many, and so has the largest batch.
constexpr std::size_t kMaxValues = 500'000;

// Builds the tree while the text is read, so that a limit ends the reading before memory is spent.
// nlohmann's own tree builder keeps the last of repeated keys and knows no depth.
class TreeBuilder final : public nlohmann::json_sax<Node> {
 public:
  TreeBuilder(Node& root, std::size_t max_depth) : root_(root), max_depth_(max_depth) {}

  // Why the text was refused.
  std::string TakeProblem() { return std::move(problem_); }

  bool null() override { return Place(nullptr); }
  bool boolean(bool value) override { return Place(value); }
  bool number_integer(number_integer_t value) override { return Place(value); }
  bool number_unsigned(number_unsigned_t value) override {
    constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
    if (value > static_cast<number_unsigned_t>(kMax)) return Place(static_cast<double>(value));
    return Place(static_cast<number_integer_t>(value));
  }
  bool number_float(number_float_t value, const string_t&) override { return Place(value); }
  bool string(string_t& value) override { return Place(std::move(value)); }
  bool binary(binary_t&) override { return Refuse("binary data"); }

  bool start_object(std::size_t) override { return Open(Node::object()); }
  bool end_object() override { return Close(); }
  bool start_array(std::size_t) override { return Open(Node::array()); }
  bool end_array() override { return Close(); }

  bool key(string_t& name) override {
    auto [place, is_new] = open_.back()->get_ref<Node::object_t&>().emplace(name, nullptr);
    if (!is_new) {
      const std::string shown(FirstCharacters(name, kMaxShown));
      return Refuse("the key " + Node(shown).dump() + " is repeated");
    }
    member_ = &place->second;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    // Id 406 is a number that no double can hold. The library's other texts quote the input.
    const std::string_view what = error.id == 406 ? "a number out of range" : "not JSON";
    return Refuse(std::string(what) + " at byte " + std::to_string(position));
  }

 private:
  bool Refuse(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  bool Place(Node value) {
    if (!CountsOne()) return false;
    Put(std::move(value));
    return true;
  }

  bool CountsOne() {
    if (++values_ <= kMaxValues) return true;
    return Refuse("more than " + std::to_string(kMaxValues) + " values");
  }

  Node* Put(Node value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    if (open_.back()->is_object()) {
      *member_ = std::move(value);
      return member_;
    }
    auto& elements = open_.back()->get_ref<Node::array_t&>();
    return &elements.emplace_back(std::move(value));
  }

  bool Open(Node container) {
    if (open_.size() >= max_depth_) {
      return Refuse("nested deeper than " + std::to_string(max_depth_) + " levels");
    }
    if (!CountsOne()) return false;
    open_.push_back(Put(std::move(container)));
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  Node& root_;
  const std::size_t max_depth_;
  std::size_t values_ = 0;
  std::vector<Node*> open_;  // An element moves only while its container is innermost: stable.
  Node* member_ = nullptr;   // Where the value after a key goes.
  std::string problem_;
};

const Node& NodeAt(const void* node) { return *static_cast<const Node*>(node); }

Json::Kind KindOf(const Node& node) {
  switch (node.type()) {
    case Node::value_t::null:
      return Json::Kind::kNull;
    case Node::value_t::boolean:
      return Json::Kind::kBool;
    case Node::value_t::number_integer:
      return Json::Kind::kInteger;
    case Node::value_t::number_float:
      return Json::Kind::kNumber;
    case Node::value_t::string:
      return Json::Kind::kString;
    case Node::value_t::array:
      return Json::Kind::kArray;
    case Node::value_t::object:
      return Json::Kind::kObject;
    case Node::value_t::number_unsigned:
    case Node::value_t::binary:
    case Node::value_t::discarded:
      break;
  }
  Panic("a JSON tree holds a kind that the builder never makes");
}

void Want(bool is_that_kind) {
  if (!is_that_kind) Panic("a JSON value was asked for as another kind than it is");
}

}  // namespace

struct Json::Tree {
  Node root;
};

Json::Json(std::shared_ptr<const Tree> tree, const void* node)
    : tree_(std::move(tree)), node_(node) {}

Result<Json> Json::Parse(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return Fail(ErrorCode::kMalformed,
                "JSON longer than " + std::to_string(limits.max_bytes) + " bytes");
  }
  // The parser takes a NUL for the end and would leave unread what follows; RFC 8259 has no NUL.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return Fail(ErrorCode::kMalformed,
                "cannot be read: not JSON at byte " + std::to_string(nul + 1));
  }
  auto tree = std::make_shared<Tree>();
  TreeBuilder builder(tree->root, limits.max_depth);
  if (!Node::sax_parse(text.begin(), text.end(), &builder)) {
    return Fail(ErrorCode::kMalformed, "cannot be read: " + builder.TakeProblem());
  }
  const Node* root = &tree->root;
  return Json(std::move(tree), root);
}

Json::Kind Json::kind() const { return node_ == nullptr ? Kind::kAbsent : KindOf(NodeAt(node_)); }

bool Json::AsBool() const {
  Want(kind() == Kind::kBool);
  return NodeAt(node_).get<bool>();
}

std::int64_t Json::AsInteger() const {
  Want(kind() == Kind::kInteger);
  return NodeAt(node_).get<std::int64_t>();
}

double Json::AsNumber() const {
  Want(kind() == Kind::kNumber || kind() == Kind::kInteger);
  return NodeAt(node_).get<double>();
}

std::string_view Json::AsString() const {
  Want(IsString());
  return NodeAt(node_).get_ref<const std::string&>();
}

std::size_t Json::Size() const { return IsArray() || IsObject() ? NodeAt(node_).size() : 0; }

Json Json::At(std::size_t index) const {
  if (!IsArray() || index >= Size()) return {};
  return {tree_, &NodeAt(node_)[index]};
}

Json Json::Get(std::string_view key) const {
  if (!IsObject()) return {};
  const auto& members = NodeAt(node_).get_ref<const Node::object_t&>();
  const auto found = members.find(key);
  return found == members.end() ? Json() : Json(tree_, &found->second);
}

std::vector<std::string> Json::Keys() const {
  std::vector<std::string> keys;
  if (!IsObject()) return keys;
  keys.reserve(Size());
  for (const auto& member : NodeAt(node_).items()) keys.push_back(member.key());
  return keys;
}

std::string Json::Dump() const { return node_ == nullptr ? "" : NodeAt(node_).dump(); }

}  // namespace heirloom
