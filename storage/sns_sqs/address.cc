#include "storage/sns_sqs/address.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "appliance/base/encoding.h"
#include "storage/remote/http_url.h"

namespace heirloom {
namespace {

constexpr std::string_view kScheme = "sns+sqs://";
constexpr std::size_t kMaxTopic = 40;  // A queue's name may have 80 characters.

tl::unexpected<Error> Wrong(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument,
              what + "; write it like sns+sqs://heirloom?region=eu-central-1");
}

bool IsName(std::string_view text, std::string_view more) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return (c < 0x80 && std::isalnum(c) != 0) ||
           more.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

Status ReadOption(std::string_view option, SnsSqsAddress& address, std::string& endpoint) {
  const std::size_t equals = std::min(option.find('='), option.size());
  const std::string_view name = option.substr(0, equals);
  const auto value = PercentDecode(option.substr(std::min(equals + 1, option.size())));
  if (!value) return Wrong("a value is not percent-encoded");
  if (name == "region") {
    if (!IsName(*value, "-")) return Wrong("'" + *value + "' is no region");
    address.region = *value;
    return {};
  }
  if (name == "endpoint") {
    const auto url = HttpUrl::Parse(*value);
    if (!url) return ErrorOf(url);
    if (url->path != "/" && !url->path.empty()) return Wrong("the endpoint has a path");
    endpoint = url->scheme + "://" + url->host + ":" + url->port + "/";
    return {};
  }
  return Wrong("'" + std::string(name) + "' is no option of it; there are region and endpoint");
}

}  // namespace

Result<SnsSqsAddress> SnsSqsAddress::Parse(std::string_view url) {
  if (!url.starts_with(kScheme)) return Wrong("the address does not begin with sns+sqs://");
  url.remove_prefix(kScheme.size());
  const std::size_t question = std::min(url.find('?'), url.size());
  SnsSqsAddress address;
  address.topic = url.substr(0, question);
  if (!IsName(address.topic, "-_") || address.topic.size() > kMaxTopic) {
    return Wrong("the topic must be 1 to 40 letters, digits, - and _");
  }
  std::string endpoint;
  std::string_view options = url.substr(std::min(question + 1, url.size()));
  while (!options.empty()) {
    const std::size_t end = std::min(options.find('&'), options.size());
    if (Status read = ReadOption(options.substr(0, end), address, endpoint); !read) {
      return ErrorOf(read);
    }
    options.remove_prefix(std::min(end + 1, options.size()));
  }
  if (address.region.empty()) return Wrong("the region is missing");
  const std::string domain =
      address.region.starts_with("cn-") ? "amazonaws.com.cn/" : "amazonaws.com/";
  address.sns_endpoint =
      endpoint.empty() ? "https://sns." + address.region + "." + domain : endpoint;
  address.sqs_endpoint =
      endpoint.empty() ? "https://sqs." + address.region + "." + domain : endpoint;
  return address;
}

std::string SnsSqsAddress::QueueOf(std::string_view consumer) const {
  return topic + "-" + std::string(consumer);
}
std::string SnsSqsAddress::DeadQueueOf(std::string_view consumer) const {
  return QueueOf(consumer) + "-dead";
}

}  // namespace heirloom
