// Process: a program run by a test: its streams, a terminal where one is wanted, and an end in any case.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace byok::test {

using Variables = std::map<std::string, std::string, std::less<>>;

struct ProcessOptions {
  std::vector<std::string> argv;    // argv[0]: a path, or a name looked for along this program's PATH
  Variables environment;            // the whole of it
  std::filesystem::path directory;  // empty: this program's own
  enum class Input { null, closed, bytes, open, terminal };
  Input input = Input::null;  // open: a pipe that `write` feeds
  std::string bytes;          // Input::bytes: through a pipe, then its end
  // terminal: standard input, output and error are one pseudo-terminal; all output is in `out`.
  unsigned short columns = 80;
  unsigned short rows = 24;
  std::chrono::milliseconds timeout{20'000};  // from the start; then the process group is killed
};

struct ProcessResult {
  std::string out;
  std::string err;
  int exit_code = -1;  // 128 + signal for one that a signal ended, as a shell says it
  int signal = 0;
  bool timed_out = false;
};

// Runs to the end. A program that cannot be started gives exit code 127.
[[nodiscard]] ProcessResult run_process(const ProcessOptions& options);

// The same step by step, for conversations: write, wait for words, write again.
class Process {
 public:
  explicit Process(const ProcessOptions& options);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();  // kills what still runs

  void write(std::string_view bytes);
  void close_input();
  void close_output();                                       // of the reading side: the program's next write fails
  void resize(unsigned short columns, unsigned short rows);  // of its terminal
  void send_signal(int number) const;
  // Reads until `text` has been printed (since the start, on either stream). False at the end or the timeout.
  [[nodiscard]] bool wait_for(std::string_view text);
  // Reads until `is_so` returns true, which is asked after each piece. False at the end or the timeout.
  [[nodiscard]] bool wait_until(const std::function<bool()>& is_so);
  [[nodiscard]] ProcessResult finish();
  [[nodiscard]] pid_t id() const { return pid_; }
  [[nodiscard]] const std::string& out() const { return result_.out; }
  [[nodiscard]] const std::string& err() const { return result_.err; }

 private:
  bool step();  // one wait for anything; false once the process has ended and all is read
  void feed();
  void read_from(int& descriptor, std::string& text);
  bool collect();

  pid_t pid_ = -1;
  int input_ = -1, output_ = -1, error_ = -1;
  bool is_terminal_ = false;
  std::string pending_;  // bytes for standard input
  bool close_after_pending_ = false;
  bool has_ended_ = false;
  std::chrono::steady_clock::time_point deadline_;
  ProcessResult result_;
};

}  // namespace byok::test
