#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "appliance/base/log.h"
#include "appliance/base/result.h"
#include "appliance/base/secret.h"
#include "appliance/wiring/config_keys.h"
#include "appliance/wiring/serve_roles.h"

namespace heirloom {

// Where the keys come from that AWS's services, or those that speak as they do, are asked with.
struct AwsKeys {
  // Who lends the keys; of kKeys they stand here.
  enum class Source { kKeys, kFile, kWebIdentity, kContainer } source = Source::kKeys;
  std::string access_key_id;
  Secret secret_access_key;
  std::filesystem::path credentials_file;  // Of kFile.
};

// A bucket for blobs.
struct BlobService {
  std::string url;  // s3://…
  AwsKeys keys;
  std::filesystem::path ca_file;  // Empty: what the system trusts.
};

// How this installation runs. Every path is absolute, every value in range. The keys, with what
// they are for: appliance/docs/configuration.md.
struct Config {
  std::filesystem::path data_dir;

  ServeRoles roles = ServeRoles::All();

  // Where PostgreSQL is; the password stands apart.
  struct Postgres {
    std::string url;
    Secret password;
    std::filesystem::path ca_file;  // Empty: what the system trusts.
  };

  // A bus that events are handed on to, beside the outbox.
  struct EventService {
    std::string url;  // sns+sqs://…
    std::vector<std::string> consumers;
    AwsKeys keys;
    std::filesystem::path ca_file;  // Empty: what the system trusts.
  };

  // Where Neo4j is.
  struct Neo4j {
    std::string url;  // http or https, host and port alone.
    std::string database;
    std::string user;
    Secret password;
    std::filesystem::path ca_file;  // Empty: what the system trusts.
  };

  struct Storage {
    std::optional<EventService> events;  // None: the outbox is all there is.
    std::filesystem::path sqlite_file;
    std::optional<Postgres> postgres;  // Then there is no sqlite_file.
    std::filesystem::path blobs_folder;
    std::optional<BlobService> bucket;  // Then there is no blobs_folder.
    std::filesystem::path rocksdb_folder;
    std::optional<Neo4j> neo4j;  // Then there is no rocksdb_folder.
  } storage;

  // Where OpenSearch is, and what the names of its indexes begin with.
  struct OpenSearch {
    std::string url;  // http or https, host and port alone.
    std::string prefix;
    std::string user;  // With neither user nor token nobody is asked who we are.
    Secret password;
    Secret token;  // Then there is no user.
    // Signed as AWS wants it; then there is neither user nor token.
    struct Aws {
      std::string region;
      AwsKeys keys;
    };
    std::optional<Aws> aws;
    std::filesystem::path ca_file;  // Empty: what the system trusts.
  };

  // A server that makes vectors of texts.
  struct LiteLlm {
    std::string url;  // http or https, before /v1/embeddings.
    std::string model;
    Secret key;                     // None: nobody is asked who we are.
    std::filesystem::path ca_file;  // Empty: what the system trusts.
    std::size_t max_tokens = 0;
  };

  struct Index {
    std::filesystem::path xapian_folder;
    // What makes vectors of texts, for search by meaning. kNone: there is none.
    enum class EmbedderKind { kNone, kMiniLm, kLiteLlm } embedder = EmbedderKind::kMiniLm;
    LiteLlm litellm;                      // For kLiteLlm.
    std::filesystem::path minilm_folder;  // The model's files.
    std::filesystem::path vectors_file;
    std::optional<OpenSearch> opensearch;  // Then there is no xapian_folder.
  } index;

  struct Http {
    std::string host;  // An address, never a name.
    int port = 0;      // 0: any free one.
    std::vector<std::string> trusted_proxies;
    std::vector<std::string> metrics_allow;
    Secret metrics_token;    // None: metrics_allow alone decides.
    std::string public_url;  // "https://stories.example.org"; empty: not known.
    std::filesystem::path web_root;
  } http;

  // What one person may do in a minute; 0: no limit.
  struct Limits {
    std::int64_t writes_per_minute = 0;
    std::int64_t searches_per_minute = 0;
    std::int64_t exports_per_minute = 0;
  } limits;

  struct LogOutput {
    LogLevel level = LogLevel::kInfo;
    std::optional<LogFormat> format;  // Empty: text on a terminal, JSON otherwise.
  } log;
};

// Checks all settings, each key set at most once, and fills in the defaults. kInvalidArgument names
// everything that is wrong at once; `pointer` is the key.
Result<Config> MakeConfig(const std::vector<Setting>& settings);

}  // namespace heirloom
