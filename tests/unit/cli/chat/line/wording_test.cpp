// Tests that what the prompt is told can be done there.
#include "cli/chat/line/wording.hpp"

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace byok;
using namespace byok::cli;

namespace {

base::Error said(std::string message, std::string hint) {
  base::Error error;
  error.message = std::move(message);
  error.hint = std::move(hint);
  return said_at_prompt(std::move(error));
}

}  // namespace

TEST_CASE("what is worded for the command line is told as the prompt has it") {
  CHECK(said("the time allowed for the whole run was over before s had answered in full", "").message ==
        "the time allowed for one turn was over before s had answered in full");
  CHECK(said("--profile: there is no profile named nope", "").message == "there is no profile named nope");
  struct Row {
    std::string general, at_prompt;
  };
  for (const Row& row :
       std::vector<Row>{{"send a part of it, or allow more with --max-input BYTES", "send a part of it"},
                        {"for an image or a PDF, try -a", "for an image or a PDF: /attach PATH"},
                        {"`byok models list -p s` shows what is there; the model sent was m.",
                         "/model shows what is there; the model sent was m."},
                        {"Fetch it: ollama pull m\nor choose one that is there: `byok models list -p o`",
                         "Fetch it: ollama pull m\nor choose one that is there: /model"},
                        {"what is there may be cut off; run it again", "what is there may be cut off"},
                        {"run it again; where it stays so, another wire_api may help",
                         "/retry asks again; where it stays so, another wire_api may help"},
                        {"make the file and its folder writable, or use --no-save",
                         "make the file and its folder writable, or go on without keeping: /nosave"},
                        {"make the file writable, or go on without keeping: --no-save",
                         "make the file writable, or go on without keeping: /nosave"},
                        {"an `odd mark", "an `odd mark"},
                        {"", ""}}) {
    CHECK(said("m", row.general).hint == row.at_prompt);
  }
  for (const std::string hint :
       {"raise --max-output-tokens, or ask for less", "A longer --timeout (or none) allows more.",
        "raise --max-output-tokens, or lower --reasoning-effort"}) {
    CHECK_FALSE(said("m", hint).hint.contains("--"));
  }
}
