// Catalog: all profiles that exist, in their three layers: the user's file, the system's, the built-in ones; and `env`.
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.hpp"
#include "config/draft.hpp"
#include "config/env_profile.hpp"
#include "config/environment.hpp"
#include "core/diagnosis.hpp"

namespace byok::config {

struct SourceFile {
  std::filesystem::path path;  // where it is, or would be
  std::string name;            // as shown
  bool is_used = false;
  bool others_can_read = false;
  Document document;
};

struct Choice {
  std::string name;
  std::string chosen_by;
};

class Catalog {
 public:
  // Reads the files. What is wrong with them is in problems().
  Catalog(const Environment& environment, const std::optional<std::string>& config_file);

  [[nodiscard]] const SourceFile& user() const { return user_; }
  [[nodiscard]] const SourceFile& system() const { return system_; }
  [[nodiscard]] const std::vector<core::Diagnosis>& problems() const { return problems_; }
  [[nodiscard]] const Environment& environment() const { return environment_; }
  [[nodiscard]] const std::optional<EnvProfile>& env() const { return env_; }

  // The profiles of the files, in order, without those of the built-in ones that no file replaces.
  [[nodiscard]] std::vector<std::string> file_profiles() const;
  [[nodiscard]] bool exists(std::string_view name) const;

  // The profile to use, by the order of config.md; `flag` is --profile.
  [[nodiscard]] std::expected<Choice, core::Diagnosis> choose(const std::optional<std::string>& flag) const;

  // The profile's settings with those of its parents, the environment's model and the defaults; the name must exist.
  // A parent that does not exist becomes a problem.
  [[nodiscard]] Draft draft(std::string_view name, const std::optional<std::string>& model,
                            std::vector<core::Diagnosis>& problems) const;

  // The text of a literal credential by its place, or empty.
  [[nodiscard]] std::string_view literal(std::string_view place) const;

 private:
  enum class Layer { user, system, builtin };
  struct Found {
    Layer layer = Layer::builtin;
    const Node* node = nullptr;        // in a file
    const Builtin* builtin = nullptr;  // else
  };

  [[nodiscard]] const SourceFile& file(Layer layer) const { return layer == Layer::user ? user_ : system_; }
  [[nodiscard]] std::optional<Found> find(std::string_view name, Layer from) const;
  [[nodiscard]] Settings with_parents(const Found& found, std::string_view name, int depth,
                                      std::vector<core::Diagnosis>& problems) const;
  [[nodiscard]] Settings defaults() const;
  [[nodiscard]] core::Diagnosis nothing_chosen() const;
  [[nodiscard]] core::Diagnosis unknown(std::string_view name, std::string_view chosen_by) const;

  const Environment& environment_;
  SourceFile user_;
  SourceFile system_;
  std::vector<core::Diagnosis> problems_;
  std::optional<EnvProfile> env_;
};

}  // namespace byok::config
