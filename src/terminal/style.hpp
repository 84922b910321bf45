// Style: whether a stream gets colour, and the few styles that byok uses. Pure.
#pragma once

#include <string>
#include <string_view>

namespace byok::terminal {

enum class ColorChoice { automatic, always, never };

struct StyleInputs {
  ColorChoice choice = ColorChoice::automatic;  // --color
  bool is_terminal = false;
  std::string_view no_color;        // $NO_COLOR
  std::string_view clicolor_force;  // $CLICOLOR_FORCE
  std::string_view term;            // $TERM
};
[[nodiscard]] bool wants_color(const StyleInputs& inputs);

// SGR sequences where colour is on, the bare text where it is off.
class Style {
 public:
  explicit Style(bool is_on = false) : is_on_(is_on) {}
  [[nodiscard]] bool is_on() const { return is_on_; }
  [[nodiscard]] std::string error(std::string_view text) const;    // bold red
  [[nodiscard]] std::string warning(std::string_view text) const;  // yellow
  [[nodiscard]] std::string dim(std::string_view text) const;
  [[nodiscard]] std::string bold(std::string_view text) const;
  [[nodiscard]] std::string_view dim_on() const;
  [[nodiscard]] std::string_view off() const;

 private:
  bool is_on_;
};

}  // namespace byok::terminal
