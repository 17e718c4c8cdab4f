#pragma once

namespace heirloom::testing {

// SQLite's file layer with a disk that fails on demand and counts. While one lives it is what every
// connection opened meanwhile uses; one at a time.
class FailingVfs final {
 public:
  FailingVfs();
  ~FailingVfs();
  FailingVfs(const FailingVfs&) = delete;
  FailingVfs& operator=(const FailingVfs&) = delete;

  // Of the write-ahead log: fsyncs so far, those that failed too.
  int LogSyncs() const;
  // From now on fsync of the log fails.
  void FailLogSyncs(bool fail);
  // From now on there is no room for the log.
  void FillDisk(bool full);
};

}  // namespace heirloom::testing
