// Children by fork, each with a pipe to write its text to.
#include "cli/side_by_side.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "base/file.hpp"

namespace byok::cli {
namespace {

constexpr int kDied = 70;

class Child {
 public:
  Child(std::size_t index, const std::function<ChildResult(std::size_t)>& work) {
    std::array<int, 2> ends{-1, -1};
    if (::pipe(ends.data()) != 0) return;
    // What a child runs in its turn must not hold its pipe open.
    for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
    pid_ = ::fork();
    if (pid_ == 0) {
      const ChildResult result = work(index);
      static_cast<void>(base::write_all(ends[1], result.text));
      ::_exit(result.exit_code);
    }
    ::close(ends[1]);
    reader_ = ends[0];
    if (pid_ < 0) finish();
  }
  Child(Child&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)),
        reader_(std::exchange(other.reader_, -1)),
        result_(std::move(other.result_)) {}
  Child& operator=(Child&&) = delete;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (reader_ >= 0) ::close(reader_);
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    int ignored = 0;
    while (::waitpid(pid_, &ignored, 0) < 0 && errno == EINTR) continue;
  }

  [[nodiscard]] int reader() const { return reader_; }
  [[nodiscard]] bool is_running() const { return reader_ >= 0; }
  [[nodiscard]] const ChildResult& result() const { return result_; }
  // Whether it still runs, without waiting for it.
  [[nodiscard]] bool is_alive() {
    int ignored = 0;
    if (pid_ > 0 && ::waitpid(pid_, &ignored, WNOHANG) == pid_) pid_ = -1;
    return pid_ > 0;
  }
  void read_some() {
    std::array<char, 8192> buffer{};
    const ssize_t count = ::read(reader_, buffer.data(), buffer.size());
    if (count > 0) result_.text.append(buffer.data(), static_cast<std::size_t>(count));
    if (count == 0 || (count < 0 && errno != EINTR)) finish();
  }

 private:
  void finish() {
    ::close(std::exchange(reader_, -1));
    int status = 0;
    while (pid_ > 0 && ::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
    result_.exit_code = std::exchange(pid_, -1) > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : kDied;
  }

  pid_t pid_ = -1;
  int reader_ = -1;
  ChildResult result_;
};

// Waits for any of them. False on an interrupt.
bool wait_for_any(std::vector<Child>& children, int interrupt) {
  std::vector<pollfd> waits{pollfd{.fd = interrupt, .events = POLLIN, .revents = 0}};
  for (const Child& child : children) waits.push_back({.fd = child.reader(), .events = POLLIN, .revents = 0});
  ::poll(waits.data(), waits.size(), -1);
  if (waits.front().revents != 0) return false;
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (waits[i + 1].revents != 0) children[i].read_some();
  }
  return true;
}

// They watch the same descriptor: they have a second to end what they started themselves, and are killed then.
void wait_for_the_end(std::vector<Child>& children) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  while (std::ranges::any_of(children, &Child::is_alive) && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

std::vector<ChildResult> run_side_by_side(std::size_t count, std::size_t most, int interrupt,
                                          const std::function<ChildResult(std::size_t)>& work,
                                          const std::function<void(const ChildResult&)>& on_result) {
  std::vector<Child> children;
  children.reserve(count);
  std::size_t told = 0;
  while (told < count) {
    const auto running = static_cast<std::size_t>(std::ranges::count_if(children, &Child::is_running));
    if (children.size() < count && running < most) {
      children.emplace_back(children.size(), work);
      continue;
    }
    if (!wait_for_any(children, interrupt)) {
      wait_for_the_end(children);
      return {};
    }
    for (; told < children.size() && !children[told].is_running(); ++told) on_result(children[told].result());
  }
  std::vector<ChildResult> results;
  results.reserve(children.size());
  for (const Child& child : children) results.push_back(child.result());
  return results;
}

}  // namespace byok::cli
