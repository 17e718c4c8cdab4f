#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "appliance/cli/subcommand.h"

namespace heirloom::cli {
namespace {

struct DoctorFlags {
  InstallationFlags installation;
  bool json = false;
};

// Beside them 0: nothing is to be mended.
enum DoctorExit { kWantsMending = 1, kDamaged = 2 };

void PrintFinding(const Json& finding) {
  const auto text = [&](const char* key) { return std::string(finding.Get(key).AsString()); };
  std::printf("%s: %s: %s\n", text("severity").c_str(), text("check").c_str(),
              text("what").c_str());
  if (!text("mend").empty()) std::printf("  mend: %s\n", text("mend").c_str());
}

int Judge(const Json& examination, bool json) {
  const auto count = [](const Json& object, const char* key) {
    return static_cast<long long>(object.Get(key).AsInteger());
  };
  const long long errors = count(examination, "errors");
  const long long warnings = count(examination, "warnings");
  if (json) {
    std::printf("%s\n", examination.Dump().c_str());
  } else {
    const Json findings = examination.Get("findings");
    for (std::size_t i = 0; i < findings.Size(); ++i) PrintFinding(findings.At(i));
    const Json examined = examination.Get("examined");
    std::printf(
        "heirloom: %lld errors, %lld warnings; looked at %lld events, %lld revisions, %lld "
        "indexed stories, %lld blobs\n",
        errors, warnings, count(examined, "events"), count(examined, "revisions"),
        count(examined, "documents"), count(examined, "blobs"));
  }
  if (errors > 0) return kDamaged;
  return warnings > 0 ? static_cast<int>(kWantsMending) : static_cast<int>(kDone);
}

int Examine(const DoctorFlags& flags) {
  bool judged = false;
  const int code = RunOn(flags.installation, DataDirectory::Missing::kRefuse, "doctor", "{}",
                         [&](const Json& examination) {
                           judged = true;
                           return Judge(examination, flags.json);
                         });
  // What could not be looked at cannot be vouched for.
  return judged ? code : static_cast<int>(kDamaged);
}

}  // namespace

void AddDoctor(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "doctor",
      "Look over everything that is kept; exit status 1: something wants mending, 2: "
      "something is damaged");
  const auto flags = std::make_shared<DoctorFlags>();
  AddInstallationFlags(*command, flags->installation);
  command->add_flag("--json", flags->json, "As JSON");
  command->callback([&action, flags] { action = [flags] { return Examine(*flags); }; });
}

}  // namespace heirloom::cli
