#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "appliance/base/encoding.h"
#include "appliance/base/random.h"
#include "storage/blob_store.h"
#include "storage/files/disk.h"

namespace heirloom::files {

// Where things are, see the README. No name that a person chose is ever part of a path: names may
// be long, differ by case alone, or mean something to a file system.
struct Layout {
  fs::path root;

  fs::path Format() const { return root / "format"; }
  fs::path SigningKey() const { return root / "signing.key"; }
  fs::path Scratch() const { return root / "tmp"; }
  fs::path Uploads() const { return root / "uploads"; }
  fs::path Tenants() const { return root / "tenants"; }
  fs::path Tenant(std::string_view tenant_id) const { return Tenants() / tenant_id; }
};

// One key's place.
struct Place {
  fs::path folder;
  std::string hash;  // Of the name.

  Place(const Layout& layout, const BlobKey& key) : hash(Sha256Hex(key.name)) {
    folder = layout.Tenant(key.tenant_id) / hash.substr(0, 2);
  }
  fs::path Record() const { return folder / (hash + ".json"); }
  std::string DataName(std::string_view serial) const { return hash + "." + std::string(serial); }
};

// 128 random bits in hex: names of files, ids of uploads.
std::string NewSerial(Random& random);
bool IsSerial(std::string_view text);

}  // namespace heirloom::files
