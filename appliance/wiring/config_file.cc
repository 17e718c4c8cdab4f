#include "appliance/wiring/config_file.h"

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace heirloom {
namespace {

constexpr std::size_t kMaxBytes = 1u << 20;

class FileReader {
 public:
  explicit FileReader(std::string name) : name_(std::move(name)) {}

  void ReadTable(const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      const std::string name = prefix + std::string(key.str());
      if (node.is_table() && IsSection(name)) {
        ReadTable(*node.as_table(), name + ".");
      } else {
        ReadKey(name, node);
      }
    }
  }

  ConfigFile Take() { return std::move(file_); }

 private:
  static bool IsSection(const std::string& name) {
    const auto keys = ConfigKeys();
    return std::any_of(keys.begin(), keys.end(), [&](const ConfigKey& key) {
      return key.name.substr(0, name.size() + 1) == name + ".";
    });
  }

  std::string Where(const toml::node& node) const {
    return name_ + ", line " + std::to_string(node.source().begin.line);
  }

  void ReadKey(const std::string& name, const toml::node& node) {
    const ConfigKey* const key = FindConfigKey(name);
    if (!key) return Refuse(name, node, UnknownKey(name));
    const auto values = ValuesOf(*key, node);
    if (!values) return Refuse(name, node, std::string(FormOf(*key)));
    file_.settings.push_back({name, *values, Where(node)});
  }

  static std::optional<std::vector<std::string>> ValuesOf(const ConfigKey& key,
                                                          const toml::node& node) {
    if (key.IsList()) return ListOf(node);
    return key.IsNumber() ? NumberOf(node) : TextOf(node);
  }

  static std::string_view FormOf(const ConfigKey& key) {
    if (key.IsList()) return R"(must be a list of texts, like ["10.0.0.0/8"])";
    if (key.IsNumber()) return "must be a number without quotes";
    return R"(must be a text in quotes, like "…")";
  }

  static std::optional<std::vector<std::string>> NumberOf(const toml::node& node) {
    if (!node.is_integer()) return std::nullopt;
    return std::vector<std::string>{std::to_string(node.as_integer()->get())};
  }

  static std::optional<std::vector<std::string>> TextOf(const toml::node& node) {
    if (!node.is_string()) return std::nullopt;
    return std::vector<std::string>{node.as_string()->get()};
  }

  static std::optional<std::vector<std::string>> ListOf(const toml::node& node) {
    if (!node.is_array()) return std::nullopt;
    std::vector<std::string> values;
    for (const toml::node& element : *node.as_array()) {
      if (!element.is_string()) return std::nullopt;
      values.push_back(element.as_string()->get());
    }
    return values;
  }

  void Refuse(const std::string& name, const toml::node& node, const std::string& problem) {
    file_.errors.push_back({name, problem + " (" + Where(node) + ")"});
  }

  const std::string name_;
  ConfigFile file_;
};

}  // namespace

Result<ConfigFile> ReadConfigFile(const std::filesystem::path& path) {
  std::error_code failed;
  std::ifstream stream(path, std::ios::binary);
  if (!stream || !std::filesystem::is_regular_file(path, failed)) {
    return FailFields({{"--config", path.string() + " cannot be read"}});
  }
  if (std::filesystem::file_size(path, failed) > kMaxBytes) {
    return FailFields({{"--config", path.string() + " is larger than 1 MiB"}});
  }
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const std::string name = path.filename().string();
  try {
    FileReader reader(name);
    reader.ReadTable(toml::parse(text), "");
    return reader.Take();
  } catch (const toml::parse_error& error) {
    return FailFields({{name + ", line " + std::to_string(error.source().begin.line),
                        std::string(error.description())}});
  }
}

}  // namespace heirloom
