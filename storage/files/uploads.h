#pragma once

#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "storage/blob_store.h"
#include "storage/files/data_file.h"
#include "storage/files/layout.h"
#include "storage/files/record.h"

namespace heirloom::files {

// Uploads that go on: a folder each, with a record of what is to be and the parts that came.
// Thread-safe.
class Uploads {
 public:
  Uploads(const Layout& layout, const Clock& clock, Random& random)
      : layout_(layout), clock_(clock), random_(random) {}

  Result<BlobUpload> Create(const BlobKey& key, const PutOptions& options);
  // What CreateUpload was told. kNotFound, as from all below, for one that is not there any more.
  Result<Record> Find(const BlobUpload& upload) const;
  Result<BlobPart> Put(const BlobUpload& upload, int number, std::string_view bytes);
  Result<BlobPartPage> List(const BlobUpload& upload, int after) const;
  // The parts one after the other.
  Result<NewFile> Join(const BlobUpload& upload, const std::vector<BlobPart>& parts) const;
  Status Remove(const BlobUpload& upload);
  Result<int> Sweep(Time before);

 private:
  fs::path Folder(const std::string& id) const { return layout_.Uploads() / id; }
  Result<Record> ReadPart(const BlobUpload& upload, int number) const;
  Status RemoveFolder(const fs::path& folder);

  const Layout& layout_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace heirloom::files
