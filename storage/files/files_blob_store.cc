#include "storage/files/files_blob_store.h"

#include <array>
#include <mutex>
#include <system_error>
#include <utility>

#include "appliance/base/digest.h"
#include "appliance/base/encoding.h"
#include "storage/files/data_file.h"
#include "storage/files/layout.h"
#include "storage/files/leftovers.h"
#include "storage/files/record.h"
#include "storage/files/uploads.h"

namespace heirloom {
namespace files {
namespace {

constexpr std::string_view kFormat = "1\n";
constexpr std::size_t kKeyBytes = 32;
// How often a reader looks again when what it was about to read was overwritten.
constexpr int kMaxLooks = 100;

auto NoBlob() { return Fail(ErrorCode::kNotFound, "there is no such blob"); }

class Store final : public FilesBlobStore {
 public:
  Store(Layout layout, std::string signing_key, const Clock& clock, Random& random)
      : layout_(std::move(layout)),
        signing_key_(std::move(signing_key)),
        clock_(clock),
        random_(random),
        uploads_(layout_, clock, random) {}

  Result<BlobInfo> Put(const BlobKey& key, std::string_view bytes,
                       const PutOptions& options) override {
    if (const Status good = CheckPut(key, bytes, options); !good) return ErrorOf(good);
    const std::string sha256 = Sha256Hex(bytes);
    if (options.sha256 && *options.sha256 != sha256) {
      return Fail(ErrorCode::kInvalidArgument, "the bytes have another SHA-256 than said");
    }
    if (options.if_absent && Find(key)) return Taken();
    Result<NewFile> data = NewFile::Create(layout_.Scratch() / NewSerial(random_));
    if (!data) return ErrorOf(data);
    if (const Status wrote = data->Write(bytes); !wrote) return ErrorOf(wrote);
    Record record;
    record.content_type = options.content_type;
    record.tags = options.tags;
    record.sha256 = sha256;
    return Publish(key, std::move(record), std::move(*data), options.if_absent);
  }

  Result<BlobInfo> Head(const BlobKey& key) override {
    if (const Status good = CheckBlobKey(key); !good) return ErrorOf(good);
    const Result<Record> record = Find(key);
    if (!record) return ErrorOf(record);
    return record->Info();
  }

  Result<BlobInfo> Read(const BlobKey& key, const BlobSpan& span, const BlobSink& sink,
                        std::stop_token stop) override {
    if (const Status good = CheckBlobKey(key); !good) return ErrorOf(good);
    if (const Status good = CheckSpan(span); !good) return ErrorOf(good);
    const Result<Opened> blob = Open(key);
    if (!blob) return ErrorOf(blob);
    const Record& record = blob->record;
    const Status read =
        ReadSpan(blob->file, blob->path, record.size, record.crc32c, span, sink, stop);
    if (!read) return ErrorOf(read);
    return record.Info();
  }

  // The bytes are never changed, so both share them.
  Result<BlobInfo> Copy(const BlobKey& from, const BlobKey& to) override {
    if (const Status good = CheckBlobKey(from); !good) return ErrorOf(good);
    if (const Status good = CheckBlobKey(to); !good) return ErrorOf(good);
    if (from.tenant_id != to.tenant_id) {
      return Fail(ErrorCode::kInvalidArgument, "a copy stays with its tenant");
    }
    const Place target(layout_, to);
    if (const Status made = MakeFolder(target.folder); !made) return ErrorOf(made);
    for (int look = 0; look < kMaxLooks; ++look) {
      Result<Record> record = Find(from);
      if (!record || from == to) return record ? record->Info() : Result<BlobInfo>(ErrorOf(record));
      const std::string serial = NewSerial(random_);
      const fs::path source = Place(layout_, from).folder / record->data;
      record->data = target.DataName(serial);
      record->etag = serial;
      record->upload_id.clear();
      const Status linked = Link(source, target.folder / record->data);
      if (!linked && linked.error().code == ErrorCode::kNotFound) continue;  // Overwritten.
      if (!linked) return ErrorOf(linked);
      return Show(to, std::move(*record), false);
    }
    return Busy();
  }

