#include <cstdio>
#include <vector>

#include "appliance/base/fields.h"
#include "appliance/cli/subcommand.h"

namespace heirloom::cli {
namespace {

// What people gave as their names must not steer the operator's terminal.
std::string LineOf(const std::vector<std::string>& columns) {
  std::string line;
  for (const std::string& column : columns) {
    if (!line.empty()) line += '\t';
    for (const char c : column) {
      line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    }
  }
  return line;
}

std::string ArgsFor(const std::function<void(JsonWriter&)>& write_args, const Json& after) {
  JsonWriter args;
  args.BeginObject();
  write_args(args);
  args.Key("after").Raw(after ? after.Dump() : "[]");
  return args.EndObject().Take();
}

}  // namespace

int RunList(const InstallationFlags& flags, std::string_view command,
            const std::function<void(JsonWriter&)>& write_args, bool json,
            const std::function<std::vector<std::string>(const Json&)>& columns) {
  JsonWriter all;
  all.BeginObject().Key("items").BeginArray();
  Json after;
  do {
    const int code = RunOn(flags, DataDirectory::Missing::kRefuse, command,
                           ArgsFor(write_args, after), [&](const Json& page) {
                             const Json items = page.Get("items");
                             for (std::size_t i = 0; i < items.Size(); ++i) {
                               if (json) {
                                 all.Raw(items.At(i).Dump());
                               } else {
                                 std::printf("%s\n", LineOf(columns(items.At(i))).c_str());
                               }
                             }
                             after = page.Get("next");
                             return kDone;
                           });
    if (code != kDone) return code;
  } while (after.Size() > 0);
  if (json) std::printf("%s\n", all.EndArray().EndObject().Take().c_str());
  return kDone;
}

}  // namespace heirloom::cli
