// Mock: a loopback provider that speaks Chat Completions, Responses, Anthropic Messages and the Azure routes.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace byok::mock {

struct MockOptions {
  std::uint16_t port = 0;  // 0: any free one
  std::string reply;       // the answer's text; empty: a short answer about the last user message
  std::string script;      // JSON Lines: {match?, status, headers, body|chunks, delay_ms}, in order; empty: none
  std::chrono::milliseconds delay{0};  // before each chunk
  std::size_t chunk_size = 0;          // bytes of text a chunk; 0: a word
  std::string fault;                   // KIND[:N] as in cli.md, or empty
};

// A running server with two threads of its own, all signals blocked in them. Stops when it is destroyed.
class MockServer {
 public:
  // Fails with ErrorKind::usage for a bad script or fault, ErrorKind::network when the port cannot be had.
  [[nodiscard]] static base::Result<std::unique_ptr<MockServer>> start(const MockOptions& options);
  virtual ~MockServer() = default;
  [[nodiscard]] virtual std::string base_url() const = 0;  // "http://127.0.0.1:PORT", without /v1
};

}  // namespace byok::mock
