// Tests of tool call numbering: our own dense index, however a server numbers and names its fragments.
#include "wire/tool_call_index.hpp"

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

using byok::wire::ToolCallIndex;

namespace {

struct Fragment {
  std::optional<std::int64_t> number;
  std::string_view id = {};
  std::string_view name = {};
  std::string_view arguments = {};
};
constexpr std::nullopt_t kNone = std::nullopt;

std::string indexes_of(const std::vector<Fragment>& fragments) {
  ToolCallIndex calls;
  CHECK(calls.is_empty());
  std::string out;
  for (const auto& [number, id, name, arguments] : fragments) {
    const int index = calls.find({.number = number, .id = id, .name = name, .has_arguments = !arguments.empty()});
    calls.add_arguments(index, arguments);
    out += std::to_string(index);
  }
  CHECK(calls.is_empty() == fragments.empty());
  return out;
}

}  // namespace

TEST_CASE("fragments find their call by number, by id, or by following it") {
  struct Row {
    std::string_view what;
    std::vector<Fragment> fragments;
    std::string_view want;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"OpenAI: the id on the first fragment only", {{0, "a"}, {0}, {0}, {1, "b"}, {1}}, "00011"},
           {"fragments of parallel calls may be mixed", {{0, "a"}, {1, "b"}, {0}, {1}, {0}}, "01010"},
           {"the first number is 1 (Anthropic's compatible endpoint)", {{1, "a"}, {1}, {2, "b"}}, "001"},
           {"numbers with gaps", {{7, "a"}, {3, "b"}, {7}}, "010"},
           {"no numbers, an id on every fragment", {{kNone, "a"}, {kNone, "a"}, {kNone, "b"}, {kNone, "a"}}, "0010"},
           {"no numbers, an id on the first fragment", {{kNone, "a"}, {kNone}, {kNone, "b"}, {kNone}}, "0011"},
           {"no numbers and no ids", {{kNone}, {kNone}}, "00"},
           {"the id repeated with the number", {{0, "a"}, {0, "a"}, {1, "b"}, {1, "b"}}, "0011"},
           {"all calls numbered 0, each with its id", {{0, "a"}, {0}, {0, "b"}, {0}, {0, "c"}}, "00112"},
           {"all calls numbered 0, ids repeated", {{0, "a"}, {0, "b"}, {0, "a"}, {0, "b"}}, "0101"},
           {"the id comes after the first fragment", {{0}, {0, "a"}, {0}, {1}, {1, "b"}}, "00011"},
           {"the number is missing on later fragments", {{0, "a"}, {kNone}, {1, "b"}, {kNone}}, "0011"},
           {"nothing at all", {}, ""},
           {"no ids: a name behind whole arguments", {{kNone, "", "f", "{}"}, {kNone, "", "g", "{}"}}, "01"},
           {"no ids, all numbered 0", {{0, "", "f", R"({"a":"}")"}, {0, "", "", "}"}, {0, "", "g", "{}"}, {0}}, "0011"},
           {"no ids, the same function twice", {{0, "", "f", "{}"}, {0, "", "f", "{}"}}, "01"},
           {"the name repeated while arguments come", {{0, "", "f", "{"}, {0, "", "f", "}"}, {0, "", "f", ""}}, "000"},
           {"the name repeated with its id", {{0, "a", "f", "{}"}, {0, "a", "f", "{}"}}, "00"},
       }) {
    CAPTURE(row.what);
    CHECK(indexes_of(row.fragments) == row.want);
  }
}

TEST_CASE("negative and huge numbers are names like any other") {
  CHECK(indexes_of({{-1, "a"}, {9'000'000'000'000'000'000, "b"}, {-1}}) == "010");
}
