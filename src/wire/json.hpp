// Json: a scanner that walks JSON text without building a tree, for the events of a stream.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace byok::wire {

// A view of one JSON value inside a larger text. Nothing is copied and nothing is allocated until text is asked for.
// The scanner is lenient where that is harmless and never reads past its text, whatever the text; nesting deeper than
// 256 counts as invalid.
class Json {
 public:
  enum class Type { invalid, null, boolean, number, string, array, object };

  Json() = default;
  // The first value in `text`, leading white space skipped. `invalid` when there is none or it is cut short.
  [[nodiscard]] static Json parse(std::string_view text);

  [[nodiscard]] Type type() const;
  [[nodiscard]] bool is_valid() const { return type() != Type::invalid; }
  [[nodiscard]] bool is_string() const { return type() == Type::string; }
  [[nodiscard]] bool is_object() const { return type() == Type::object; }
  [[nodiscard]] bool is_array() const { return type() == Type::array; }
  // Present and neither null, false, 0, "", {}, [], nor invalid.
  [[nodiscard]] bool is_truthy() const;
  [[nodiscard]] std::string_view raw() const { return raw_; }  // the value's own bytes

  // Member of an object, or an invalid Json. The first of that name counts.
  [[nodiscard]] Json operator[](std::string_view key) const;

  // The string's bytes between the quotes when it holds no escape (the common case), else nothing.
  [[nodiscard]] std::optional<std::string_view> plain() const;
  // Appends the unescaped string; invalid UTF-8 and lone surrogates become U+FFFD. Nothing for other types.
  void append_to(std::string& out) const;
  [[nodiscard]] std::string str() const;  // unescaped; empty for other types
  // A number, also one written as a string or as 1.0; nothing else.
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  // For messages: a string unescaped, null and invalid as "", anything else as its raw text.
  [[nodiscard]] std::string display() const;

  // Walks the members of an object or the elements of an array: `for (Json::Cursor c(v); c.next();) use(c.key(),
  // c.value());`
  class Cursor {
   public:
    explicit Cursor(Json container);
    bool next();
    [[nodiscard]] std::string_view key() const { return key_; }  // raw bytes between the quotes; empty in an array
    [[nodiscard]] Json value() const;

   private:
    std::string_view rest_;
    std::string_view key_;
    std::string_view value_;
    bool is_object_ = false;
  };

 private:
  explicit Json(std::string_view raw) : raw_(raw) {}
  std::string_view raw_;
};

}  // namespace byok::wire
