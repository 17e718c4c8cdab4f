#include "index/xapian/writer.h"

#include <xapian.h>

#include <exception>
#include <system_error>
#include <utility>

#include "appliance/base/log.h"
#include "index/xapian/damage.h"
#include "index/xapian/document_builder.h"
#include "index/xapian/schema.h"
#include "index/xapian/xapian_error.h"

namespace heirloom::xapian {
namespace {

namespace fs = std::filesystem;

fs::path Beside(const fs::path& database, const char* suffix) {
  fs::path path = database;
  path += suffix;
  return path;
}

std::string JoinLanguages(const std::set<std::string>& languages) {
  std::string joined;
  for (const std::string& language : languages) joined += (joined.empty() ? "" : ",") + language;
  return joined;
}

std::set<std::string> SplitLanguages(const std::string& joined) {
  std::set<std::string> languages;
  for (std::size_t at = 0; at < joined.size();) {
    const std::size_t end = std::min(joined.find(',', at), joined.size());
    languages.insert(joined.substr(at, end - at));
    at = end + 1;
  }
  return languages;
}

}  // namespace

struct Writer::Handle {
  Xapian::WritableDatabase database;
};

Writer::Writer(fs::path database) : database_(std::move(database)) {}
Writer::~Writer() = default;  // Closing drops what was staged.

Result<std::unique_ptr<Writer>> Writer::Open(const fs::path& database) {
  std::unique_ptr<Writer> writer(new Writer(database));
  std::error_code error;
  fs::create_directories(database.parent_path(), error);
  fs::remove_all(Beside(database, ".old"), error);
  Status opened;
  if (IsMarkedDamaged(database)) {
    opened = Fail(ErrorCode::kInternal, "marked as damaged");
  } else {
    opened = writer->OpenHandle();
    if (!opened && opened.error().code == ErrorCode::kUnavailable) return ErrorOf(opened);
  }
  if (!opened) {
    LogWarn("search index cannot be used and is built again",
            {{"schema", std::string(kSchemaName)}, {"reason", opened.error().message}});
    const Status created = writer->CreateEmpty();
    if (!created) return ErrorOf(created);
  }
  return writer;
}

// kUnavailable when another process has it; kInternal for one that must be built again.
Status Writer::OpenHandle() {
  try {
    handle_.reset(
        new Handle{Xapian::WritableDatabase(database_.string(), Xapian::DB_CREATE_OR_OPEN)});
    Xapian::WritableDatabase& database = handle_->database;
    const std::string schema = database.get_metadata(kSchemaKey);
    if (schema.empty() && database.get_lastdocid() == 0) {
      database.set_metadata(kSchemaKey, std::string(kSchemaName));
      database.commit();
    } else if (schema != kSchemaName) {
      handle_.reset();
      return Fail(ErrorCode::kInternal, "its schema is " + schema);
    }
    languages_ = SplitLanguages(database.get_metadata(kLanguagesKey));
    SetCommitted(ParsePosition(database.get_metadata(kPositionKey)));
    return {};
  } catch (const Xapian::DatabaseLockError& error) {
    return tl::unexpected<Error>(FromXapian(error));
  } catch (const Xapian::Error& error) {
    handle_.reset();
    return Fail(ErrorCode::kInternal, FromXapian(error).message);
  } catch (const std::exception& error) {
    handle_.reset();
    return Fail(ErrorCode::kInternal, error.what());
  }
}

// The new files are made aside and then put in the old ones' place, so that searches find one of
// the two. Those that still run go on reading the old.
Status Writer::CreateEmpty() {
  handle_.reset();
  staged_ = false;
  const fs::path fresh = Beside(database_, ".new");
  const fs::path old = Beside(database_, ".old");
  std::error_code error;
  fs::remove_all(fresh, error);
  fs::remove_all(old, error);
  try {
    Xapian::WritableDatabase database(fresh.string(), Xapian::DB_CREATE);
    database.set_metadata(kSchemaKey, std::string(kSchemaName));
    database.commit();
  } catch (const Xapian::Error& failed) {
    return Fail(ErrorCode::kUnavailable, FromXapian(failed).message);
  }
  fs::rename(database_, old, error);
  if (!error || error == std::errc::no_such_file_or_directory) fs::rename(fresh, database_, error);
  if (error) {
    return Fail(ErrorCode::kUnavailable, "cannot replace the search index: " + error.message());
  }
  const Status opened = OpenHandle();
  if (!opened) return Fail(ErrorCode::kUnavailable, opened.error().message);
  fs::remove_all(old, error);
  ForgetDamage(database_);
  return {};
}

// Whatever fails, all that was staged is dropped with the handle.
template <typename Work>
Status Writer::Guarded(const Work& work) {
  if (!handle_) {
    const Status opened = OpenHandle();
    if (!opened) return opened;
  }
  Error failed;
  try {
    work(handle_->database);
    return {};
  } catch (const Xapian::DatabaseCorruptError& error) {
    MarkDamaged(database_);
    failed = FromXapian(error);
  } catch (const Xapian::Error& error) {
    failed = FromXapian(error);
  } catch (const std::exception& error) {
    failed = {ErrorCode::kInternal, error.what(), {}};
  }
  handle_.reset();
  staged_ = false;
  return tl::unexpected<Error>(std::move(failed));
}

Status Writer::Apply(const std::vector<IndexOperation>& operations, const Position& position) {
  return Guarded([&](Xapian::WritableDatabase& database) {
    if (!staged_) {
      // Inside a transaction Xapian never commits by itself, as it else does every 10,000
      // documents.
      database.begin_transaction(true);
      staged_ = true;
    }
    for (const IndexOperation& operation : operations) Stage(operation);
    database.set_metadata(kPositionKey, ToString(position));
    staged_position_ = position;
  });
}

void Writer::Stage(const IndexOperation& operation) {
  const auto [key, version] = std::visit(
      [](const auto& op) {
        if constexpr (std::is_same_v<std::decay_t<decltype(op)>, PutStory>) {
          return std::pair(KeyTerm(op.document.tenant_id, op.document.id), op.version);
        } else {
          return std::pair(KeyTerm(op.tenant_id, op.id), op.version);
        }
      },
      operation);
  Xapian::WritableDatabase& database = handle_->database;
  const Xapian::PostingIterator known = database.postlist_begin(key);
  if (known != database.postlist_end(key)) {
    const auto held = ParseSortableNumber(database.get_document(*known).get_value(kVersionSlot));
    if (held && *held > version) return;
  }
  if (const auto* put = std::get_if<PutStory>(&operation)) {
    database.replace_document(key, BuildStory(*put));
    StageLanguage(put->document.language);
  } else {
    database.replace_document(key, BuildTombstone(std::get<DropStory>(operation)));
  }
}

void Writer::StageLanguage(const std::string& language) {
  const std::string stemmed = StemLanguage(language);
  if (stemmed.empty() || !languages_.insert(stemmed).second) return;
  handle_->database.set_metadata(kLanguagesKey, JoinLanguages(languages_));
}

Status Writer::Commit() {
  if (!staged_) return {};
  const Status committed =
      Guarded([](Xapian::WritableDatabase& database) { database.commit_transaction(); });
  if (!committed) return committed;
  staged_ = false;
  SetCommitted(staged_position_);
  return {};
}

Status Writer::Clear() {
  try {
    return CreateEmpty();
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kInternal, error.what());
  }
}

std::optional<Position> Writer::Committed() const {
  const std::scoped_lock lock(mutex_);
  return committed_;
}

void Writer::SetCommitted(std::optional<Position> position) {
  const std::scoped_lock lock(mutex_);
  committed_ = std::move(position);
}

}  // namespace heirloom::xapian
