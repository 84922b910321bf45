// Screen: a terminal emulator (libvterm) that shows what a program has written.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

struct VTerm;
struct VTermScreen;

namespace byok::test {

class Screen {
 public:
  Screen(std::size_t columns, std::size_t rows);
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  ~Screen();

  void write(std::string_view bytes);
  void resize(std::size_t columns, std::size_t rows);
  [[nodiscard]] std::string row(std::size_t index) const;  // without the blanks at its end
  [[nodiscard]] std::vector<std::string> rows() const;     // without the empty rows at the end
  [[nodiscard]] std::size_t cursor_row() const;
  [[nodiscard]] std::size_t cursor_column() const;
  [[nodiscard]] bool is_bold(std::size_t row, std::size_t column) const;

 private:
  VTerm* terminal_;
  VTermScreen* screen_;
  std::size_t columns_, rows_;
};

}  // namespace byok::test
