// The entry point of the tests against the real program, whose path is in $BYOK_BINARY.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
