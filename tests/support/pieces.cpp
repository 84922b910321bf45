// The directives of scripted answers.
#include "support/pieces.hpp"

#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace byok::test {
namespace {

using Kind = Piece::Kind;

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";

struct Directive {
  std::string_view name;
  Kind kind;
  bool has_number;
};
constexpr auto kDirectives = std::to_array<Directive>({{"delay", Kind::delay, true},
                                                       {"comments", Kind::comments, true},
                                                       {"stall", Kind::stall, false},
                                                       {"reset", Kind::reset, false},
                                                       {"close", Kind::close, false},
                                                       {"keep", Kind::keep, false}});

std::optional<std::string> from_hex(std::string_view digits) {
  std::string escaped;
  for (std::size_t at = 0; at < digits.size(); at += 2) escaped.append("%").append(digits.substr(at, 2));
  return base::percent_decode(escaped);
}

class PieceReader {
 public:
  std::expected<Pieces, std::string> read(std::string_view text) {
    while (true) {
      const std::size_t open = text.find(kOpen);
      put(text.substr(0, open));
      if (open == std::string_view::npos) return std::move(pieces_);
      const std::size_t close = text.find(kClose, open);
      if (close == std::string_view::npos) return std::unexpected("a {{ is not closed by }}");
      const std::string_view body = text.substr(open + kOpen.size(), close - open - kOpen.size());
      if (!apply(body)) return std::unexpected(fmt::format("{{{{{}}}}} is not a directive", body));
      text.remove_prefix(close + kClose.size());
    }
  }

 private:
  void put(std::string_view text) {
    if (text.empty()) return;
    if (slow_) {
      pieces_.push_back({Kind::slow, std::string(text), *slow_});
    } else if (may_append_) {
      pieces_.back().text.append(text);
    } else {
      pieces_.push_back({Kind::bytes, std::string(text), 0});
      may_append_ = true;
    }
  }

  bool apply(std::string_view body) {
    const std::size_t space = body.find(' ');
    const std::string_view name = body.substr(0, space);
    const std::string_view argument = space == std::string_view::npos ? std::string_view{} : body.substr(space + 1);
    if (name == "hex") {
      const auto bytes = from_hex(argument);
      if (bytes) put(*bytes);
      return bytes.has_value();
    }
    may_append_ = false;
    if (name == "chunk") return argument.empty();
    if (name == "fast") {
      slow_.reset();
      return argument.empty();
    }
    if (name == "slow") return (slow_ = base::to_int(argument)).has_value();
    if (name == "zeros") return repeat(argument, std::string(1, '\0'));
    if (name == "repeat") {
      const std::size_t end = argument.find(' ');
      return end != std::string_view::npos && repeat(argument.substr(0, end), std::string(argument.substr(end + 1)));
    }
    for (const Directive& directive : kDirectives) {
      if (directive.name != name) continue;
      const auto number = base::to_int(argument);
      if (directive.has_number ? !number || *number < 0 : !argument.empty()) return false;
      pieces_.push_back({directive.kind, {}, number.value_or(0)});
      return true;
    }
    return false;
  }

  bool repeat(std::string_view count, std::string text) {
    const auto number = base::to_int(count);
    if (!number || *number < 0) return false;
    pieces_.push_back({Kind::repeat, std::move(text), *number});
    return true;
  }

  Pieces pieces_;
  std::optional<std::int64_t> slow_;
  bool may_append_ = false;
};

std::size_t length_of(const Pieces& pieces) {
  std::size_t length = 0;
  for (const Piece& piece : pieces) {
    if (piece.kind == Kind::bytes || piece.kind == Kind::slow) length += piece.text.size();
    if (piece.kind == Kind::repeat) length += piece.text.size() * static_cast<std::size_t>(piece.number);
  }
  return length;
}

}  // namespace

std::expected<Pieces, std::string> parse_pieces(std::string_view text) { return PieceReader().read(text); }

std::expected<Pieces, std::string> parse_answer(std::string_view text) {
  const std::size_t end = text.find("\n\n");
  const bool has_body = end != std::string_view::npos;
  const std::string_view body = has_body ? text.substr(end + 2) : std::string_view{};
  const auto body_pieces = parse_pieces(body);
  if (!body_pieces) return std::unexpected(body_pieces.error());
  std::string head(text.substr(0, has_body ? end + 2 : text.size()));
  head = base::replace_all(std::move(head), "{{length}}", std::to_string(length_of(*body_pieces)));
  head = base::replace_all(base::replace_all(std::move(head), "\r\n", "\n"), "\n", "\r\n");
  return parse_pieces(head.append(body));
}

}  // namespace byok::test
