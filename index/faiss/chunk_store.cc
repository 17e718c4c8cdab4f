#include "index/faiss/chunk_store.h"

#include <array>
#include <cstring>
#include <system_error>
#include <utility>

#include "appliance/base/log.h"

namespace heirloom::faiss_index {
namespace {

constexpr std::int64_t kSchema = 1;
constexpr std::size_t kSweptAtOnce = 1000;
constexpr char kBetween = '\n';  // In no tag and no reader term.

constexpr std::array kTables = {
    "CREATE TABLE generations ("
    "  number INTEGER PRIMARY KEY AUTOINCREMENT, model TEXT NOT NULL, dimensions INTEGER NOT NULL,"
    "  max_tokens INTEGER NOT NULL, epoch TEXT, sequence INTEGER, current INTEGER NOT NULL"
    ") STRICT",
    "CREATE TABLE stories ("
    "  generation INTEGER NOT NULL, tenant TEXT NOT NULL, id TEXT NOT NULL,"
    "  version INTEGER NOT NULL, dropped_at INTEGER,"  // Tombstones alone have the latter.
    "  legacy TEXT, status INTEGER, tags TEXT, author TEXT, language TEXT, first INTEGER,"
    "  last INTEGER, updated_at INTEGER, readers TEXT,"
    "  PRIMARY KEY (generation, tenant, id)"
    ") STRICT, WITHOUT ROWID",
    "CREATE INDEX tombstones ON stories (generation, dropped_at) WHERE dropped_at IS NOT NULL",
    "CREATE TABLE chunks ("
    "  generation INTEGER NOT NULL, tenant TEXT NOT NULL, story TEXT NOT NULL,"
    "  ordinal INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, hash TEXT NOT NULL,"
    "  PRIMARY KEY (generation, tenant, story, ordinal)"
    ") STRICT, WITHOUT ROWID",
    "CREATE INDEX chunks_by_hash ON chunks (hash)",
    "CREATE TABLE vectors ("
    "  model TEXT NOT NULL, hash TEXT NOT NULL, used_at INTEGER NOT NULL, vector BLOB NOT NULL,"
    "  PRIMARY KEY (model, hash)"
    ") STRICT",
};

std::string Join(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += part + kBetween;
  return all;
}

std::vector<std::string> Split(std::string_view all) {
  std::vector<std::string> parts;
  while (!all.empty()) {
    const std::size_t end = std::min(all.find(kBetween), all.size());
    parts.emplace_back(all.substr(0, end));
    all.remove_prefix(std::min(all.size(), end + 1));
  }
  return parts;
}

std::int64_t Int(std::size_t size) { return static_cast<std::int64_t>(size); }
std::size_t Size(std::int64_t number) { return static_cast<std::size_t>(number); }

SqlParam DayOf(const std::optional<Edtf>& date, Day Edtf::*which) {
  if (!date) return nullptr;
  return std::int64_t{(*date).*which};
}

Vector VectorOf(const SqlRow& row, int column) {
  Vector vector(row.Bytes(column) / sizeof(float));
  if (!vector.empty()) {
    std::memcpy(vector.data(), row.Data(column), vector.size() * sizeof(float));
  }
  return vector;
}

void RemoveFiles(const std::filesystem::path& file) {
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(file.string() + suffix, ignored);
  }
}

}  // namespace

Result<ChunkStore> ChunkStore::Open(const std::filesystem::path& file) {
  for (bool again : {true, false}) {
    auto opened = SqliteFile::Open(file);
    Status done;
    if (opened) {
      ChunkStore store(std::move(*opened));
      done = store.SetUp();
      if (done) return store;
    } else {
      done = ErrorOf(opened);
    }
    if (!again || done.error().code != ErrorCode::kInternal) return ErrorOf(done);
    LogError("the vectors are damaged and are made again", {{"reason", done.error().message}});
    RemoveFiles(file);
  }
  return Fail(ErrorCode::kInternal, "vectors.db cannot be opened");
}

Result<ChunkStore> ChunkStore::OpenBeside(const std::filesystem::path& file) {
  auto opened = SqliteFile::Open(file);
  if (!opened) return ErrorOf(opened);
  return ChunkStore(std::move(*opened));
}

