// The server, a module loaded when it is used: the one door to cpp-httplib, which reads requests and frames replies.
#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <thread>

// Only the declarations: the library is compiled. It may be built with OpenSSL, which adds a member to Request behind
// those that are read here; nothing of Request is made, copied or destroyed on this side.
#include <httplib.h>

#include "base/descriptor.hpp"
#include "mock/connection.hpp"
#include "mock/mock.hpp"
#include "mock/module.hpp"
#include "mock/provider.hpp"

namespace byok::mock {
namespace {

using base::Descriptor;
using std::chrono::milliseconds;

constexpr milliseconds kPatience{5'000};          // with a client that sends or takes nothing
constexpr std::size_t kLongestBody = 64U << 20U;  // bytes
constexpr std::size_t kLongestAddress = 1'024;    // httplib matches paths by a regex that recurses at each character

// While it lives, new threads are born with all signals blocked: those of the process are for its main thread.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

// httplib's constructor sets SIGPIPE to be ignored for the whole process, which is not its to say.
class KeptSigpipe {
 public:
  KeptSigpipe() { sigaction(SIGPIPE, nullptr, &before_); }
  KeptSigpipe(const KeptSigpipe&) = delete;
  KeptSigpipe& operator=(const KeptSigpipe&) = delete;
  ~KeptSigpipe() { sigaction(SIGPIPE, &before_, nullptr); }

 private:
  struct sigaction before_{};
};

// httplib's view of a Connection.
class HttpStream final : public httplib::Stream {
 public:
  explicit HttpStream(Connection& connection) : connection_(connection) {}

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* out, size_t size) override { return connection_.read(out, size, kPatience); }
  ssize_t write(const char* bytes, size_t size) override { return connection_.write({bytes, size}, kPatience); }
  void get_remote_ip_and_port(std::string& ip, int& port) const override { set_loopback(ip, port); }
  void get_local_ip_and_port(std::string& ip, int& port) const override { set_loopback(ip, port); }
  socket_t socket() const override { return connection_.socket(); }

 private:
  static void set_loopback(std::string& ip, int& port) {
    ip = "127.0.0.1";
    port = 0;
  }

  Connection& connection_;
};

Call call_of(const httplib::Request& request) {
  Call call;
  call.method = request.method;
  call.target = request.target;
  call.body = request.body;
  call.time =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  for (const auto& [name, value] : request.headers) call.headers.push_back({.name = name, .value = value});
  return call;
}

// Writes a reply's chunks one at a time; httplib asks for the next whenever one is out.
class ChunkWriter {
 public:
  ChunkWriter(Reply reply, Connection& connection) : reply_(std::move(reply)), connection_(&connection) {}

  // False closes the connection without the end of the chunked body.
  bool operator()(httplib::DataSink& sink) {
    if (next_ == reply_.chunks.size()) {
      if (reply_.ending == Ending::stall) connection_->wait_for_end();
      if (reply_.ending != Ending::complete) return false;
      sink.done();
      return true;
    }
    if (reply_.delay.count() > 0 && !connection_->pause(reply_.delay)) return false;
    const std::string& chunk = reply_.chunks[next_++];
    // A chunk of no bytes would be the end of the body.
    return chunk.empty() || sink.write(chunk.data(), chunk.size());
  }

 private:
  Reply reply_;
  Connection* connection_;
  std::size_t next_ = 0;
};

// A listening thread and one worker, so that one connection is served at a time and the provider needs no lock.
class HttpServer final : public httplib::Server {
 public:
  HttpServer(Provider provider, int stop) : provider_(std::move(provider)), stop_(stop) {
    new_task_queue = [] { return new httplib::ThreadPool(1); };
    set_tcp_nodelay(true);
    set_payload_max_length(kLongestBody);
    // The default, SO_REUSEPORT, would let two servers share a port, each with half of the calls.
    set_socket_options([](socket_t socket) {
      const int on = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    });
    set_pre_routing_handler([](const httplib::Request& request, httplib::Response& response) {
      if (request.path.size() <= kLongestAddress) return HandlerResponse::Unhandled;
      response.status = 414;
      return HandlerResponse::Handled;
    });
    const auto handler = [this](const httplib::Request& request, httplib::Response& response) {
      send(provider_.answer(call_of(request)), response);
    };
    Get(".*", handler);
    Post(".*", handler);
  }

