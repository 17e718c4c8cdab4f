#include "appliance/cli/import_report.h"

#include <algorithm>
#include <utility>

#include "appliance/base/json.h"

namespace heirloom::cli {
namespace {

// File names and ids are other people's: without control characters, C1 ones (U+0080 to U+009F, in
// UTF-8 C2 80 to C2 9F) included.
std::string Printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool c1 =
        byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (c1) ++i;
    out += c1 || byte < 0x20 || byte == 0x7f ? '?' : text[i];
  }
  return out;
}

}  // namespace

void ImportReport::Count(const PendingItem& item, const ImportOutcome& outcome) {
  if (outcome.outcome == "created") {
    ++created_;
  } else if (outcome.outcome == "updated") {
    ++updated_;
  } else if (outcome.outcome == "unchanged") {
    ++unchanged_;
  } else {
    Skip(item, outcome.reason.empty() ? "the server says: " + outcome.outcome : outcome.reason);
  }
}

void ImportReport::Skip(PendingItem item, std::string reason) {
  skipped_.push_back({std::move(item), std::move(reason)});
}

std::string ImportReport::Counts() const {
  return std::to_string(created_) + " created, " + std::to_string(updated_) + " updated, " +
         std::to_string(unchanged_) + " unchanged, " + std::to_string(skipped_.size()) + " skipped";
}

// Those the server refuses are known later than those that cannot be read.
std::vector<ImportReport::Skipped> ImportReport::InOrder() const {
  std::vector<Skipped> sorted = skipped_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Skipped& a, const Skipped& b) {
    return a.item.ordinal < b.item.ordinal;
  });
  return sorted;
}

void ImportReport::Print(std::ostream& out, std::string_view what) const {
  out << "Imported " << Printable(what) << ": " << Counts() << ".\n";
  for (const Skipped& skipped : InOrder()) {
    const SourcePosition& where = skipped.item.where;
    out << "  skipped "
        << (where.file.empty() ? "line " + std::to_string(where.line) : Printable(where.file));
    if (!skipped.item.id.empty() && skipped.item.id != where.file) {
      out << " (" << Printable(skipped.item.id) << ")";
    }
    out << ": " << Printable(skipped.reason) << "\n";
  }
}

void ImportReport::PrintJson(std::ostream& out) const {
  JsonWriter json;
  json.BeginObject();
  json.Member("created", static_cast<std::int64_t>(created_));
  json.Member("updated", static_cast<std::int64_t>(updated_));
  json.Member("unchanged", static_cast<std::int64_t>(unchanged_));
  json.Key("skipped").BeginArray();
  for (const Skipped& skipped : InOrder()) {
    const PendingItem& item = skipped.item;
    json.BeginObject().Key("id");
    item.id.empty() ? json.Null() : json.String(item.id);
    if (item.where.file.empty()) {
      json.Member("line", static_cast<std::int64_t>(item.where.line));
    } else {
      json.Member("file", item.where.file);
    }
    json.Member("reason", skipped.reason).EndObject();
  }
  json.EndArray().EndObject();
  out << json.Take() << "\n";
}

}  // namespace heirloom::cli