Status ChunkStore::SetUp() {
  std::int64_t schema = 0;
  Status done = file_.Run("PRAGMA user_version", {}, [&](const SqlRow& row) -> Status {
    schema = row.Integer(0);
    return {};
  });
  if (!done) return done;
  if (schema == 0) {
    return file_.Transact([&]() -> Status {
      for (const char* table : kTables) {
        if (Status made = file_.Run(table); !made) return made;
      }
      return file_.Run("PRAGMA user_version = 1");
    });
  }
  if (schema != kSchema) {
    return Fail(ErrorCode::kInternal, "vectors.db is of schema " + std::to_string(schema));
  }
  std::string verdict;
  done = file_.Run("PRAGMA quick_check(1)", {}, [&](const SqlRow& row) -> Status {
    verdict = row.String(0);
    return {};
  });
  if (!done) return done;
  if (verdict != "ok") return Fail(ErrorCode::kInternal, "vectors.db: " + verdict);
  // What was in the making when the process ended.
  return file_.Transact([&]() -> Status {
    for (const char* sql :
         {"DELETE FROM stories WHERE generation IN (SELECT number FROM generations WHERE "
          "current=0)",
          "DELETE FROM chunks WHERE generation IN (SELECT number FROM generations WHERE current=0)",
          "DELETE FROM generations WHERE current = 0"}) {
      if (Status swept = file_.Run(sql); !swept) return swept;
    }
    return {};
  });
}

Result<std::optional<ChunkStore::Generation>> ChunkStore::Current() {
  std::optional<Generation> found;
  const Status done = file_.Run(
      "SELECT number, model, dimensions, max_tokens, epoch, sequence FROM generations "
      "WHERE current = 1",
      {}, [&](const SqlRow& row) -> Status {
        found = Generation{
            row.Integer(0), {row.String(1), Size(row.Integer(2)), Size(row.Integer(3))}, {}};
        if (!row.IsNull(4)) found->position = Position{row.String(4), row.Integer(5)};
        return {};
      });
  if (!done) return ErrorOf(done);
  return found;
}

Result<ChunkStore::Generation> ChunkStore::Start(const EmbeddingModel& model) {
  Generation made{0, model, {}};
  const Status done = file_.Run(
      "INSERT INTO generations (model, dimensions, max_tokens, current) VALUES (?1, ?2, ?3, 0) "
      "RETURNING number",
      {std::string_view(model.id), Int(model.dimensions), Int(model.max_tokens)},
      [&](const SqlRow& row) -> Status {
        made.number = row.Integer(0);
        return {};
      });
  if (!done) return ErrorOf(done);
  return made;
}

Status ChunkStore::Clear(std::int64_t generation) {
  for (const char* sql :
       {"DELETE FROM stories WHERE generation = ?1", "DELETE FROM chunks WHERE generation = ?1",
        "DELETE FROM generations WHERE number = ?1"}) {
    if (Status done = file_.Run(sql, {generation}); !done) return done;
  }
  return {};
}

Status ChunkStore::GiveUp(std::int64_t generation) {
  return file_.Transact([&] { return Clear(generation); });
}

Status ChunkStore::Adopt(std::int64_t generation) {
  return file_.Transact([&]() -> Status {
    const auto current = Current();
    if (!current) return ErrorOf(current);
    if (*current) {
      if (Status done = Clear((*current)->number); !done) return done;
    }
    return file_.Run("UPDATE generations SET current = 1 WHERE number = ?1", {generation});
  });
}

Result<std::vector<const ChunkOperation*>> ChunkStore::Commit(
    const Generation& generation, const std::vector<ChunkOperation>& operations,
    const Position& position, Time now) {
  std::vector<const ChunkOperation*> done;
  const Status committed = file_.Transact([&]() -> Status {
    for (const ChunkOperation& operation : operations) {
      const auto older = IsOlder(generation.number, operation);
      if (!older) return ErrorOf(older);
      if (*older) continue;
      const auto* put = std::get_if<PutChunks>(&operation);
      Status kept = put ? Put(generation, *put, now)
                        : Drop(generation.number, std::get<DropChunks>(operation), now);
      if (!kept) return kept;
      done.push_back(&operation);
    }
    return file_.Run("UPDATE generations SET epoch = ?2, sequence = ?3 WHERE number = ?1",
                     {generation.number, std::string_view(position.epoch), position.sequence});
  });
  if (!committed) return ErrorOf(committed);
  return done;
}

