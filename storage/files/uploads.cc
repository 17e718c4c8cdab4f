#include "storage/files/uploads.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "appliance/base/digest.h"
#include "appliance/base/number.h"

namespace heirloom::files {
namespace {

constexpr std::string_view kRecord = "upload.json";
constexpr std::string_view kJson = ".json";
constexpr int kPage = 1'000;
constexpr int kMostSwept = 1'000;

auto Gone() { return Fail(ErrorCode::kNotFound, "there is no such upload"); }

// 00007
std::string PartName(int number) {
  const std::string digits = std::to_string(number);
  return std::string(5 - digits.size(), '0') + digits;
}

// The number in "00007.json"; 0 for other names.
int PartNumber(std::string_view name) {
  if (name.size() != 5 + kJson.size() || !name.ends_with(kJson)) return 0;
  return ParseNumber<int>(name.substr(0, 5)).value_or(0);
}

}  // namespace

std::string NewSerial(Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.Fill(bytes);
  return ToHex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

bool IsSerial(std::string_view text) { return text.size() == 32 && FromHex(text).has_value(); }

Result<BlobUpload> Uploads::Create(const BlobKey& key, const PutOptions& options) {
  BlobUpload upload{key, NewSerial(random_)};
  Record record;
  record.key = key;
  record.content_type = options.content_type;
  record.tags = options.tags;
  record.modified_at = clock_.Now();
  record.upload_id = upload.id;
  // Made elsewhere and moved, so that no upload is ever seen without its record.
  const fs::path scratch = layout_.Scratch() / upload.id;
  Status done = MakeFolder(scratch);
  if (done) done = WriteSmallFile(scratch / kRecord, scratch / "new", WriteRecord(record));
  if (done) done = SyncFolder(scratch);
  if (done) done = Rename(scratch, Folder(upload.id));
  if (done) done = SyncFolder(layout_.Uploads());
  if (!done) return ErrorOf(done);
  return upload;
}

Result<Record> Uploads::Find(const BlobUpload& upload) const {
  if (!IsSerial(upload.id)) return Gone();
  const Result<std::string> text = ReadSmallFile(Folder(upload.id) / kRecord);
  if (!text && text.error().code == ErrorCode::kNotFound) return Gone();
  if (!text) return ErrorOf(text);
  Result<Record> record = ReadRecord(*text);
  if (record && record->key != upload.key) return Gone();
  return record;
}

Result<BlobPart> Uploads::Put(const BlobUpload& upload, int number, std::string_view bytes) {
  const Result<Record> about = Find(upload);
  if (!about) return ErrorOf(about);
  const fs::path folder = Folder(upload.id);
  const std::string serial = NewSerial(random_);
  Result<NewFile> data = NewFile::Create(layout_.Scratch() / serial);
  if (!data) return ErrorOf(data);
  if (const Status wrote = data->Write(bytes); !wrote) return ErrorOf(wrote);
  Record part;
  part.key = upload.key;
  part.content_type = about->content_type;
  part.size = data->size();
  part.crc32c = data->crc32c();
  part.modified_at = clock_.Now();
  part.etag = serial;
  part.data = PartName(number) + "." + serial;
  const fs::path record = folder / (PartName(number) + std::string(kJson));
  const Result<std::string> before = ReadSmallFile(record);
  Status done = data->MoveTo(folder / part.data);
  if (done) done = SyncFolder(folder);
  if (done) done = WriteSmallFile(record, layout_.Scratch() / (serial + "r"), WriteRecord(part));
  if (done) done = SyncFolder(folder);
  // Aborted or completed meanwhile.
  if (!done && done.error().code == ErrorCode::kNotFound) return Gone();
  if (!done) return ErrorOf(done);
  if (before) {
    const Result<Record> old = ReadRecord(*before);
    if (old) static_cast<void>(files::Remove(folder / old->data).has_value());
  }
  return BlobPart{number, part.size, part.etag};
}

Result<Record> Uploads::ReadPart(const BlobUpload& upload, int number) const {
  const Result<std::string> text =
      ReadSmallFile(Folder(upload.id) / (PartName(number) + std::string(kJson)));
  if (!text) return ErrorOf(text);
  return ReadRecord(*text);
}

Result<BlobPartPage> Uploads::List(const BlobUpload& upload, int after) const {
  const Result<Record> about = Find(upload);
  if (!about) return ErrorOf(about);
  const Result<std::vector<std::string>> names = NamesIn(Folder(upload.id));
  if (!names) return ErrorOf(names);
  BlobPartPage page;
  for (const std::string& name : *names) {
    const int number = PartNumber(name);
    if (number == 0 || number <= after) continue;
    if (page.parts.size() == kPage) {
      page.next_after = page.parts.back().number;
      break;
    }
    const Result<Record> part = ReadPart(upload, number);
    if (!part && part.error().code == ErrorCode::kNotFound) return Gone();
    if (!part) return ErrorOf(part);
    page.parts.push_back({number, part->size, part->etag});
  }
  return page;
}

Result<NewFile> Uploads::Join(const BlobUpload& upload, const std::vector<BlobPart>& parts) const {
  std::vector<Record> records;
  for (const BlobPart& part : parts) {
    Result<Record> record = ReadPart(upload, part.number);
    if (!record && record.error().code != ErrorCode::kNotFound) return ErrorOf(record);
    if (!record || record->etag != part.etag || record->size != part.size) {
      return Fail(ErrorCode::kInvalidArgument,
                  "part " + std::to_string(part.number) + " did not come as it is named");
    }
    records.push_back(std::move(*record));
  }
  Result<NewFile> whole = NewFile::Create(layout_.Scratch() / NewSerial(random_));
  if (!whole) return ErrorOf(whole);
  for (const Record& record : records) {
    const Status added = whole->Append(Folder(upload.id) / record.data, record.size, record.crc32c);
    if (!added && added.error().code == ErrorCode::kNotFound) return Gone();
    if (!added) return ErrorOf(added);
  }
  return whole;
}

// Moved out of the way first, so that half a folder is never taken for an upload.
Status Uploads::RemoveFolder(const fs::path& folder) {
  const fs::path scratch = layout_.Scratch() / NewSerial(random_);
  const Status moved = Rename(folder, scratch);
  if (!moved && moved.error().code == ErrorCode::kNotFound) return {};
  if (!moved) return moved;
  std::error_code failed;
  fs::remove_all(scratch, failed);  // What stays goes with the next start.
  return SyncFolder(layout_.Uploads());
}

Status Uploads::Remove(const BlobUpload& upload) {
  const Result<Record> about = Find(upload);
  if (!about && about.error().code == ErrorCode::kNotFound) return {};
  if (!about) return ErrorOf(about);
  return RemoveFolder(Folder(upload.id));
}

Result<int> Uploads::Sweep(Time before) {
  const Result<std::vector<std::string>> ids = NamesIn(layout_.Uploads());
  if (!ids) return ErrorOf(ids);
  int swept = 0;
  for (const std::string& id : *ids) {
    if (swept == kMostSwept) break;
    const Result<std::string> text = ReadSmallFile(Folder(id) / kRecord);
    if (!text) continue;
    const Result<Record> record = ReadRecord(*text);
    if (!record || record->modified_at >= before) continue;
    if (const Status removed = RemoveFolder(Folder(id)); !removed) return ErrorOf(removed);
    ++swept;
  }
  return swept;
}

}  // namespace heirloom::files
