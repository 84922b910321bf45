// The command line's entry: from argv to an exit code.
#pragma once

namespace byok::cli {

// Never throws; a defect of byok ends in exit code 70 with one line on stderr.
[[nodiscard]] int run(int argc, char** argv, char** environment);

}  // namespace byok::cli
