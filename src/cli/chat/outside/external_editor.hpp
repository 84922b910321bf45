// ExternalEditor: lets a draft be written in the editor that the person is used to.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/environment.hpp"

namespace byok::cli {

struct EditorCommand {
  std::string command;  // as a shell reads it, so with arguments; empty: there is none
  std::string origin;   // "$VISUAL", "$EDITOR", or the program's name
};
// $VISUAL (not on a dumb terminal), $EDITOR, else vi or nano where one is installed; none of these
// on a dumb terminal.
[[nodiscard]] EditorCommand editor_command(const config::Environment& environment);

// The draft as the editor leaves it, without newlines at its end, made valid UTF-8; an editor that changes nothing
// gives the draft. The program's own standard streams are the editor's; SIGINT and SIGQUIT are the editor's alone
// meanwhile, and the terminal is set as before. The file that it edits is private (0600) and gone afterwards, whatever
// happened. Fails with ErrorKind::usage where no editor is found or it says that it failed (the draft is then what to
// go on with), and with ErrorKind::output where the file cannot be written.
[[nodiscard]] base::Result<std::string> edit_outside(std::string_view draft, const config::Environment& environment);

}  // namespace byok::cli
