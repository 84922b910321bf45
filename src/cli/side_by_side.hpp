// SideBySide: the same work for several things at once, each in a child process, so that one thread stays enough.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace byok::cli {

struct ChildResult {
  std::string text;
  int exit_code = 0;
};

// Runs `work(0)` … `work(count - 1)`, at most `most` at a time, and gives the results in order. The results are empty
// where the interrupt descriptor became readable: `work` is to end by it too, and after a second is killed. A child
// that dies gives exit code 70. `on_result` is called in order, each as soon as those before it are there. To be called
// while there is one thread.
[[nodiscard]] std::vector<ChildResult> run_side_by_side(std::size_t count, std::size_t most, int interrupt,
                                                        const std::function<ChildResult(std::size_t)>& work,
                                                        const std::function<void(const ChildResult&)>& on_result);

}  // namespace byok::cli
