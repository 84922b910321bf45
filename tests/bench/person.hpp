// Person: one who sits at a pseudo-terminal: starts a program there, types, looks, and leaves by Ctrl-D.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "program.hpp"

namespace byok::bench {

struct Sitting {
  double wait_ms = 0;  // from the start to the end of the first `wait_for`
  double cpu_ms = 0;   // of the whole run
};

// Whatever does not happen within ten seconds throws std::runtime_error.
class Person {
 public:
  explicit Person(const Command& command);
  Person(const Person&) = delete;
  Person& operator=(const Person&) = delete;
  ~Person();

  void type(std::string_view keys);  // reads what comes meanwhile
  // Types, and reads until something has come and there is no more.
  void type_and_look(std::string_view keys);
  void wait_for(std::string_view text);       // anywhere in what was written so far
  void wait_for_next(std::string_view text);  // in what is written from now on
  [[nodiscard]] bool has_seen(std::string_view text) const { return seen_.find(text) != std::string::npos; }
  // Clears the line, leaves, and waits for the end.
  Sitting leave();

 private:
  bool look(int milliseconds);
  void wait_from(std::size_t begin, std::string_view text);

  Command command_;
  pid_t process_ = -1;
  int terminal_ = -1;
  std::int64_t started_ = 0;
  double first_wait_ = 0;
  std::string seen_;
};

}  // namespace byok::bench
