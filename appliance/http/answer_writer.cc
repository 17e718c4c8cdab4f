#include "appliance/http/answer_writer.h"

#include <httplib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <string_view>

#include "appliance/base/log.h"
#include "appliance/http/header_text.h"

namespace heirloom::http {
namespace {

// What cpp-httplib reads its request from and writes a head to.
class HeadStream final : public httplib::Stream {
 public:
  bool is_readable() const override { return !request_.empty(); }
  bool is_writable() const override { return true; }

  ssize_t read(char* to, std::size_t size) override {
    size = std::min(size, request_.size());
    std::memcpy(to, request_.data(), size);
    request_.remove_prefix(size);
    return static_cast<ssize_t>(size);
  }

  ssize_t write(const char* from, std::size_t size) override {
    head_.append(from, size);
    return static_cast<ssize_t>(size);
  }

  void get_remote_ip_and_port(std::string& ip, int& port) const override { Nowhere(ip, port); }
  void get_local_ip_and_port(std::string& ip, int& port) const override { Nowhere(ip, port); }
  socket_t socket() const override { return 0; }

  std::string Take() { return std::move(head_); }

 private:
  static void Nowhere(std::string& ip, int& port) {
    ip.clear();
    port = 0;
  }

  // It answers HEAD as GET, but for the body; bodies go out from where they are.
  std::string_view request_ = "HEAD / HTTP/1.1\r\n\r\n";
  std::string head_;
};

bool IsWritersOwn(std::string_view name) {
  constexpr std::array<std::string_view, 6> kOwn = {
      "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Date", "Trailer"};
  return std::any_of(kOwn.begin(), kOwn.end(),
                     [&](std::string_view own) { return EqualsIgnoringCase(own, name); });
}

// A line end in a value would let whoever supplied it write headers of their own.
std::string Harmless(std::string value) {
  if (IsFieldValue(value)) return value;
  for (char& c : value) {
    if (!IsFieldValue({&c, 1})) c = ' ';
  }
  return value;
}

bool HasNoLength(const Response& response) {
  return response.stream || response.status == 204 || response.status == 304;
}

httplib::Headers FieldsOf(Response& response, const OutgoingBody& body, bool close, Time now) {
  httplib::Headers fields;
  for (Header& header : response.headers) {
    if (!IsToken(header.name)) {
      LogError("dropped a response header with a broken name");
    } else if (!IsWritersOwn(header.name)) {
      fields.emplace(std::move(header.name), Harmless(std::move(header.value)));
    }
  }
  if (!HasNoLength(response)) fields.emplace("Content-Length", std::to_string(body.size));
  if (close) fields.emplace("Connection", "close");
  fields.emplace("Date", HttpDate(now));
  return fields;
}

OutgoingBody BodyOf(Response& response, const std::optional<RangeChoice>& part) {
  OutgoingBody body;
  if (HasNoLength(response) && !response.stream) return body;
  if (response.file) {
    body.size = response.file->size();
    body.file = std::move(response.file);
  } else {
    body.text = std::move(response.shared_body);
    if (!body.text) body.text = std::make_shared<const std::string>(std::move(response.body));
    body.size = body.text->size();
  }
  if (part) {
    body.from = part->from;
    body.size = part->size;
  }
  return body;
}

}  // namespace

// cpp-httplib is used for answers alone, and is never shown a byte that came from the network. Its
// reading side lets a body that nobody read pass for the next request, percent-decodes header
// values, drops lines it cannot parse and runs a recursive regular expression over Range; and two
// parsers for one message is how requests get smuggled. Ours, in request_head.cc, is the only one.
class AnswerWriter::Engine final : public httplib::Server {
 public:
  Engine() {
    // Compared with "not listening" only, and then content is not written.
    svr_sock_ = 0;
    // A request carries what is to be done for it: the engine is shared by all threads.
    set_pre_routing_handler([](const httplib::Request& request, httplib::Response& response) {
      request.response_handler(response);
      return HandlerResponse::Handled;
    });
    // After httplib has added what it thinks is missing.
    set_post_routing_handler([](const httplib::Request& request, httplib::Response& response) {
      request.response_handler(response);
    });
  }

  std::string Head(int status, httplib::Headers fields) {
    HeadStream stream;
    bool closed = false;
    process_request(stream, false, closed, [&](httplib::Request& request) {
      request.response_handler = [&](const httplib::Response& response) {
        // The handlers above had it mutable.
        auto& out = const_cast<httplib::Response&>(response);
        const bool last = out.status != -1;
        out.status = status;
        if (last) out.headers = std::move(fields);
        return true;
      };
    });
    return stream.Take();
  }
};

AnswerWriter::AnswerWriter() : engine_(std::make_unique<Engine>()) {
  // What httplib sets up at its first use is set up before there are threads: sanitizers cannot see
  // into the library and would take its guarded initialisation for a race.
  (void)Write(Response(), {});
}
AnswerWriter::~AnswerWriter() = default;

Outgoing AnswerWriter::Write(Response response, const WriteOptions& options) const {
  OutgoingBody body = BodyOf(response, options.part);
  httplib::Headers fields = FieldsOf(response, body, options.close || response.stream, options.now);
  std::string head = engine_->Head(response.status, std::move(fields));
  return Outgoing(std::move(head), options.head_only ? OutgoingBody() : std::move(body));
}

// By hand: printf's family takes as long as the rest of the head.
std::string HttpDate(Time time) {
  constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::time_t seconds = time.micros / 1'000'000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::string text = "Thu, 01 Jan 1970 00:00:00 GMT";
  const auto two = [&](std::size_t at, int value) {
    text[at] = static_cast<char>('0' + value / 10 % 10);
    text[at + 1] = static_cast<char>('0' + value % 10);
  };
  text.replace(0, 3, kDays.substr(3 * static_cast<std::size_t>(parts.tm_wday), 3));
  two(5, parts.tm_mday);
  text.replace(8, 3, kMonths.substr(3 * static_cast<std::size_t>(parts.tm_mon), 3));
  two(12, (parts.tm_year + 1900) / 100);
  two(14, parts.tm_year % 100);
  two(17, parts.tm_hour);
  two(20, parts.tm_min);
  two(23, parts.tm_sec);
  return text;
}

}  // namespace heirloom::http
