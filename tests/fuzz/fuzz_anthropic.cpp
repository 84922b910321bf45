// Fuzzes the decoder of the wire API "messages": the same events at every seam, and exactly one end.
#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  byok::fuzz::check_decoder(byok::core::WireApi::messages, byok::fuzz::text_of(data, size));
  return 0;
}
