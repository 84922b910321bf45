// Two listening threads, plain and TLS; each serves one connection at a time, as the bench asks.
#include "loopback.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <new>
#include <stdexcept>
#include <thread>
#include <utility>

#include "certificate.hpp"
#include "replies.hpp"

namespace byok::bench {
namespace {

std::pair<int, int> listen_on_loopback() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* general = reinterpret_cast<sockaddr*>(&address);
  if (socket < 0 || ::bind(socket, general, size) != 0 || ::listen(socket, 16) != 0 ||
      ::getsockname(socket, general, &size) != 0) {
    throw std::runtime_error("no loopback socket");
  }
  return {socket, ntohs(address.sin_port)};
}

// One accepted connection, with TLS on it or without.
class Connection {
 public:
  Connection(int socket, SSL_CTX* context) : socket_(socket) {
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (context == nullptr) return;
    tls_ = SSL_new(context);
    SSL_set_fd(tls_, socket_);
    is_open_ = SSL_accept(tls_) == 1;
  }
  ~Connection() {
    if (tls_ != nullptr) SSL_free(tls_);
    ::close(socket_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] bool is_open() const { return is_open_; }

  // False at the end of what the client sends.
  bool read(std::string& out) {
    std::array<char, 16384> bytes;
    const auto got = tls_ != nullptr ? SSL_read(tls_, bytes.data(), static_cast<int>(bytes.size()))
                                     : ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (got <= 0) return false;
    out.append(bytes.data(), static_cast<std::size_t>(got));
    return true;
  }

  bool write(std::string_view bytes) {
    if (tls_ != nullptr) return SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size())) > 0;
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

 private:
  int socket_;
  SSL* tls_ = nullptr;
  bool is_open_ = true;
};

std::size_t content_length(std::string_view head) {
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const auto at = head.find(kName);
  std::size_t length = 0;
  if (at != head.npos) std::from_chars(head.data() + at + kName.size(), head.data() + head.size(), length);
  return length;
}

// The path of the next request, its body read and dropped; empty at the end.
std::string read_request(Connection& connection) {
  std::string bytes;
  std::size_t head = std::string::npos;
  while ((head = bytes.find("\r\n\r\n")) == std::string::npos) {
    if (!connection.read(bytes)) return {};
  }
  const std::size_t whole = head + 4 + content_length(std::string_view(bytes).substr(0, head));
  while (bytes.size() < whole) {
    if (!connection.read(bytes)) return {};
  }
  const auto begin = bytes.find(' ') + 1;
  return bytes.substr(begin, bytes.find(' ', begin) - begin);
}

void serve(Connection& connection, std::size_t batch, Watch& watch) {
  const std::string path = read_request(connection);
  if (path.empty()) return;
  std::string piece =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto send = [&](std::string_view bytes) {
    fmt::format_to(std::back_inserter(piece), "{:x}\r\n", bytes.size());
    piece.append(bytes).append("\r\n");
    const bool is_sent = connection.write(piece);
    piece.clear();
    return is_sent;
  };
  const bool is_silent = path.starts_with("/silent/");
  std::size_t count = 1;
  if (!is_silent) std::from_chars(path.data() + 1, path.data() + path.size(), count);
  std::size_t sends = 0;
  write_reply(api_of(path), count, batch, [&](std::string_view bytes) {
    return send(bytes) && !(is_silent && ++sends == 2);  // the start and one delta
  });
  if (!is_silent) {
    connection.write("0\r\n\r\n");
    return;
  }
  watch.silent_since = now_ns();
  for (std::string rest; connection.read(rest);) rest.clear();
  watch.closed_at = now_ns();
}

void listen_for_ever(int listener, SSL_CTX* context, std::size_t batch, Watch& watch) {
  for (;;) {
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    Connection connection(socket, context);
    if (connection.is_open()) serve(connection, batch, watch);
  }
}

[[noreturn]] void run_server(int plain, int tls, const std::filesystem::path& ca_directory, std::size_t batch,
                             Watch& watch, int ready) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGINT, SIG_IGN);
  try {
    const TlsContext context = make_tls_server(ca_directory);
    if (::write(ready, "+", 1) != 1) ::_exit(1);
    const std::jthread with_tls([&] { listen_for_ever(tls, context.get(), batch, watch); });
    listen_for_ever(plain, nullptr, batch, watch);
  } catch (const std::exception& error) {
    fmt::print(stderr, "byok_bench: {}\n", error.what());
  }
  ::_exit(1);
}

}  // namespace

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Loopback::Loopback(const std::filesystem::path& ca_directory, std::size_t batch) {
  void* shared = ::mmap(nullptr, sizeof(Watch), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) throw std::runtime_error("no shared memory");
  watch_ = new (shared) Watch{};
  const auto [plain, plain_port] = listen_on_loopback();
  const auto [tls, tls_port] = listen_on_loopback();
  port_ = plain_port;
  tls_port_ = tls_port;
  std::array<int, 2> ready{};
  if (::pipe(ready.data()) != 0) throw std::runtime_error("no pipe");
  process_ = ::fork();
  if (process_ == 0) {
    ::close(ready[0]);
    run_server(plain, tls, ca_directory, batch, *watch_, ready[1]);
  }
  ::close(ready[1]);
  ::close(plain);
  ::close(tls);
  char byte = 0;
  const bool is_ready = process_ > 0 && ::read(ready[0], &byte, 1) == 1;
  ::close(ready[0]);
  if (!is_ready) throw std::runtime_error("the server does not start");
}

Loopback::~Loopback() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  ::munmap(watch_, sizeof(Watch));
}

std::string Loopback::url(std::string_view count) const { return fmt::format("http://127.0.0.1:{}/{}", port_, count); }
std::string Loopback::tls_url(std::string_view count) const {
  return fmt::format("https://127.0.0.1:{}/{}", tls_port_, count);
}

}  // namespace byok::bench
