// Which of several indexes is the one that is asked. Beside each other lie NAME-000001, … and NAME,
// an alias of one of them, which is moved in one step. Each has an alias of its own to be written
// through (WriteAlias), so that nothing makes it anew by writing once it is gone. Thread-safe.

#pragma once

#include <string>
#include <vector>

#include "appliance/base/result.h"
#include "index/opensearch/connection.h"

namespace heirloom::opensearch {

class Generations {
 public:
  // `name`: with everything before the number, "heirloom-stories-v1". `definition`: the JSON object
  // of settings and mappings that each is made with. `connection` must outlive it.
  Generations(const Connection& connection, std::string name, std::string definition)
      : connection_(connection), name_(std::move(name)), definition_(std::move(definition)) {}

  const std::string& Name() const { return name_; }

  // What the alias names. kNotFound: nothing.
  Result<std::string> Current() const;

  // What the alias names; when it names nothing, a new, empty index, and the alias with it. Several
  // processes may do so at once.
  Result<std::string> Ensure() const;

  // A new, empty index, not asked by anybody. Removes all others but the current one first: what
  // was given up or left by a crash.
  Result<std::string> Start() const;

  // The alias names `next` alone, and what it named cannot be written to any more. On failure it
  // may have been moved all the same: `moved` is false only when it surely was not.
  Status MakeCurrent(const std::string& next, bool& moved) const;

  Status Remove(const std::string& index) const;

  // The template for all generations to come, so that one that is made by anything else is no other
  // than ours. Idempotent.
  Status PutTemplate() const;

 private:
  Result<std::vector<std::string>> All() const;
  Status Create(const std::string& index, bool current) const;
  std::string NameAfter(const std::vector<std::string>& all) const;

  const Connection& connection_;
  const std::string name_;
  const std::string definition_;
};

std::string WriteAlias(const std::string& index);

}  // namespace heirloom::opensearch