Result<bool> ChunkStore::IsOlder(std::int64_t generation, const ChunkOperation& operation) {
  const auto* put = std::get_if<PutChunks>(&operation);
  const auto* drop = std::get_if<DropChunks>(&operation);
  const std::string& tenant = put ? put->chunks.story.tenant_id : drop->tenant_id;
  const Id& id = put ? put->chunks.story.id : drop->id;
  const std::int64_t version = put ? put->version : drop->version;
  bool older = false;
  const Status done =
      file_.Run("SELECT version FROM stories WHERE generation = ?1 AND tenant = ?2 AND id = ?3",
                {generation, std::string_view(tenant), std::string_view(id)},
                [&](const SqlRow& row) -> Status {
                  older = version < row.Integer(0);
                  return {};
                });
  if (!done) return ErrorOf(done);
  return older;
}

Status ChunkStore::Put(const Generation& generation, const PutChunks& put, Time now) {
  const StoryDocument& story = put.chunks.story;
  if (Status done = ReleaseChunks(generation.number, story.tenant_id, story.id, now); !done) {
    return done;
  }
  const std::string tags = Join(story.tags);
  const std::string readers = Join(story.readers);
  Status done = file_.Run(
      "INSERT OR REPLACE INTO stories (generation, tenant, id, version, legacy, status, tags, "
      "author, language, first, last, updated_at, readers) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
      {generation.number, std::string_view(story.tenant_id), std::string_view(story.id),
       put.version, std::string_view(story.legacy_id), static_cast<std::int64_t>(story.status),
       std::string_view(tags), std::string_view(story.author), std::string_view(story.language),
       DayOf(story.happened_at, &Edtf::first), DayOf(story.happened_at, &Edtf::last),
       story.updated_at, std::string_view(readers)});
  std::int64_t ordinal = 0;
  for (const Chunk& chunk : put.chunks.chunks) {
    if (!done) return done;
    done = file_.Run(
        "INSERT INTO chunks VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        {generation.number, std::string_view(story.tenant_id), std::string_view(story.id),
         ordinal++, Int(chunk.begin), Int(chunk.end), std::string_view(chunk.content_hash)});
    if (done) done = Keep(generation.model.id, chunk.content_hash, chunk.vector, now);
  }
  return done;
}

Status ChunkStore::Drop(std::int64_t generation, const DropChunks& drop, Time now) {
  if (Status done = ReleaseChunks(generation, drop.tenant_id, drop.id, now); !done) return done;
  return file_.Run(
      "INSERT OR REPLACE INTO stories (generation, tenant, id, version, dropped_at) "
      "VALUES (?1, ?2, ?3, ?4, ?5)",
      {generation, std::string_view(drop.tenant_id), std::string_view(drop.id), drop.version,
       drop.dropped_at});
}

// Their vectors were used until now. Without the model, every vector there is would be looked at.
Status ChunkStore::ReleaseChunks(std::int64_t generation, const std::string& tenant, const Id& id,
                                 Time now) {
  Status done = file_.Run(
      "UPDATE vectors SET used_at = ?4 "
      "WHERE model = (SELECT model FROM generations WHERE number = ?1) AND hash IN "
      "(SELECT hash FROM chunks WHERE generation = ?1 AND tenant = ?2 AND story = ?3)",
      {generation, std::string_view(tenant), std::string_view(id), now.micros});
  if (!done) return done;
  return file_.Run("DELETE FROM chunks WHERE generation = ?1 AND tenant = ?2 AND story = ?3",
                   {generation, std::string_view(tenant), std::string_view(id)});
}

Status ChunkStore::Keep(const std::string& model, const std::string& hash, const Vector& vector,
                        Time now) {
  return file_.Run(
      "INSERT INTO vectors (model, hash, used_at, vector) VALUES (?1, ?2, ?3, ?4) "
      "ON CONFLICT (model, hash) DO NOTHING",
      {std::string_view(model), std::string_view(hash), now.micros, Blob(vector)});
}

Status ChunkStore::ReadAll(const Generation& generation,
                           const std::function<void(StoryChunks)>& take) {
  return file_.Run(
      "SELECT tenant, id, legacy, status, tags, author, language, first, last, updated_at, readers "
      "FROM stories WHERE generation = ?1 AND dropped_at IS NULL ORDER BY tenant, id",
      {generation.number}, [&](const SqlRow& row) -> Status {
        StoryChunks each;
        StoryDocument& story = each.story;
        story.tenant_id = row.String(0);
        story.id = row.String(1);
        story.legacy_id = row.String(2);
        story.status = static_cast<StoryStatus>(row.Integer(3));
        story.tags = Split(row.Text(4));
        story.author = row.String(5);
        story.language = row.String(6);
        if (!row.IsNull(7)) {
          story.happened_at =
              Edtf{"", static_cast<Day>(row.Integer(7)), static_cast<Day>(row.Integer(8))};
        }
        story.updated_at = row.Integer(9);
        story.readers = Split(row.Text(10));
        if (Status read = ReadChunks(generation, each); !read) return read;
        take(std::move(each));
        return {};
      });
}

