// Names and connections by the system's own calls, each bounded and ended at once by an interrupt.
#include "transport/probe.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/descriptor.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace byok::transport {
namespace {

using base::Descriptor;
using base::ErrorKind;
using base::fail;
using base::Result;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// How long the other addresses are waited for when one is connected: as RFC 8305 lets them begin apart.
constexpr milliseconds kGrace{250};

std::unexpected<base::Error> interrupted() { return fail(ErrorKind::cancelled, "interrupted"); }

int milliseconds_until(Clock::time_point end) {
  const auto left = std::chrono::ceil<milliseconds>(end - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 60'000));
}

bool is_literal(const std::string& host) {
  in6_addr bytes{};
  return ::inet_pton(AF_INET, host.c_str(), &bytes) == 1 || ::inet_pton(AF_INET6, host.c_str(), &bytes) == 1;
}

// One address a line, or "!" and the reason.
std::string look_up(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), nullptr, &wanted, &list); code != 0) {
    return fmt::format("!{}", ::gai_strerror(code));
  }
  std::string lines;
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0) {
      lines += fmt::format("{}\n", text.data());
    }
  }
  ::freeaddrinfo(list);
  return lines;
}

// The system's look-up cannot be bounded or interrupted: it is done by a child that can be ended.
class LookUp {
 public:
  explicit LookUp(const std::string& host) {
    std::array<int, 2> ends{-1, -1};
    if (::pipe(ends.data()) != 0) return;
    reader_ = Descriptor(ends[0]);
    Descriptor writer(ends[1]);
    pid_ = ::fork();
    if (pid_ != 0) return;
    static_cast<void>(base::write_all(writer.get(), look_up(host)));
    ::_exit(0);
  }
  LookUp(const LookUp&) = delete;
  LookUp& operator=(const LookUp&) = delete;
  ~LookUp() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    int ignored = 0;
    while (::waitpid(pid_, &ignored, 0) < 0 && errno == EINTR) continue;
  }
  [[nodiscard]] bool has_started() const { return pid_ > 0; }
  [[nodiscard]] int reader() const { return reader_.get(); }

 private:
  Descriptor reader_;
  pid_t pid_ = -1;
};

Result<std::string> answer_of(const LookUp& look_up, const std::string& host, const ProbeLimits& limits) {
  const auto end = Clock::now() + limits.limit;
  std::string answer;
  while (true) {
    std::array<pollfd, 2> waits{pollfd{.fd = limits.interrupt, .events = POLLIN, .revents = 0},
                                pollfd{.fd = look_up.reader(), .events = POLLIN, .revents = 0}};
    const int ready = ::poll(waits.data(), waits.size(), milliseconds_until(end));
    if (waits[0].revents != 0) return interrupted();
    if (ready == 0 && Clock::now() >= end) {
      return fail(ErrorKind::timeout, fmt::format("the name server did not say the address of {} in time", host),
                  "Is this machine online? Is a VPN needed?");
    }
    if (waits[1].revents == 0) continue;
    std::array<char, 1024> buffer{};
    const ssize_t count = ::read(look_up.reader(), buffer.data(), buffer.size());
    if (count == 0) return answer;
    if (count > 0) answer.append(buffer.data(), static_cast<std::size_t>(count));
    if (count < 0 && errno != EINTR) return answer;
  }
}

// A connection on its way.
struct Try {
  Descriptor socket;
  Attempt attempt;
  bool is_open = false;
};

Try begin(const std::string& address, std::uint16_t port) {
  Try made;
  made.attempt.address = address;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  const bool is_v4 = ::inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1;
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (!is_v4 && ::inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) != 1) {
    made.attempt.error = EAFNOSUPPORT;
    return made;
  }
  made.socket = Descriptor(::socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM, 0));
  if (made.socket.get() < 0) {
    made.attempt.error = errno;
    return made;
  }
  ::fcntl(made.socket.get(), F_SETFD, FD_CLOEXEC);
  ::fcntl(made.socket.get(), F_SETFL, O_NONBLOCK);
  const auto* const general = is_v4 ? reinterpret_cast<const sockaddr*>(&v4) : reinterpret_cast<const sockaddr*>(&v6);
  const socklen_t size = is_v4 ? sizeof v4 : sizeof v6;
  if (::connect(made.socket.get(), general, size) == 0) return made;
  made.is_open = errno == EINPROGRESS;
  made.attempt.error = made.is_open ? ETIMEDOUT : errno;
  return made;
}

void settle(Try& made) {
  socklen_t size = sizeof made.attempt.error;
  if (::getsockopt(made.socket.get(), SOL_SOCKET, SO_ERROR, &made.attempt.error, &size) != 0) {
    made.attempt.error = errno;
  }
  made.is_open = false;
}

}  // namespace

Result<std::vector<std::string>> find_addresses(const std::string& host, const ProbeLimits& limits) {
  if (is_literal(host)) return std::vector<std::string>{host};
  const LookUp look_up(host);
  if (!look_up.has_started()) {
    return fail(ErrorKind::internal, fmt::format("cannot start the look-up: {}", std::strerror(errno)));
  }
  BYOK_TRY(const std::string answer, answer_of(look_up, host, limits));
  std::vector<std::string> addresses;
  for (const std::string_view line : base::split(answer, '\n')) {
    if (line.empty() || line.starts_with('!')) continue;
    if (std::ranges::find(addresses, line) == addresses.end()) addresses.emplace_back(line);
  }
  if (!addresses.empty()) return addresses;
  const std::string reason = answer.starts_with('!') ? fmt::format(" ({})", answer.substr(1)) : "";
  return fail(ErrorKind::network, fmt::format("cannot find host {}{}", host, reason),
              "Is the name in base_url right, and is this machine online?");
}

Result<std::vector<Attempt>> try_addresses(const std::vector<std::string>& addresses, std::uint16_t port,
                                           const ProbeLimits& limits) {
  auto end = Clock::now() + limits.limit;
  std::vector<Try> tries;
  tries.reserve(addresses.size());
  for (const std::string& address : addresses) tries.push_back(begin(address, port));
  const auto is_open = [](const Try& one) { return one.is_open; };
  const auto has_won = [](const Try& one) { return !one.is_open && one.attempt.is_connected(); };
  while (std::ranges::any_of(tries, is_open)) {
    if (std::ranges::any_of(tries, has_won)) end = std::min(end, Clock::now() + kGrace);
    std::vector<pollfd> waits{pollfd{.fd = limits.interrupt, .events = POLLIN, .revents = 0}};
    waits.reserve(tries.size() + 1);
    for (const Try& one : tries) {
      waits.push_back({.fd = one.is_open ? one.socket.get() : -1, .events = POLLOUT, .revents = 0});
    }
    ::poll(waits.data(), waits.size(), milliseconds_until(end));
    if (waits.front().revents != 0) return interrupted();
    for (std::size_t i = 0; i < tries.size(); ++i) {
      if (waits[i + 1].revents != 0) settle(tries[i]);
    }
    if (Clock::now() >= end) break;
  }
  std::vector<Attempt> attempts;
  attempts.reserve(tries.size());
  for (Try& one : tries) attempts.push_back(std::move(one.attempt));
  return attempts;
}

}  // namespace byok::transport
