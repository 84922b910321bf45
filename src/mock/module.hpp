// The entry of the module that holds the mock's server, as the program and the module both see it.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "mock/mock.hpp"

namespace byok::mock {

using StartedMock = base::Result<std::unique_ptr<MockServer>>;

// What MockServer::start does, in the module.
extern "C" [[gnu::visibility("default")]] void byok_start_mock(const MockOptions& options, StartedMock& out);
inline constexpr char kModuleEntry[] = "byok_start_mock";

}  // namespace byok::mock
