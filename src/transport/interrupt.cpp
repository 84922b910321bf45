// Interrupt: the self-pipe behind SIGINT, SIGTERM and SIGHUP.
#include "transport/interrupt.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

namespace byok::transport {
namespace {

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};

// A signal handler has no other way to reach its state. Both are touched by the handler and by the one Interrupt only.
std::atomic<int> caught{0};
std::atomic<int> write_end{-1};
std::array<struct sigaction, kSignals.size()> replaced;
static_assert(std::atomic<int>::is_always_lock_free);

void on_signal(int number) {
  const int saved_errno = errno;
  caught.store(number);
  const char byte = 0;
  [[maybe_unused]] const auto written = ::write(write_end.load(), &byte, 1);
  for (const int each : kSignals) {
    struct sigaction plain{};
    plain.sa_handler = SIG_DFL;
    struct sigaction current{};
    // What was ignored from the start stays ignored.
    if (::sigaction(each, nullptr, &current) == 0 && current.sa_handler == on_signal)
      ::sigaction(each, &plain, nullptr);
  }
  errno = saved_errno;
}

void catch_signals() {
  struct sigaction ours{};
  ours.sa_handler = on_signal;
  ours.sa_flags = 0;  // no SA_RESTART: a write to a full pipe, or the opening of a FIFO, ends with EINTR
  sigemptyset(&ours.sa_mask);
  for (const int each : kSignals) sigaddset(&ours.sa_mask, each);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    // A shell starts background jobs with SIGINT ignored, and means it; so does nohup with SIGHUP.
    if (replaced[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &ours, nullptr);
  }
}

}  // namespace

Interrupt::Interrupt() {
  caught.store(0);
  std::array<int, 2> ends{-1, -1};
  if (::pipe(ends.data()) != 0) return;  // no descriptors left: signals keep their default action
  for (const int end : ends) {
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
    ::fcntl(end, F_SETFL, O_NONBLOCK);
  }
  read_end_ = ends[0];
  write_end.store(ends[1]);
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], nullptr, &replaced[i]);
  catch_signals();
}

void Interrupt::rearm() {
  if (read_end_ < 0) return;
  std::array<char, 8> bytes{};
  while (::read(read_end_, bytes.data(), bytes.size()) > 0) continue;
  caught.store(0);
  catch_signals();
}

Interrupt::~Interrupt() {
  if (read_end_ < 0) return;
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &replaced[i], nullptr);
  ::close(write_end.exchange(-1));
  ::close(read_end_);
}

int Interrupt::signal() const { return caught.load(); }

}  // namespace byok::transport
