// Waits with poll on the client's socket and the stop descriptor together.
#include "mock/connection.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace byok::mock {

using std::chrono::milliseconds;

Connection::Event Connection::wait(short events, milliseconds limit) const {
  std::array<pollfd, 2> waited{pollfd{socket_, events, 0}, pollfd{stop_, POLLIN, 0}};
  int count = 0;
  do {
    count = ::poll(waited.data(), waited.size(), static_cast<int>(limit.count()));
  } while (count < 0 && errno == EINTR);
  if (count == 0) return Event::timeout;
  const bool is_over = count < 0 || waited[1].revents != 0 || (waited[0].revents & (POLLERR | POLLNVAL)) != 0;
  return is_over ? Event::end : Event::ready;
}

ssize_t Connection::read(char* out, std::size_t size, milliseconds limit) {
  if (taken_ == buffer_.size()) {
    if (wait(POLLIN, limit) != Event::ready) return -1;
    buffer_.resize(16'384);
    taken_ = 0;
    const ssize_t count = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
    buffer_.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    if (count <= 0) return count;
  }
  const std::size_t given = std::min(size, buffer_.size() - taken_);
  std::memcpy(out, buffer_.data() + taken_, given);
  taken_ += given;
  return static_cast<ssize_t>(given);
}

ssize_t Connection::write(std::string_view bytes, milliseconds limit) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    if (wait(POLLOUT, limit) != Event::ready) return -1;
    const ssize_t count = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno != EAGAIN && errno != EINTR) return -1;
    if (count > 0) sent += static_cast<std::size_t>(count);
  }
  return static_cast<ssize_t>(sent);
}

// POLLRDHUP: a client that has closed is heard even while nothing is written to it.
bool Connection::pause(milliseconds time) { return wait(POLLRDHUP, time) == Event::timeout; }

void Connection::wait_for_end() { static_cast<void>(wait(POLLRDHUP, milliseconds(-1))); }

}  // namespace byok::mock
