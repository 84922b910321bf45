// When a stream gets colour (no-color.org, bixense.com/clicolors), and the SGR sequences.
#include "terminal/style.hpp"

#include "terminal/terminal.hpp"

namespace byok::terminal {
namespace {

constexpr std::string_view kOff = "\x1b[0m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kRed = "\x1b[1;31m";
constexpr std::string_view kYellow = "\x1b[33m";

std::string wrap(bool is_on, std::string_view sequence, std::string_view text) {
  if (!is_on || text.empty()) return std::string(text);
  return std::string(sequence).append(text).append(kOff);
}

}  // namespace

bool wants_color(const StyleInputs& inputs) {
  if (inputs.choice != ColorChoice::automatic) return inputs.choice == ColorChoice::always;
  if (!inputs.no_color.empty()) return false;
  if (!inputs.clicolor_force.empty() && inputs.clicolor_force != "0") return true;
  return inputs.is_terminal && !is_dumb(inputs.term);
}

std::string Style::error(std::string_view text) const { return wrap(is_on_, kRed, text); }
std::string Style::warning(std::string_view text) const { return wrap(is_on_, kYellow, text); }
std::string Style::dim(std::string_view text) const { return wrap(is_on_, kDim, text); }
std::string Style::bold(std::string_view text) const { return wrap(is_on_, kBold, text); }
std::string_view Style::dim_on() const { return is_on_ ? kDim : std::string_view{}; }
std::string_view Style::off() const { return is_on_ ? kOff : std::string_view{}; }

}  // namespace byok::terminal
