// Work in children: in order, bounded, ended together.
#include "cli/side_by_side.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <ostream>
//
#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace byok;
using cli::ChildResult;

TEST_CASE("results come in order, whole, with their exit codes") {
  std::string order;
  const auto work = [](std::size_t index) {
    // The later, the sooner.
    ::usleep(static_cast<useconds_t>((5 - index) * 2000));
    return ChildResult{.text = fmt::format("{}{}", index, std::string(100'000, 'x')),
                       .exit_code = static_cast<int>(index)};
  };
  for (const std::size_t most : {std::size_t{1}, std::size_t{2}, std::size_t{16}}) {
    order.clear();
    const auto results =
        cli::run_side_by_side(5, most, -1, work, [&](const ChildResult& one) { order += one.text.front(); });
    CHECK(order == "01234");
    REQUIRE(results.size() == 5);
    for (std::size_t i = 0; i < 5; ++i) {
      CHECK(results[i].exit_code == static_cast<int>(i));
      CHECK(results[i].text.size() == 100'001);
    }
  }
}

TEST_CASE("a child that dies is a defect") {
  const auto results = cli::run_side_by_side(
      1, 1, -1,
      [](std::size_t) {
        ::kill(::getpid(), SIGKILL);
        return ChildResult{};
      },
      [](const ChildResult&) {});
  REQUIRE(results.size() == 1);
  CHECK(results.front().exit_code == 70);
}

TEST_CASE("an interrupt ends them all") {
  std::array<int, 2> ends{-1, -1};
  REQUIRE(::pipe(ends.data()) == 0);
  REQUIRE(::write(ends[1], "x", 1) == 1);
  const auto results = cli::run_side_by_side(
      3, 3, ends[0],
      [](std::size_t) {
        ::pause();
        return ChildResult{};
      },
      [](const ChildResult&) {});
  CHECK(results.empty());
  for (const int end : ends) ::close(end);
}
