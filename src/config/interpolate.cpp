// Interpolation: one scanner for `${…}`, and the two ways to write its parts out: the values, or shell words.
#include "config/interpolate.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"

namespace byok::config {
namespace {

namespace fs = std::filesystem;

using base::ErrorKind;
using base::fail;
using base::Result;

constexpr std::size_t kLargestFile = 64UL * 1024;

struct Placed {
  Reference reference;
  std::string_view written;  // with its `${` and `}`
};
using Part = std::variant<std::string_view, Placed>;  // plain text or a reference

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_name_char) && (text.front() < '0' || text.front() > '9');
}

std::unexpected<base::Error> not_a_reference(std::string message) {
  return fail(ErrorKind::config, std::move(message),
              "write ${env:NAME}, ${env:NAME:-default} or ${file:PATH}, and $${ for a literal ${");
}

// What stands between `${` and `}`. Anything that is not a plain name is kept out of messages: it may be part of a key.
Result<Reference> parse_reference(std::string_view body) {
  if (body.starts_with("file:")) {
    const std::string_view path = base::trim(body.substr(5));
    if (path.empty()) return not_a_reference("${file:} names no file");
    return Reference{
        .kind = Reference::Kind::file, .name = std::string(path), .has_default = false, .default_value = {}};
  }
  if (!body.starts_with("env:")) {
    if (is_name(body))
      return not_a_reference(fmt::format("${{{0}}} does not say what {0} is; meant ${{env:{0}}}?", body));
    return not_a_reference("a ${…} is neither ${env:…} nor ${file:…}");
  }
  body.remove_prefix(4);
  const std::size_t end = body.find(":-");
  const bool has_default = end != std::string_view::npos;
  const std::string_view name = body.substr(0, end);
  if (!is_name(name)) return not_a_reference("the name in ${env:…} is not a variable's: letters, digits and _ only");
  return Reference{.kind = Reference::Kind::env,
                   .name = std::string(name),
                   .has_default = has_default,
                   .default_value = has_default ? std::string(body.substr(end + 2)) : std::string()};
}

Result<std::vector<Part>> parse(std::string_view text) {
  std::vector<Part> parts;
  while (!text.empty()) {
    const std::size_t open = text.find("${");
    if (open == std::string_view::npos) {
      parts.emplace_back(text);
      break;
    }
    if (open > 0 && text[open - 1] == '$') {  // `$${`: one dollar is the escape
      parts.emplace_back(text.substr(0, open - 1));
      parts.emplace_back(text.substr(open, 2));
      text.remove_prefix(open + 2);
      continue;
    }
    if (open > 0) parts.emplace_back(text.substr(0, open));
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) return not_a_reference("a ${ is not closed by }");
    BYOK_TRY(Reference reference, parse_reference(text.substr(open + 2, close - open - 2)));
    parts.emplace_back(Placed{std::move(reference), text.substr(open, close - open + 1)});
    text.remove_prefix(close + 1);
  }
  return parts;
}

Result<std::string> value_of_variable(const Placed& part, const Environment& environment, bool allow_unset) {
  const auto& [reference, written] = part;
  const std::string_view value = environment.get(reference.name);
  if (!value.empty()) return std::string(value);
  if (reference.has_default) return reference.default_value;
  if (allow_unset) return std::string(written);
  const bool is_set = environment.all().contains(reference.name);
  return fail(ErrorKind::config, fmt::format("the variable {} is {}", reference.name, is_set ? "empty" : "not set"),
              fmt::format("export {0}=…, or write ${{env:{0}:-default}}", reference.name));
}

Result<fs::path> locate(const std::string& name, const Environment& environment, const fs::path& directory) {
  if (name.starts_with("~/")) {
    const fs::path home = environment.home();
    if (home.empty()) return fail(ErrorKind::config, fmt::format("{}: there is no home directory", name), "set HOME");
    return home / name.substr(2);
  }
  fs::path path(name);
  if (path.is_absolute()) return path;
  if (directory.empty()) {
    return fail(ErrorKind::config,
                fmt::format("${{file:{}}} is relative, and there is no file that it is relative to", name),
                "write the whole path, from / or ~/");
  }
  return directory / path;
}

