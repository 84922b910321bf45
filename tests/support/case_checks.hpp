// CaseChecks: comparing what happened with what a case expects; each gives what differs, as text, or nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/case_file.hpp"
#include "support/raw_server.hpp"

namespace byok::test {

// Empty when equal; else the lines that differ, `-` expected and `+` found.
[[nodiscard]] std::string diff(std::string_view expected, std::string_view found);

// Both as JSON. Members that are not mentioned in `expected` are free, in objects at any depth; arrays match element by
// element. "{{any}}" matches any value, "{{absent}}" the lack of a member.
[[nodiscard]] std::string json_lacks(std::string_view expected, std::string_view found);
// Both as JSON: equal values.
[[nodiscard]] std::string json_differs(std::string_view expected, std::string_view found);

[[nodiscard]] std::string request_differs(const ExpectedRequest& expected, const Received& found);

// The last line of a text that is not empty.
[[nodiscard]] std::string last_line(std::string_view text);

// The secrets of a case: the words of [secret], and the values of [env] variables named *_KEY or *_TOKEN that have at
// least 8 characters.
[[nodiscard]] std::vector<std::string> secrets_of(const CaseFile& file);

}  // namespace byok::test
