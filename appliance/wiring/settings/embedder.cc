// What makes vectors of texts, for search by meaning.
#include "appliance/wiring/settings/section.h"
#include "appliance/wiring/settings/settings_check.h"
#include "appliance/wiring/settings/share.h"
#include "storage/remote/http_url.h"

namespace heirloom {
namespace {

constexpr std::string_view kKey = "index.embedder";
constexpr ConfigKey kKeys[] = {
    {kKey, "builtin:minilm"},
    {"index.embedder_url", ""},
    {"index.embedder_key", "", ConfigKey::Kind::kSecret},
    {"index.embedder_key_file", ""},
    {"index.embedder_ca_file", ""},
    {"index.embedder_max_tokens", "512", ConfigKey::Kind::kNumber},
};

Config::LiteLlm ReadLiteLlm(SettingsCheck& check, const std::string& model) {
  static constexpr std::string_view kUrl = "index.embedder_url";
  Config::LiteLlm litellm;
  litellm.model = model;
  litellm.url = check.Text(kUrl);
  if (litellm.url.empty()) {
    check.Add(kUrl, "is not set; name the server, such as https://llm.example:4000");
  } else if (const Result<HttpUrl> url = HttpUrl::Parse(litellm.url); !url) {
    check.Add(kUrl, url.error().message);
  }
  litellm.key = ReadSecret(check, "index.embedder_key");
  litellm.ca_file = ReadFileName(check, "index.embedder_ca_file");
  litellm.max_tokens =
      static_cast<std::size_t>(ReadNumber(check, "index.embedder_max_tokens", 16, 100'000));
  return litellm;
}

void Read(SettingsCheck& check, Config& config) {
  using Kind = Config::Index::EmbedderKind;
  const std::string name = check.Text(kKey);
  config.index.minilm_folder = ShareFolder() / "models/all-MiniLM-L6-v2";
  config.index.vectors_file = config.data_dir / "index" / "vectors.db";
  static constexpr std::string_view kLiteLlm = "litellm:";
  if (name.starts_with(kLiteLlm) && name.size() > kLiteLlm.size()) {
    config.index.embedder = Kind::kLiteLlm;
    config.index.litellm = ReadLiteLlm(check, name.substr(kLiteLlm.size()));
    return;
  }
  if (name == "none") {
    config.index.embedder = Kind::kNone;
  } else if (name != "builtin:minilm") {
    check.Add(kKey, "'" + name +
                        "' is no embedder of this build; use builtin:minilm, litellm:MODEL, or "
                        "none");
  }
  check.RefuseAllOf("index.embedder_", "is for litellm:MODEL, and index.embedder is another");
}

}  // namespace

ConfigSection EmbedderSection() { return {kKeys, Read}; }

}  // namespace heirloom