Result<std::string> content_of_file(const std::string& name, const Environment& environment, const fs::path& directory,
                                    std::vector<std::string>& warnings) {
  BYOK_TRY(const fs::path path, locate(name, environment, directory));
  const base::FileStatus status = base::status_of(path);
  if (status.exists && !status.is_regular) {
    return fail(ErrorKind::config, fmt::format("{} is not a regular file", path.string()),
                "${file:…} reads regular files only; a program is run by `command: [PROGRAM, …]`");
  }
  Result<std::string> text = base::read_file(path, kLargestFile);
  if (!text) return fail(ErrorKind::config, std::move(text).error().message, "check the path in ${file:…}");
  std::string value(base::trim(*text));
  base::wipe(*text);
  if (value.empty()) {
    return fail(ErrorKind::config, fmt::format("{} is empty", path.string()), "put the value into the file");
  }
  if (status.others_can_read) {
    warnings.push_back(fmt::format("{0} can be read by others: chmod 600 {0}", base::shell_quote(path.string())));
  }
  return value;
}

// Inside double quotes these keep a meaning (POSIX, Shell Command Language, 2.2.3).
std::string escape_for_double_quotes(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\\"$`").contains(c)) out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

std::string shell_path(std::string_view path) {
  // A quoted tilde is not expanded.
  if (path.starts_with("~/")) return "~/" + base::shell_quote(path.substr(2));
  return base::shell_quote(path.starts_with('-') ? fmt::format("./{}", path) : std::string(path));
}

std::string shell_reference(const Reference& reference, bool needs_braces) {
  if (reference.kind == Reference::Kind::file) return fmt::format("$(cat {})", shell_path(reference.name));
  if (reference.has_default) {
    return fmt::format("${{{}:-{}}}", reference.name, escape_for_double_quotes(reference.default_value));
  }
  return needs_braces ? fmt::format("${{{}}}", reference.name) : "$" + reference.name;
}

}  // namespace

Result<std::vector<Reference>> references(std::string_view text) {
  BYOK_TRY(const std::vector<Part> parts, parse(text));
  std::vector<Reference> found;
  for (const Part& part : parts) {
    if (const auto* placed = std::get_if<Placed>(&part)) found.push_back(placed->reference);
  }
  return found;
}

Result<std::string> interpolate(std::string_view text, const Environment& environment,
                                const InterpolationOptions& options, std::vector<std::string>& warnings) {
  BYOK_TRY(const std::vector<Part> parts, parse(text));
  std::string out;
  for (const Part& part : parts) {
    if (const auto* plain = std::get_if<std::string_view>(&part)) {
      out.append(*plain);
      continue;
    }
    const Placed& placed = std::get<Placed>(part);
    BYOK_TRY(const std::string value,
             placed.reference.kind == Reference::Kind::env
                 ? value_of_variable(placed, environment, options.allow_unset)
                 : content_of_file(placed.reference.name, environment, options.directory, warnings));
    out.append(value);
  }
  return out;
}

std::string to_shell(std::string_view text) {
  const Result<std::vector<Part>> parts = parse(text);
  if (!parts) return escape_for_double_quotes(text);
  std::string out;
  for (auto part = parts->begin(); part != parts->end(); ++part) {
    if (const auto* plain = std::get_if<std::string_view>(&*part)) {
      out.append(escape_for_double_quotes(*plain));
      continue;
    }
    const auto next = std::next(part);
    const auto* after = next == parts->end() ? nullptr : std::get_if<std::string_view>(&*next);
    const bool needs_braces = after != nullptr && !after->empty() && is_name_char(after->front());
    out.append(shell_reference(std::get<Placed>(*part).reference, needs_braces));
  }
  return out;
}

}  // namespace byok::config
