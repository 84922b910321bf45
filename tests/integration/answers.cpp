// Answers from the test support, with errors in a test's own text thrown.
#include "integration/answers.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "support/pieces.hpp"
#include "support/replies.hpp"

namespace byok::test {
namespace {

Answer reply(const ReplySpec& spec) {
  auto made = make_reply(spec);
  if (!made) throw std::runtime_error(made.error());
  return *std::move(made);
}

std::string delta_of(std::string_view member, std::string_view text) {
  return fmt::format("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"{}\":{}}}}}]}}\n\n", member,
                     base::json_quote(text));
}

}  // namespace

Answer answer(std::string_view text) {
  auto pieces = parse_answer(text);
  if (!pieces) throw std::runtime_error(pieces.error());
  return [pieces = *std::move(pieces)](const Received&) { return pieces; };
}

Answer chat(std::string_view text) {
  return reply({.kind = "chat", .status = 200, .extra_header = {}, .text = std::string(text)});
}

Answer refusal(int status, std::string_view message, std::string_view extra) {
  return reply({.kind = "chat", .status = status, .extra_header = std::string(extra), .text = std::string(message)});
}

std::string delta(std::string_view text) { return delta_of("content", text); }
std::string reasoning_delta(std::string_view text) { return delta_of("reasoning_content", text); }

Answer stream(std::initializer_list<std::string_view> parts) {
  std::string text(kStreamHead);
  for (const std::string_view part : parts) text += part;
  return answer(text);
}

FullPort::FullPort() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockets_.push_back(listener);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* general = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, general, size) != 0 || ::listen(listener, 0) != 0 ||
      ::getsockname(listener, general, &size) != 0) {
    throw std::runtime_error("no loopback socket");
  }
  port_ = ntohs(address.sin_port);
  // The queue of a backlog of 0 takes one connection; what comes after it is not answered.
  for (int i = 0; i < 4; ++i) {
    const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockets_.push_back(client);
    static_cast<void>(::connect(client, general, size));
  }
}

FullPort::~FullPort() {
  for (const int socket : sockets_) ::close(socket);
}

}  // namespace byok::test
