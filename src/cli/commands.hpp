// The commands: one function each, arguments in, exit code out.
#pragma once

#include "cli/arguments.hpp"
#include "cli/context.hpp"

namespace byok::cli {

[[nodiscard]] int run_ask(const Arguments& arguments, Context& context);
[[nodiscard]] int run_chat(const Arguments& arguments, Context& context);
[[nodiscard]] int run_models_list(const Arguments& arguments, Context& context);
[[nodiscard]] int run_models_show(const Arguments& arguments, Context& context);
[[nodiscard]] int run_profiles_list(const Arguments& arguments, Context& context);
[[nodiscard]] int run_profiles_show(const Arguments& arguments, Context& context);
[[nodiscard]] int run_profiles_add(const Arguments& arguments, Context& context);
[[nodiscard]] int run_profiles_default(const Arguments& arguments, Context& context);
[[nodiscard]] int run_profiles_rm(const Arguments& arguments, Context& context);
[[nodiscard]] int run_profiles_path(const Arguments& arguments, Context& context);
[[nodiscard]] int run_sessions_list(const Arguments& arguments, Context& context);
[[nodiscard]] int run_sessions_show(const Arguments& arguments, Context& context);
[[nodiscard]] int run_sessions_rm(const Arguments& arguments, Context& context);
[[nodiscard]] int run_sessions_export(const Arguments& arguments, Context& context);
[[nodiscard]] int run_doctor(const Arguments& arguments, Context& context);
[[nodiscard]] int run_mock(const Arguments& arguments, Context& context);
[[nodiscard]] int run_completion(const Arguments& arguments, Context& context);

}  // namespace byok::cli
