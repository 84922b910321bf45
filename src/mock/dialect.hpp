// Dialect: what a request may hold in each of the three APIs, as tables, and how each words a refusal of it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "mock/refusal.hpp"
#include "mock/route.hpp"

namespace byok::mock {

enum class Kind { any, string, number, integer, boolean, array, object };
[[nodiscard]] std::string_view to_string(Kind kind);

struct Field {
  std::string_view name;
  Kind kind;
};

enum Speaker : unsigned { kAsker = 1, kAnswerer = 2, kAnyone = 3 };

// A content part or an item: by its type, the fields of which it must have at least one.
struct Shape {
  std::string_view type;
  std::string_view one_of;  // separated by '|'
  Kind kind;
  unsigned speakers = kAnyone;
};

struct Dialect {
  Api api;
  std::span<const Field> fields;
  std::string_view list;  // the field with the conversation
  std::span<const std::string_view> roles;
  std::span<const Shape> parts;
  std::span<const Shape> items;  // beside messages
  std::span<const std::string_view> efforts;

  // The path of a list's element: `messages[0]`, or Anthropic's `messages.0`.
  [[nodiscard]] std::string element(std::string_view path, std::size_t index) const;

  [[nodiscard]] Refusal missing(std::string_view path) const;
  [[nodiscard]] Refusal unknown_field(std::string_view name) const;
  [[nodiscard]] Refusal wrong_type(std::string_view path, std::string_view expected, std::string_view found) const;
  [[nodiscard]] Refusal wrong_value(std::string_view path, std::string_view found,
                                    std::span<const std::string_view> supported) const;
  [[nodiscard]] Refusal empty_list() const;
  [[nodiscard]] Refusal too_small(std::string_view name, std::int64_t least, std::int64_t found) const;
  [[nodiscard]] Refusal no_such_model(Service service, std::string_view model) const;
};

// For chat, responses and messages.
[[nodiscard]] const Dialect& dialect_of(Api api);

// Anthropic's `invalid_request_error`, status 400.
[[nodiscard]] Refusal anthropic_invalid(std::string message);

}  // namespace byok::mock
