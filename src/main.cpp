// byok: argv in, exit code out.
#include "cli/cli.hpp"

int main(int argc, char** argv, char** environment) { return byok::cli::run(argc, argv, environment); }
