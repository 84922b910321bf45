// Tests of the table of dialects: each wire API has its own, and each is complete.
#include <ostream>

#include <doctest/doctest.h>

#include "wire/wire.hpp"

using byok::core::Profile;
using byok::core::WireApi;
using byok::wire::wire_for;

TEST_CASE("each wire API finds its own dialect, complete") {
  for (const WireApi api : {WireApi::completions, WireApi::responses, WireApi::messages}) {
    Profile profile;
    profile.wire_api = api;
    const byok::wire::Wire& wire = wire_for(profile);
    CHECK(wire.api == api);
    CHECK(static_cast<bool>(wire.endpoint));
    CHECK(static_cast<bool>(wire.body));
    CHECK(static_cast<bool>(wire.decode_body));
    REQUIRE(static_cast<bool>(wire.stream_decoder));
    const auto decoder = wire.stream_decoder();
    REQUIRE(static_cast<bool>(decoder));
    CHECK_FALSE(decoder->is_done());
    CHECK_FALSE(decoder->is_complete());
  }
}