  Status Delete(const BlobKey& key) override {
    if (const Status good = CheckBlobKey(key); !good) return good;
    const Place place(layout_, key);
    std::string data;
    {
      const std::lock_guard lock(LockOf(place));
      const Result<Record> record = Find(key);
      if (!record && record.error().code == ErrorCode::kNotFound) return {};
      if (!record) return ErrorOf(record);
      data = record->data;
      if (const Status removed = files::Remove(place.Record()); !removed) return removed;
    }
    if (const Status synced = SyncFolder(place.folder); !synced) return synced;
    return files::Remove(place.folder / data);
  }

  Status SetTags(const BlobKey& key, const BlobTags& tags) override {
    if (const Status good = CheckBlobKey(key); !good) return good;
    if (const Status good = CheckBlobTags(tags); !good) return good;
    const Place place(layout_, key);
    {
      const std::lock_guard lock(LockOf(place));
      Result<Record> record = Find(key);
      if (!record) return ErrorOf(record);
      record->tags = tags;
      const Status written = WriteSmallFile(place.Record(), layout_.Scratch() / NewSerial(random_),
                                            WriteRecord(*record));
      if (!written) return written;
    }
    return SyncFolder(place.folder);
  }

  Result<BlobTags> Tags(const BlobKey& key) override {
    if (const Status good = CheckBlobKey(key); !good) return ErrorOf(good);
    Result<Record> record = Find(key);
    if (!record) return ErrorOf(record);
    return std::move(record->tags);
  }

  Result<BlobPage> List(const std::string& tenant_id, const std::string& after, int limit) override;

  Result<BlobUpload> CreateUpload(const BlobKey& key, const PutOptions& options) override {
    if (const Status good = CheckCreate(key, options); !good) return ErrorOf(good);
    return uploads_.Create(key, options);
  }

  Result<SignedRequest> SignPart(const BlobUpload& upload, int number, std::int64_t length,
                                 int seconds) override {
    if (const Status good = CheckPart(upload, number, length); !good) return ErrorOf(good);
    if (const Status good = CheckSignedSeconds(seconds); !good) return ErrorOf(good);
    BlobGrant grant;
    grant.action = BlobGrant::Action::kSendPart;
    grant.key = upload.key;
    grant.expires = clock_.Now() + Time::FromSeconds(seconds);
    grant.upload_id = upload.id;
    grant.part = number;
    grant.length = length;
    return SignedRequest{
        "PUT", SignGrant(signing_key_, grant), {{"Content-Length", std::to_string(length)}}};
  }

  Result<BlobPart> PutPart(const BlobUpload& upload, int number, std::string_view bytes) override {
    const auto length = static_cast<std::int64_t>(bytes.size());
    if (const Status good = CheckPart(upload, number, length); !good) return ErrorOf(good);
    if (bytes.size() > kMaxPutBytes) {
      return Fail(ErrorCode::kTooLarge, "a part from memory has at most 64 MiB");
    }
    return uploads_.Put(upload, number, bytes);
  }

  Result<BlobPartPage> ListParts(const BlobUpload& upload, int after) override {
    return uploads_.List(upload, after);
  }

  Result<BlobInfo> CompleteUpload(const BlobUpload& upload, const std::vector<BlobPart>& parts,
                                  const CompleteOptions& options) override {
    if (const Status good = CheckBlobKey(upload.key); !good) return ErrorOf(good);
    Result<Record> about = uploads_.Find(upload);
    if (!about && about.error().code == ErrorCode::kNotFound) {
      const Result<Record> made = Find(upload.key);
      if (made && made->upload_id == upload.id) return made->Info();
    }
    if (!about) return ErrorOf(about);
    const Result<std::vector<BlobPart>> sorted = CheckParts(parts, options);
    if (!sorted) return ErrorOf(sorted);
    if (options.if_absent && Find(upload.key)) return Taken();
    Result<NewFile> whole = uploads_.Join(upload, *sorted);
    if (!whole) return ErrorOf(whole);
    const Result<BlobInfo> shown =
        Publish(upload.key, std::move(*about), std::move(*whole), options.if_absent);
    // From here on it is there; parts that stay are swept one day.
    if (shown) static_cast<void>(uploads_.Remove(upload).has_value());
    return shown;
  }

  Status AbortUpload(const BlobUpload& upload) override { return uploads_.Remove(upload); }

  Result<int> SweepUploads(Time before) override {
    if (const Status swept = RemoveUnnamed(layout_, before); !swept) return ErrorOf(swept);
    return uploads_.Sweep(before);
  }

