// A path read character by character, so that where each begins is known.
#include "cli/chat/line/typed_path.hpp"

#include <utility>

#include <fmt/format.h>

namespace byok::cli {
namespace {

// Characters that a shell would not take as they are; what is typed here can be pasted there, and the other way round.
constexpr std::string_view kSpecial = " \t\\'\"`$&|;<>()[]{}*?!";

// Takes the text apart into the characters of the path.
class PathReader {
 public:
  explicit PathReader(std::string_view text) : text_(text) {}

  // False at the end of the text.
  bool step() {
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == quote_) {
        quote_ = 0;
        ++turns_;
      } else if (quote_ == 0 && (c == '\'' || c == '"')) {
        quote_ = c;
        ++turns_;
      } else if (c == '\\' && escapes(at_)) {
        character_ = text_[at_++];
        is_escaped_ = true;
        return true;
      } else if (c != '\\' || at_ < text_.size()) {
        character_ = c;
        is_escaped_ = quote_ != 0;
        return true;
      }
    }
    return false;
  }

  [[nodiscard]] char character() const { return character_; }
  [[nodiscard]] bool is_escaped() const { return is_escaped_; }
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] char quote() const { return quote_; }
  [[nodiscard]] int turns() const { return turns_; }  // quotes opened and closed so far

 private:
  [[nodiscard]] bool escapes(std::size_t next) const {
    if (next >= text_.size() || quote_ == '\'') return false;
    return quote_ == 0 || text_[next] == '"' || text_[next] == '\\';
  }

  std::string_view text_;
  std::size_t at_ = 0;
  char quote_ = 0;
  char character_ = 0;
  bool is_escaped_ = false;
  int turns_ = 0;
};

std::string with_home(std::string path, bool has_tilde, std::string_view home) {
  if (!has_tilde || home.empty() || (path.size() > 1 && path[1] != '/')) return path;
  return std::string(home) + path.substr(1);
}

}  // namespace

base::Result<std::string> path_typed(std::string_view text, std::string_view home) {
  PathReader reader(text);
  std::string path;
  bool has_tilde = false;
  while (reader.step()) {
    if (path.empty()) has_tilde = reader.character() == '~' && !reader.is_escaped();
    path.push_back(reader.character());
  }
  if (reader.quote() != 0) {
    return base::fail(base::ErrorKind::usage, fmt::format("the quote {} in the path is not closed", reader.quote()),
                      fmt::format("close it, or write \\{} where the path has one", reader.quote()));
  }
  return with_home(std::move(path), has_tilde, home);
}

PathBeginning read_path_beginning(std::string_view text, std::string_view home) {
  PathReader reader(text);
  PathBeginning beginning;
  std::string path;
  bool has_tilde = false;
  int turns = 0;
  while (reader.step()) {
    if (path.empty()) has_tilde = reader.character() == '~' && !reader.is_escaped();
    path.push_back(reader.character());
    if (reader.character() != '/') continue;
    beginning.name_at = reader.at();
    beginning.quote = reader.quote();
    turns = reader.turns();
  }
  const std::size_t name = path.rfind('/') + 1;
  beginning.name = path.substr(name);
  beginning.folder = with_home(path.substr(0, name), has_tilde, home);
  const bool opens = beginning.quote == 0 && reader.turns() == turns + 1 && text[beginning.name_at] == reader.quote();
  if (opens) {
    beginning.quote = reader.quote();
    ++beginning.name_at;
    ++turns;
  }
  beginning.is_plain = reader.turns() == turns;
  return beginning;
}

std::string name_to_type(std::string_view name, bool is_directory, const PathBeginning& beginning) {
  std::string typed;
  for (const char c : name) {
    if (beginning.quote == '\'' && c == '\'') {
      typed.append("'\\'");  // closed, one by itself, and opened again below
    } else if (beginning.quote == '"' ? c == '"' || c == '\\'
                                      : beginning.quote == 0 && (kSpecial.contains(c) || (c == '~' && typed.empty()))) {
      typed.push_back('\\');
    }
    typed.push_back(c);
  }
  if (is_directory) {
    typed.push_back('/');
  } else if (beginning.quote != 0) {
    typed.push_back(beginning.quote);
  }
  return typed;
}

}  // namespace byok::cli
