// Provider: calls in, replies out; the whole of the mock but for its sockets.
#pragma once

#include "base/result.hpp"
#include "mock/exchange.hpp"
#include "mock/fault.hpp"
#include "mock/mock.hpp"
#include "mock/script.hpp"

namespace byok::mock {

class Provider {
 public:
  // Fails with ErrorKind::usage for a bad script or fault.
  [[nodiscard]] static base::Result<Provider> create(const MockOptions& options);

  // Answers from the script while it has something to say; otherwise checks the call, answers, and lets the fault at
  // the answer (not at refusals).
  [[nodiscard]] Reply answer(Call call);

 private:
  Provider(MockOptions options, Script script, Fault fault);
  [[nodiscard]] Reply answer_unscripted(const Call& call, std::string_view request_id) const;

  MockOptions options_;
  Script script_;
  Fault fault_;
  std::uint64_t calls_ = 0;
};

}  // namespace byok::mock