  Result<SignedRequest> SignGet(const BlobKey& key, const SignedGetOptions& options) override {
    if (const Status good = CheckSignedGet(key, options); !good) return ErrorOf(good);
    BlobGrant grant;
    grant.key = key;
    grant.expires = clock_.Now() + Time::FromSeconds(options.seconds);
    grant.content_type = options.content_type;
    grant.content_disposition = options.content_disposition;
    return SignedRequest{"GET", SignGrant(signing_key_, grant), {}};
  }

  Result<BlobGrant> Verify(std::string_view method, std::string_view target) override {
    return VerifyGrant(signing_key_, method, target, clock_.Now());
  }

  Status Ping() override {
    const fs::path probe = layout_.Scratch() / NewSerial(random_);
    Result<NewFile> file = NewFile::Create(probe);
    if (!file) return ErrorOf(file);
    return file->Write("ping");
  }

 private:
  struct Opened {
    Record record;
    Descriptor file;
    fs::path path;
  };

  static tl::unexpected<Error> Taken() {
    return Fail(ErrorCode::kPreconditionFailed, "there is a blob of this name already");
  }
  static tl::unexpected<Error> Busy() {
    return FailForNow(ErrorCode::kUnavailable, "the blob changes too fast to be read", 1);
  }

  std::mutex& LockOf(const Place& place) {
    return locks_[std::hash<std::string>{}(place.hash) % locks_.size()];
  }

  Result<Record> Find(const BlobKey& key) const {
    const Result<std::string> text = ReadSmallFile(Place(layout_, key).Record());
    if (!text && text.error().code == ErrorCode::kNotFound) return NoBlob();
    if (!text) return ErrorOf(text);
    Result<Record> record = ReadRecord(*text);
    // Another name with this hash is not to be expected before the end of time; a record that was
    // moved by hand is.
    if (record && record->key != key) {
      return Fail(ErrorCode::kInternal, "blobs: a record is in the wrong place");
    }
    return record;
  }

  Result<Opened> Open(const BlobKey& key) const {
    for (int look = 0; look < kMaxLooks; ++look) {
      Result<Record> record = Find(key);
      if (!record) return ErrorOf(record);
      fs::path path = Place(layout_, key).folder / record->data;
      Result<Descriptor> file = OpenFile(path);
      if (file) return Opened{std::move(*record), std::move(*file), std::move(path)};
      if (file.error().code != ErrorCode::kNotFound) return ErrorOf(file);
      // Overwritten or deleted between the two, unless the record still names it.
      const Result<Record> again = Find(key);
      if (again && again->data == record->data) {
        return Fail(ErrorCode::kInternal,
                    "blobs: the bytes of a blob are missing: " + path.string());
      }
    }
    return Busy();
  }

  // The bytes to their place, then the record that makes them seen.
  Result<BlobInfo> Publish(const BlobKey& key, Record record, NewFile data, bool if_absent) {
    const Place place(layout_, key);
    const std::string serial = NewSerial(random_);
    record.etag = serial;
    record.size = data.size();
    record.crc32c = data.crc32c();
    record.data = place.DataName(serial);
    Status done = MakeFolder(place.folder);
    if (done) done = data.MoveTo(place.folder / record.data);
    if (!done) return ErrorOf(done);
    return Show(key, std::move(record), if_absent);
  }

  // Exchanges the record; its bytes are in their place. The lock is held over a look, a small write
  // and a rename only: of two changes of one key the later must know the earlier one's bytes, to
  // remove them.
  Result<BlobInfo> Show(const BlobKey& key, Record record, bool if_absent) {
    const Place place(layout_, key);
    record.key = key;
    record.modified_at = clock_.Now();
    const fs::path data = place.folder / record.data;
    const fs::path scratch = layout_.Scratch() / NewSerial(random_);
    std::string old_data;
    Status done = SyncFolder(place.folder);
    if (done) {
      const std::lock_guard lock(LockOf(place));
      const Result<Record> old = Find(key);
      if (old) old_data = old->data;
      if (old && if_absent) {
        done = Taken();
      } else {
        done = WriteSmallFile(place.Record(), scratch, WriteRecord(record));
      }
    }
    if (!done) {
      static_cast<void>(files::Remove(data).has_value());
      return ErrorOf(done);
    }
    if (const Status synced = SyncFolder(place.folder); !synced) return ErrorOf(synced);
    if (!old_data.empty()) static_cast<void>(files::Remove(place.folder / old_data).has_value());
    return record.Info();
  }