  // Ends the listening loop, which holds the socket until then. Whoever calls joins the thread and then closes the
  // descriptor that is returned. (httplib's own stop does nothing when the thread has not got to its loop yet.)
  [[nodiscard]] int stop_listening() {
    const int listener = svr_sock_.exchange(INVALID_SOCKET);
    if (listener != INVALID_SOCKET) ::shutdown(listener, SHUT_RDWR);
    return listener;
  }

 private:
  bool process_and_close_socket(socket_t socket) override {
    const Descriptor owner(socket);
    Connection connection(socket, stop_);
    HttpStream stream(connection);
    connection_ = &connection;
    bool is_closed = false;
    // One request a connection: a client that keeps one open would keep the only worker.
    const bool is_good = process_request(stream, true, is_closed, nullptr);
    connection_ = nullptr;
    ::shutdown(socket, SHUT_RDWR);
    return is_good;
  }

  void send(Reply reply, httplib::Response& response) {
    response.status = reply.status;
    for (const core::Header& header : reply.headers) response.set_header(header.name, header.value);
    if (reply.is_stream) {
      const std::string type = reply.content_type;
      response.set_chunked_content_provider(
          type, [writer = ChunkWriter(std::move(reply), *connection_)](std::size_t, httplib::DataSink& sink) mutable {
            return writer(sink);
          });
      return;
    }
    if (reply.delay.count() > 0) static_cast<void>(connection_->pause(reply.delay));
    std::string body;
    for (const std::string& chunk : reply.chunks) body += chunk;
    response.set_content(body, reply.content_type);
  }

  Provider provider_;
  int stop_;
  Connection* connection_ = nullptr;  // the worker's, while it serves one
};

class LoopbackServer final : public MockServer {
 public:
  explicit LoopbackServer(Provider provider)
      : stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), http_(std::move(provider), stop_.get()) {}
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  ~LoopbackServer() override {
    static_cast<void>(eventfd_write(stop_.get(), 1));
    const Descriptor socket(http_.stop_listening());
    if (listener_.joinable()) listener_.join();
  }

  [[nodiscard]] base::Result<> listen(std::uint16_t port) {
    errno = 0;
    const bool is_bound = port != 0 && http_.bind_to_port("127.0.0.1", port);
    port_ = is_bound ? port : port == 0 ? http_.bind_to_any_port("127.0.0.1") : -1;
    if (stop_.get() < 0 || port_ <= 0) {
      const std::string reason = errno == 0 ? "" : fmt::format(" ({})", std::strerror(errno));
      return base::fail(base::ErrorKind::network, fmt::format("Cannot listen on 127.0.0.1:{}{}.", port, reason),
                        "Another program may hold the port; port 0 takes any free one.");
    }
    try {
      const BlockedSignals blocked;
      listener_ = std::thread([this] { http_.listen_after_bind(); });
    } catch (const std::system_error& error) {
      return base::fail(base::ErrorKind::internal, fmt::format("Cannot start a thread ({}).", error.what()));
    }
    return {};
  }

  [[nodiscard]] std::string base_url() const override { return fmt::format("http://127.0.0.1:{}", port_); }

 private:
  Descriptor stop_;
  HttpServer http_;
  std::thread listener_;
  int port_ = -1;
};

}  // namespace

namespace {

base::Result<std::unique_ptr<MockServer>> start(const MockOptions& options) {
  BYOK_TRY(Provider provider, Provider::create(options));
  const KeptSigpipe kept;
  auto server = std::make_unique<LoopbackServer>(std::move(provider));
  BYOK_CHECK(server->listen(options.port));
  return std::unique_ptr<MockServer>(std::move(server));
}

}  // namespace

void byok_start_mock(const MockOptions& options, StartedMock& out) { out = start(options); }

}  // namespace byok::mock
