// Tests of model_table.cpp: what stands in the table, and that it fits.
#include "cli/model_table.hpp"

#include <ostream>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"

namespace byok::cli {
namespace {

using core::ModelInfo;

ModelInfo model(std::string id, std::string name = {}) {
  ModelInfo info;
  info.id = std::move(id);
  info.name = std::move(name);
  return info;
}

std::size_t widest_line(std::string_view table) {
  std::size_t widest = 0;
  for (std::string_view line : base::split(table, '\n')) {
    std::size_t count = 0;
    for (; !line.empty(); ++count) line.remove_prefix(base::first_utf8(line).length);
    widest = std::max(widest, count);
  }
  return widest;
}

std::vector<ModelInfo> some_models() {
  ModelInfo phi = model("Phi-4-mini-instruct-generic-cpu:5", "phi-4-mini");
  phi.max_context_window_tokens = 131072;
  phi.max_output_tokens = 4096;
  phi.vision = false;
  ModelInfo gpt = model("gpt-5", "GPT-5, the one with a rather long name");
  gpt.reasoning_effort = true;
  return {phi, gpt};
}

}  // namespace

TEST_CASE("the table has a heading and a line a model, sorted by id") {
  CHECK(model_table(some_models(), std::nullopt) ==
        "ID                                 NAME                                    CONTEXT  MAX OUTPUT  VISION  "
        "REASONING\n"
        "gpt-5                              GPT-5, the one with a rather long name        -           -  -       yes\n"
        "Phi-4-mini-instruct-generic-cpu:5  phi-4-mini                               131072        4096  no      -\n");
}

TEST_CASE("names stand in it only where there are some") {
  CHECK(model_table({model("b"), model("a")}, std::nullopt) ==
        "ID  CONTEXT  MAX OUTPUT  VISION  REASONING\n"
        "a         -           -  -       -\n"
        "b         -           -  -       -\n");
}

TEST_CASE("in a terminal no line is longer than it is wide") {
  for (std::size_t width = 1; width < 120; ++width) {
    CAPTURE(width);
    CHECK(widest_line(model_table(some_models(), width)) <= width);
    CHECK(widest_line(model_table({model(std::string(200, 'x'), "n"), model("é€😀")}, width)) <= width);
  }
}

TEST_CASE("names are cut first, then left out; ids keep both their ends") {
  const auto models = some_models();
  CHECK(model_table(models, 100).contains("GPT-5, the one with a ra…"));
  const std::string narrow = model_table(models, 80);
  CHECK_FALSE(narrow.contains("NAME"));
  CHECK(narrow.contains("Phi-4-mini-instruct-generic-cpu:5"));
  CHECK(narrow.contains("REASONING"));
  const std::string narrower = model_table(models, 60);
  CHECK(narrower.contains("Phi-4-mini"));
  CHECK(narrower.contains("…"));
  CHECK(narrower.contains("cpu:5"));
}

TEST_CASE("what a provider names cannot command the terminal nor add lines") {
  const std::string table = model_table({model("a\x1b[31mb\nc", "x\ty\r\nz")}, 80);
  CHECK_FALSE(table.contains('\x1b'));
  CHECK(std::ranges::count(table, '\n') == 2);
}

}  // namespace byok::cli