  const Layout layout_;
  const std::string signing_key_;
  const Clock& clock_;
  Random& random_;
  Uploads uploads_;
  std::array<std::mutex, 64> locks_;
};

// In the order of the hashes of names; `after` is the last hash of the page before.
Result<BlobPage> Store::List(const std::string& tenant_id, const std::string& after, int limit) {
  if (const Status good = CheckBlobTenant(tenant_id); !good) return ErrorOf(good);
  if (limit < 1 || limit > 1'000) {
    return Fail(ErrorCode::kInvalidArgument, "a page has 1 to 1,000 blobs");
  }
  BlobPage page;
  const fs::path tenant = layout_.Tenant(tenant_id);
  const Result<std::vector<std::string>> shelves = NamesIn(tenant);
  if (!shelves) return ErrorOf(shelves);
  for (const std::string& shelf : *shelves) {
    if (shelf < after.substr(0, 2)) continue;
    const Result<std::vector<std::string>> names = NamesIn(tenant / shelf);
    if (!names) return ErrorOf(names);
    for (const std::string& name : *names) {
      const std::string hash = name.substr(0, name.find('.'));
      if (!name.ends_with(".json") || hash <= after) continue;
      if (page.blobs.size() == static_cast<std::size_t>(limit)) {
        page.next = Sha256Hex(page.blobs.back().key.name);
        return page;
      }
      const Result<std::string> text = ReadSmallFile(tenant / shelf / name);
      if (!text && text.error().code == ErrorCode::kNotFound) continue;
      if (!text) return ErrorOf(text);
      const Result<Record> record = ReadRecord(*text);
      if (!record) return ErrorOf(record);
      page.blobs.push_back({record->key, record->size, record->modified_at});
    }
  }
  return page;
}

// The key that signs URLs: made once, for its owner alone.
Result<std::string> SigningKey(const Layout& layout, Random& random) {
  Result<std::string> kept = ReadSmallFile(layout.SigningKey());
  if (!kept && kept.error().code == ErrorCode::kNotFound) {
    const std::string fresh = NewSerial(random) + NewSerial(random);
    const Status written =
        WriteSmallFile(layout.SigningKey(), layout.Scratch() / NewSerial(random), fresh);
    if (!written) return ErrorOf(written);
    kept = fresh;
  }
  if (!kept) return kept;
  const std::optional<std::string> key = FromHex(*kept);
  if (!key || key->size() != kKeyBytes) {
    return Fail(ErrorCode::kInternal, "blobs: " + layout.SigningKey().string() +
                                          " is damaged; remove it: a new one is made, and links "
                                          "that were given out end");
  }
  return *key;
}

Status CheckFormat(const Layout& layout, Random& random) {
  const Result<std::string> format = ReadSmallFile(layout.Format());
  if (!format && format.error().code == ErrorCode::kNotFound) {
    return WriteSmallFile(layout.Format(), layout.Scratch() / NewSerial(random), kFormat);
  }
  if (!format) return ErrorOf(format);
  if (*format != kFormat) {
    return Fail(ErrorCode::kInternal,
                "blobs: " + layout.root.string() + " was written by a newer version of Heirloom");
  }
  return {};
}

// What was on its way when a process ended is of no use to anybody.
Status EmptyScratch(const Layout& layout) {
  std::error_code failed;
  fs::remove_all(layout.Scratch(), failed);
  if (failed) {
    return tl::unexpected<Error>(ErrorOfSystem("removed", layout.Scratch(), failed.value()));
  }
  return MakeFolder(layout.Scratch());
}

}  // namespace
}  // namespace files

Result<std::unique_ptr<FilesBlobStore>> OpenFilesBlobStore(const std::filesystem::path& folder,
                                                           const Clock& clock, Random& random) {
  files::Layout layout{folder};
  Status done = files::MakeFolder(layout.root);
  if (done) done = files::EmptyScratch(layout);
  if (done) done = files::CheckFormat(layout, random);
  if (done) done = files::MakeFolder(layout.Uploads());
  if (done) done = files::MakeFolder(layout.Tenants());
  if (!done) return ErrorOf(done);
  Result<std::string> key = files::SigningKey(layout, random);
  if (!key) return ErrorOf(key);
  if (const Status synced = files::SyncFolder(layout.root); !synced) return ErrorOf(synced);
  return std::make_unique<files::Store>(std::move(layout), std::move(*key), clock, random);
}

}  // namespace heirloom
