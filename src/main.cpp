// byok: argv in, exit code out.
#include <cstdlib>

#include "cli/cli.hpp"

int main(int argc, char** argv, char** environment) {
  const int code = byok::cli::run(argc, argv, environment);
#ifdef NDEBUG
  // All output went through write(2), and what the libraries would tidy up ends with the process: that saves a short
  // reply a twentieth of its time.
  std::_Exit(code);
#else
  return code;  // what looks for leaks or counts lines does so after main
#endif
}
