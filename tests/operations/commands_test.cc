#include "appliance/operations/commands.h"

#include <catch2/catch.hpp>
#include <string>

namespace heirloom {
namespace {

Commands Echo() {
  Commands commands;
  commands.Add("echo",
               [](const Json& args, Progress&) -> Result<std::string> { return args.Dump(); });
  commands.Add("fail", [](const Json&, Progress&) -> Result<std::string> {
    return FailFields({{"/email", "is required"}, {"/name", "is too long"}});
  });
  return commands;
}

Result<Json> Exchange(const Commands& commands, std::string_view request) {
  NoProgress progress;
  const auto message = ReadControlMessage(RunControlRequest(commands, request, progress));
  if (!message) return ErrorOf(message);
  return message->result;
}

TEST_CASE("a command and its result survive the way over the wire", "[control]") {
  const std::string args = R"({"n":1,"text":"line\nend \"quoted\" ü"})";
  const std::string request = WriteControlRequest("echo", args);
  CHECK(request.find('\n') == std::string::npos);
  const auto result = Exchange(Echo(), request);
  REQUIRE(result);
  CHECK(result->Dump() == args);
}

TEST_CASE("a failure comes back with its code and its words", "[control]") {
  const auto result = Exchange(Echo(), WriteControlRequest("fail", "{}"));
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ErrorCode::kInvalidArgument);
  CHECK(InWords(result.error()) == "email: is required; name: is too long");
}

TEST_CASE("a command of another version is refused in words", "[control]") {
  const auto result = Exchange(Echo(), WriteControlRequest("backup", "{}"));
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ErrorCode::kNotFound);
  CHECK_THAT(result.error().message, Catch::Contains("'backup'"));
}

TEST_CASE("a request that is none gets an error and does nothing", "[control]") {
  const std::string request = GENERATE(
      as<std::string>(), "", "echo", "[]", "{}", R"({"command":1})", R"({"command":"echo"})",
      R"({"command":"echo","args":[]})", R"({"command":"echo","args":{},"more":1})");
  CAPTURE(request);
  CHECK_FALSE(Exchange(Echo(), request));
}

TEST_CASE("a reply that is none is an error", "[control]") {
  const std::string reply = GENERATE(as<std::string>(), "", "{}", "[]", R"({"error":"x"})",
                                     R"({"error":{"code":1,"message":"x"}})", R"({"progress":[]})",
                                     R"({"progress":{"what":"x","done":-1,"total":0}})");
  CAPTURE(reply);
  CHECK_FALSE(ReadControlMessage(reply));
}

TEST_CASE("how far a command is survives the way over the wire", "[control]") {
  const ProgressReport report{"reading \"stories\"", 3, 7};
  const auto message = ReadControlMessage(WriteControlProgress(report));
  REQUIRE(message);
  REQUIRE(message->progress);
  CHECK(*message->progress == report);
}

}  // namespace
}  // namespace heirloom