Status ChunkStore::ReadChunks(const Generation& generation, StoryChunks& story) {
  return file_.Run(
      "SELECT c.first, c.last, c.hash, v.vector FROM chunks c "
      "JOIN vectors v ON v.model = ?4 AND v.hash = c.hash "
      "WHERE c.generation = ?1 AND c.tenant = ?2 AND c.story = ?3 ORDER BY c.ordinal",
      {generation.number, std::string_view(story.story.tenant_id), std::string_view(story.story.id),
       std::string_view(generation.model.id)},
      [&](const SqlRow& row) -> Status {
        Chunk chunk{Size(row.Integer(0)), Size(row.Integer(1)), row.String(2), VectorOf(row, 3)};
        if (chunk.vector.size() != generation.model.dimensions) {
          return Fail(ErrorCode::kInternal, "vectors.db: a vector is of other dimensions");
        }
        story.chunks.push_back(std::move(chunk));
        return {};
      });
}

Result<IndexedPage> ChunkStore::Scan(std::int64_t generation, const std::string& after,
                                     std::size_t limit) {
  const std::size_t cut = std::min(after.find(kBetween), after.size());
  const std::string tenant = after.substr(0, cut);
  const std::string id = cut < after.size() ? after.substr(cut + 1) : "";
  IndexedPage page;
  const Status done = file_.Run(
      "SELECT tenant, id, version, updated_at FROM stories "
      "WHERE generation = ?1 AND (tenant, id) > (?2, ?3) AND dropped_at IS NULL "
      "ORDER BY tenant, id LIMIT ?4",
      {generation, std::string_view(tenant), std::string_view(id), Int(limit) + 1},
      [&](const SqlRow& row) -> Status {
        page.stories.push_back({row.String(0), row.String(1), row.Integer(2), row.Integer(3)});
        return {};
      });
  if (!done) return ErrorOf(done);
  if (page.stories.size() > limit) {
    page.stories.pop_back();
    page.next = page.stories.back().tenant_id + kBetween + page.stories.back().id;
  }
  return page;
}

Result<std::size_t> ChunkStore::Sweep(std::int64_t generation, std::int64_t before,
                                      std::int64_t passed) {
  std::size_t swept = 0;
  const Status done = file_.Transact([&]() -> Status {
    Status deleted = file_.Run(
        "DELETE FROM stories WHERE (generation, tenant, id) IN ("
        "  SELECT generation, tenant, id FROM stories WHERE generation = ?1"
        "    AND dropped_at IS NOT NULL AND dropped_at < ?2 AND version <= ?3"
        "  ORDER BY dropped_at LIMIT ?4)",
        {generation, before, passed, Int(kSweptAtOnce)});
    if (!deleted) return deleted;
    swept = Size(file_.Changes());
    return file_.Run(
        "DELETE FROM vectors WHERE rowid IN ("
        "  SELECT rowid FROM vectors v WHERE used_at < ?1"
        "    AND NOT EXISTS (SELECT 1 FROM chunks c WHERE c.hash = v.hash) LIMIT ?2)",
        {before, Int(kSweptAtOnce)});
  });
  if (!done) return ErrorOf(done);
  return swept;
}

Result<std::map<std::string, Vector>> ChunkStore::Known(const std::string& model,
                                                        const std::vector<std::string>& hashes) {
  std::map<std::string, Vector> known;
  for (const std::string& hash : hashes) {
    const Status done = file_.Run("SELECT vector FROM vectors WHERE model = ?1 AND hash = ?2",
                                  {std::string_view(model), std::string_view(hash)},
                                  [&](const SqlRow& row) -> Status {
                                    known.emplace(hash, VectorOf(row, 0));
                                    return {};
                                  });
    if (!done) return ErrorOf(done);
  }
  return known;
}

Status ChunkStore::Remember(const EmbeddingModel& model,
                            const std::map<std::string, Vector>& vectors, Time now) {
  return file_.Transact([&]() -> Status {
    for (const auto& [hash, vector] : vectors) {
      if (Status done = Keep(model.id, hash, vector, now); !done) return done;
    }
    return {};
  });
}

}  // namespace heirloom::faiss_index
