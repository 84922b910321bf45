// A pseudo-terminal, and the program as the leader of its session.
#include "person.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

#include "loopback.hpp"

namespace byok::bench {
namespace {

constexpr int kPatience = 10'000;  // milliseconds

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

[[noreturn]] void become(int terminal, char* const* argv, char* const* environment) {
  ::setsid();
  ::ioctl(terminal, TIOCSCTTY, 0);
  for (const int each : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(terminal, each);
  ::execvpe(argv[0], argv, environment);
  ::_exit(127);
}

}  // namespace

Person::Person(const Command& command) : command_(command), started_(now_ns()) {
  terminal_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal_ < 0 || ::grantpt(terminal_) != 0 || ::unlockpt(terminal_) != 0) {
    throw std::runtime_error("no pseudo-terminal can be had");
  }
  const winsize size{.ws_row = 40, .ws_col = 100, .ws_xpixel = 0, .ws_ypixel = 0};
  ::ioctl(terminal_, TIOCSWINSZ, &size);
  const int theirs = ::open(::ptsname(terminal_), O_RDWR | O_NOCTTY | O_CLOEXEC);
  const std::vector<char*> arguments = pointers(command_.argv);
  const std::vector<char*> values = pointers(command_.environment);
  started_ = now_ns();
  process_ = ::fork();
  if (process_ == 0) become(theirs, arguments.data(), values.data());
  ::close(theirs);
  ::fcntl(terminal_, F_SETFL, O_NONBLOCK);
}

Person::~Person() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  ::close(terminal_);
}

bool Person::look(int milliseconds) {
  pollfd entry{.fd = terminal_, .events = POLLIN, .revents = 0};
  if (::poll(&entry, 1, milliseconds) <= 0) return false;
  std::array<char, 64UL * 1024> bytes;
  const ssize_t count = ::read(terminal_, bytes.data(), bytes.size());
  if (count > 0) seen_.append(bytes.data(), static_cast<std::size_t>(count));
  return count > 0;
}

void Person::type(std::string_view keys) {
  while (!keys.empty()) {
    pollfd entry{.fd = terminal_, .events = POLLIN | POLLOUT, .revents = 0};
    if (::poll(&entry, 1, kPatience) <= 0) throw std::runtime_error("nothing is read from the terminal");
    if ((entry.revents & POLLIN) != 0) look(0);
    if ((entry.revents & POLLOUT) == 0) continue;
    const ssize_t count = ::write(terminal_, keys.data(), keys.size());
    if (count > 0) keys.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Person::type_and_look(std::string_view keys) {
  type(keys);
  if (!look(kPatience)) throw std::runtime_error("a key shows nothing");
  while (look(0)) continue;
}

void Person::wait_from(std::size_t begin, std::string_view text) {
  while (seen_.find(text, begin) == std::string::npos) {
    begin = std::max(begin, seen_.size() - std::min(seen_.size(), text.size()));
    if (!look(kPatience)) throw std::runtime_error(fmt::format("{} does not show what it should", command_.argv[0]));
  }
}

void Person::wait_for(std::string_view text) {
  wait_from(0, text);
  if (first_wait_ <= 0) first_wait_ = static_cast<double>(now_ns() - started_) / 1e6;
}

void Person::wait_for_next(std::string_view text) { wait_from(seen_.size(), text); }

Sitting Person::leave() {
  type("\x03\x04");
  while (look(kPatience)) continue;  // until the terminal is closed at the other side
  const Figures figures = bench::wait_for(std::exchange(process_, -1), command_, 0);
  return {.wait_ms = first_wait_, .cpu_ms = figures.cpu_ms};
}

}  // namespace byok::bench
