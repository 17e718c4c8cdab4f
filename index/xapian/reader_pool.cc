#include "index/xapian/reader_pool.h"

#include <xapian.h>

#include <exception>
#include <utility>

#include "index/xapian/damage.h"
#include "index/xapian/query_builder.h"
#include "index/xapian/xapian_error.h"

namespace heirloom::xapian {

struct ReaderPool::Reader {
  std::unique_ptr<Xapian::Database> handle;  // None: to be opened.
  std::uint64_t commits = 0;
  bool stale = false;
};

ReaderPool::ReaderPool(std::filesystem::path database) : database_(std::move(database)) {}
ReaderPool::~ReaderPool() = default;

void ReaderPool::Refresh() {
  const std::scoped_lock lock(mutex_);
  ++commits_;
}

std::unique_ptr<ReaderPool::Reader> ReaderPool::Take() const {
  const std::scoped_lock lock(mutex_);
  std::unique_ptr<Reader> reader;
  if (idle_.empty()) {
    reader = std::make_unique<Reader>();
  } else {
    reader = std::move(idle_.back());
    idle_.pop_back();
  }
  reader->stale = reader->commits != commits_;
  // Taken before the handle is opened or looks again: too old a number only costs a look more.
  reader->commits = commits_;
  return reader;
}

void ReaderPool::GiveBack(std::unique_ptr<Reader> reader) const {
  const std::scoped_lock lock(mutex_);
  if (idle_.size() < kMaxIdle) idle_.push_back(std::move(reader));
}

Status ReaderPool::Run(const std::function<void(const Xapian::Database&)>& search) const {
  for (int tries = 1;; ++tries) {
    std::unique_ptr<Reader> reader = Take();
    try {
      if (!reader->handle) {
        reader->handle = std::make_unique<Xapian::Database>(database_.string());
      } else if (reader->stale) {
        reader->handle->reopen();
      }
      search(*reader->handle);
      GiveBack(std::move(reader));
      return {};
    } catch (const TimedOut&) {
      GiveBack(std::move(reader));
      return Fail(ErrorCode::kUnavailable, "the search took too long");
    } catch (const Xapian::DatabaseModifiedError& error) {
      // The handle is dropped; the next one starts at the newest revision.
      if (tries == kTries) return tl::unexpected<Error>(FromXapian(error));
    } catch (const Xapian::DatabaseOpeningError& error) {
      // No descriptors left.
      if (tries == kTries) return tl::unexpected<Error>(FromXapian(error));
    } catch (const Xapian::DatabaseError& error) {  // Corrupt, cut off, or the disk gave an error.
      MarkDamaged(database_);
      return tl::unexpected<Error>(FromXapian(error));
    } catch (const Xapian::Error& error) {
      return tl::unexpected<Error>(FromXapian(error));
    } catch (const std::exception& error) {
      return Fail(ErrorCode::kInternal, std::string("search: ") + error.what());
    }
  }
}

}  // namespace heirloom::xapian
