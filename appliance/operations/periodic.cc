#include "appliance/operations/periodic.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "appliance/base/log.h"
#include "appliance/base/thread_name.h"

namespace heirloom {
namespace {

void RunOnce(const std::string& name, const std::function<Status()>& task) {
  const Status done = task();
  if (!done) LogError("a regular task failed", {{"task", name}, {"reason", done.error().message}});
}

}  // namespace

Periodic::Periodic(std::string name, std::chrono::milliseconds interval,
                   std::function<Status()> task)
    : thread_(
          [name = std::move(name), interval, task = std::move(task)](const std::stop_token& stop) {
            NameThisThread(name.c_str());
            std::mutex mutex;
            std::condition_variable_any wake;
            std::unique_lock lock(mutex);
            for (;;) {
              wake.wait_for(lock, stop, interval, [] { return false; });
              if (stop.stop_requested()) break;
              RunOnce(name, task);
            }
            RunOnce(name, task);
          }) {}

}  // namespace heirloom
