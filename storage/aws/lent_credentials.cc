#include "storage/aws/lent_credentials.h"

#include <algorithm>
#include <pugixml.hpp>
#include <utility>

#include "appliance/base/encoding.h"
#include "appliance/base/json.h"
#include "appliance/domain/rfc3339.h"
#include "storage/remote/http_url.h"
#include "storage/remote/remote_service.h"

namespace heirloom::aws {
namespace {

constexpr std::chrono::seconds kTimeout{10};

// 2026-01-31T08:15:00Z, with any fraction.
std::optional<Time> ExpiryOf(const std::string& text) {
  return ParseRfc3339(text.substr(0, 19) + ".000000Z");
}

// Keys that expire at a time nobody can read would fail one day without a warning.
Result<Credentials> Checked(std::string_view who, Credentials keys, const std::string& expiry) {
  keys.expires_at = ExpiryOf(expiry);
  if (keys.access_key_id.empty() || keys.secret_access_key.empty() || !keys.expires_at) {
    return Fail(ErrorCode::kUnavailable, std::string(who) + ": its answer holds no keys");
  }
  return keys;
}

class FromWebIdentity final : public CredentialsSource {
 public:
  FromWebIdentity(WebIdentity identity, HttpClient& http)
      : identity_(std::move(identity)), http_(http) {}

  Result<Credentials> Fetch() override {
    const std::string token = identity_.token.Value();
    if (token.empty()) return Fail(ErrorCode::kForbidden, "sts: there is no web identity token");
    HttpRequest request;
    request.method = "POST";
    request.url = identity_.sts_url + "/";
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                       {"Accept", "application/xml"}};
    request.body = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=" +
                   PercentEncode(identity_.role_arn) +
                   "&RoleSessionName=" + PercentEncode(identity_.session_name) +
                   "&WebIdentityToken=" + PercentEncode(token);
    request.timeout = kTimeout;
    request.repeatable = true;
    const Result<HttpResponse> answer = http_.Send(request);
    if (!answer) return ErrorOf(answer);
    return Read(*answer);
  }

 private:
  Result<Credentials> Read(const HttpResponse& answer) const {
    pugi::xml_document xml;
    xml.load_buffer(answer.body.data(), answer.body.size(), pugi::parse_default,
                    pugi::encoding_utf8);
    const pugi::xml_node root = xml.document_element();
    if (answer.status != 200) {
      const std::string code = root.child("Error").child("Code").text().get();
      // The code alone: the message may quote the token.
      return Fail(answer.status >= 500 ? ErrorCode::kUnavailable : ErrorCode::kForbidden,
                  "sts: it gives no keys for role " + identity_.role_arn + " (" +
                      std::to_string(answer.status) + (code.empty() ? "" : " " + code) + ")");
    }
    const pugi::xml_node lent = root.child("AssumeRoleWithWebIdentityResult").child("Credentials");
    Credentials keys;
    keys.access_key_id = lent.child("AccessKeyId").text().get();
    keys.secret_access_key = lent.child("SecretAccessKey").text().get();
    keys.session_token = lent.child("SessionToken").text().get();
    return Checked("sts", std::move(keys), lent.child("Expiration").text().get());
  }

  const WebIdentity identity_;
  HttpClient& http_;
};

class FromContainer final : public CredentialsSource {
 public:
  FromContainer(Container container, HttpClient& http)
      : container_(std::move(container)), http_(http) {}

  Result<Credentials> Fetch() override {
    HttpRequest request;
    request.url = container_.url;
    request.headers = {{"Accept", "application/json"}};
    const std::string token = container_.token.Value();
    if (!token.empty()) request.headers.push_back({"Authorization", token});
    request.timeout = kTimeout;
    const Result<HttpResponse> answer = http_.Send(request);
    if (!answer) return ErrorOf(answer);
    if (answer->status != 200) {
      return Fail(
          answer->status >= 500 ? ErrorCode::kUnavailable : ErrorCode::kForbidden,
          "container credentials: it gives no keys (" + std::to_string(answer->status) + ")");
    }
    const Result<Json> json = Json::Parse(answer->body);
    const auto text = [&](std::string_view key) {
      const Json value = json ? json->Get(key) : Json();
      return value.IsString() ? std::string(value.AsString()) : std::string();
    };
    Credentials keys;
    keys.access_key_id = text("AccessKeyId");
    keys.secret_access_key = text("SecretAccessKey");
    keys.session_token = text("Token");
    return Checked("container credentials", std::move(keys), text("Expiration"));
  }

 private:
  const Container container_;
  HttpClient& http_;
};

std::string Trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return std::string(text);
}

class FromFile final : public CredentialsProvider {
 public:
  FromFile(Secret file, std::string path, std::string profile)
      : file_(std::move(file)), path_(std::move(path)), profile_(std::move(profile)) {}

  Result<Credentials> Get() override {
    Credentials keys;
    bool inside = false;
    const std::string text = file_.Value();
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      const std::string line = Trimmed(std::string_view(text).substr(begin, end - begin));
      begin = end + 1;
      if (line.empty() || line.front() == '#' || line.front() == ';') continue;
      if (line.front() == '[') {
        inside = line == "[" + profile_ + "]";
        continue;
      }
      const std::size_t equals = line.find('=');
      if (!inside || equals == std::string::npos) continue;
      Set(keys, Trimmed(line.substr(0, equals)), Trimmed(line.substr(equals + 1)));
    }
    if (keys.access_key_id.empty() || keys.secret_access_key.empty()) {
      return Fail(ErrorCode::kForbidden,
                  "the file " + path_ + " holds no keys in its section [" + profile_ + "]");
    }
    return keys;
  }

 private:
  static void Set(Credentials& keys, std::string_view name, std::string value) {
    if (name == "aws_access_key_id") {
      keys.access_key_id = std::move(value);
    } else if (name == "aws_secret_access_key") {
      keys.secret_access_key = std::move(value);
    } else if (name == "aws_session_token") {
      keys.session_token = std::move(value);
    }
  }

  const Secret file_;  // Read again when it changes.
  const std::string path_;
  const std::string profile_;
};

}  // namespace

Result<std::unique_ptr<CredentialsProvider>> FileCredentials(const std::string& path,
                                                             const std::string& profile) {
  Result<Secret> file = Secret::FromFile(path);
  if (!file) return ErrorOf(file);
  std::unique_ptr<CredentialsProvider> provider =
      std::make_unique<FromFile>(std::move(*file), path, profile);
  if (const Result<Credentials> keys = provider->Get(); !keys) {
    return Fail(ErrorCode::kInvalidArgument, keys.error().message);
  }
  return provider;
}

std::unique_ptr<CredentialsSource> WebIdentityCredentials(WebIdentity identity, HttpClient& http) {
  return std::make_unique<FromWebIdentity>(std::move(identity), http);
}

Result<std::unique_ptr<CredentialsSource>> ContainerCredentials(Container container,
                                                                HttpClient& http) {
  const Result<HttpUrl> url = HttpUrl::Parse(container.url);
  if (!url) return ErrorOf(url);
  // Amazon ECS; EKS Pod Identity by IPv4 and IPv6.
  const bool beside_us = url->IsLoopback() || url->host == "169.254.170.2" ||
                         url->host == "169.254.170.23" || url->host == "[fd00:ec2::23]";
  if (url->scheme != "https" && !beside_us) {
    return Fail(ErrorCode::kInvalidArgument,
                "keys are not fetched by plain http from " + url->host + "; use https");
  }
  return std::make_unique<FromContainer>(std::move(container), http);
}

}  // namespace heirloom::aws
