// Tests of the wording that each API has for the same fault of a request.
#include "mock/dialect.hpp"

#include <doctest/doctest.h>

#include <ostream>

namespace byok::mock {

TEST_CASE("each API has its own tables") {
  CHECK(dialect_of(Api::chat).list == "messages");
  CHECK(dialect_of(Api::responses).list == "input");
  CHECK(dialect_of(Api::messages).list == "messages");
  CHECK(dialect_of(Api::messages).roles.size() == 2);
  CHECK(dialect_of(Api::messages).efforts.front() == "low");
  CHECK(dialect_of(Api::chat).efforts.front() == "none");
}

TEST_CASE("paths are written as each service writes them") {
  CHECK(dialect_of(Api::chat).element("messages", 2) == "messages[2]");
  CHECK(dialect_of(Api::messages).element("messages.2.content", 0) == "messages.2.content.0");
}

TEST_CASE("an unknown field is named in three ways") {
  CHECK(dialect_of(Api::chat).unknown_field("x").message == "Unrecognized request argument supplied: x");
  CHECK(dialect_of(Api::chat).unknown_field("x").code.empty());
  CHECK(dialect_of(Api::responses).unknown_field("x").message == "Unknown parameter: 'x'.");
  CHECK(dialect_of(Api::responses).unknown_field("x").code == "unknown_parameter");
  CHECK(dialect_of(Api::responses).unknown_field("x").param == "x");
  CHECK(dialect_of(Api::messages).unknown_field("x").message == "x: Extra inputs are not permitted");
}

TEST_CASE("the same faults have the same status and each API's form") {
  constexpr std::string_view kSupported[] = {"a", "b"};
  for (const Api api : {Api::chat, Api::responses, Api::messages}) {
    const Dialect& dialect = dialect_of(api);
    const auto form = api == Api::messages ? Refusal::Form::anthropic : Refusal::Form::openai;
    const Refusal refusals[] = {
        dialect.missing("field"),
        dialect.unknown_field("field"),
        dialect.wrong_type("field", "string", "number"),
        dialect.wrong_value("field", "c", kSupported),
        dialect.empty_list(),
        dialect.too_small("field", 16, 3),
    };
    for (const Refusal& refusal : refusals) {
      CHECK(refusal.status == 400);
      CHECK(refusal.form == form);
      CHECK(refusal.type == "invalid_request_error");
    }
  }
}

TEST_CASE("a model that is missing is told of as each service does") {
  CHECK(dialect_of(Api::chat).no_such_model(Service::openai, "m").status == 404);
  CHECK(dialect_of(Api::responses).no_such_model(Service::openai, "m").status == 400);
  CHECK(dialect_of(Api::responses).no_such_model(Service::openai, "m").param == "model");
  CHECK(dialect_of(Api::messages).no_such_model(Service::anthropic, "m").type == "not_found_error");
  CHECK(dialect_of(Api::chat).no_such_model(Service::azure, "m").code == "DeploymentNotFound");
  CHECK(dialect_of(Api::responses).no_such_model(Service::azure_v1, "m").status == 404);
}

}  // namespace byok::mock
