#include "index/xapian/writer.h"

#include <xapian.h>

#include <exception>
#include <utility>

#include "index/text/text_analysis.h"
#include "index/xapian/damage.h"
#include "index/xapian/document_builder.h"
#include "index/xapian/schema.h"
#include "index/xapian/xapian_error.h"

namespace heirloom::xapian {
namespace {

namespace fs = std::filesystem;

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

constexpr std::size_t kSweptAtOnce = 1000;

}  // namespace

struct Writer::Handle {
  Xapian::WritableDatabase database;
};

Writer::Writer(fs::path database) : database_(std::move(database)) {}
Writer::~Writer() = default;  // Closing drops what was staged.

Result<std::unique_ptr<Writer>> Writer::Open(const fs::path& database) {
  std::unique_ptr<Writer> writer(new Writer(database));
  if (Status opened = writer->OpenHandle(); !opened) return ErrorOf(opened);
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
    staged_position_ = ParsePosition(database.get_metadata(kPositionKey));
    SetCommitted(staged_position_);
    return {};
  } catch (const Xapian::DatabaseLockError& error) {
    return tl::unexpected<Error>(FromXapian(error));
  } catch (const Xapian::DatabaseCreateError& error) {
    return Fail(ErrorCode::kUnavailable, FromXapian(error).message);
  } catch (const Xapian::Error& error) {
    handle_.reset();
    return Fail(ErrorCode::kInternal, FromXapian(error).message);
  } catch (const std::exception& error) {
    handle_.reset();
    return Fail(ErrorCode::kInternal, error.what());
  }
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
  DropStaged();
  handle_.reset();
  return tl::unexpected<Error>(std::move(failed));
}

Status Writer::Apply(const std::vector<IndexOperation>& operations, const Position& position) {
  return Guarded([&](Xapian::WritableDatabase& database) {
    BeginStaging();
    for (const IndexOperation& operation : operations) Stage(operation);
    database.set_metadata(kPositionKey, ToString(position));
    staged_position_ = position;
  });
}

void Writer::BeginStaging() {
  if (staged_) return;
  // Inside a transaction Xapian never commits by itself, as it else does every 10,000 documents.
  handle_->database.begin_transaction(true);
  staged_ = true;
}

Result<std::size_t> Writer::Sweep(std::int64_t before, std::int64_t passed) {
  std::vector<Xapian::docid> old;
  const Status swept = Guarded([&](Xapian::WritableDatabase& database) {
    for (auto it = database.postlist_begin(kTombstoneTerm);
         it != database.postlist_end(kTombstoneTerm) && old.size() < kSweptAtOnce; ++it) {
      const Xapian::Document tombstone = database.get_document(*it);
      const auto dropped = ParseSortableNumber(tombstone.get_value(kDroppedSlot));
      const auto version = ParseSortableNumber(tombstone.get_value(kVersionSlot));
      if (dropped && *dropped < before && version && *version <= passed) old.push_back(*it);
    }
    if (old.empty()) return;
    BeginStaging();
    for (const Xapian::docid id : old) database.delete_document(id);
  });
  if (!swept) return ErrorOf(swept);
  return old.size();
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
  const std::string stemmed = text::StemLanguage(language);
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

void Writer::DropStaged() {
  if (staged_) handle_.reset();
  staged_ = false;
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
