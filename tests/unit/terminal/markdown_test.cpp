// Tests of markdown on a terminal: blocks, spans, wrapping, tables, seams, and nothing from outside that is obeyed.
#include "terminal/markdown.hpp"

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "support/screen.hpp"
#include "terminal/width.hpp"

namespace byok::terminal {
namespace {

std::string rendered(std::string_view text, std::size_t width = 40, bool is_styled = true, std::size_t piece = 0) {
  Markdown markdown(width, Style(is_styled));
  std::string out;
  if (piece == 0) piece = std::max<std::size_t>(text.size(), 1);
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) markdown.append(text.substr(0, piece), out);
  markdown.finish(out);
  return out;
}

struct Case {
  std::string in, out;
};

std::vector<Case> styled_cases() {
  const std::string off = "\x1b[0m";
  return {
      {"", ""},
      {"plain", "plain\n"},
      {"a\n\nb\n", "a\n\nb\n"},
      {"# Head\ntext", "\x1b[0;1;4mHead" + off + "\ntext\n"},
      {"### Sub *it*", "\x1b[0;1mSub \x1b[0;1;3mit" + off + "\n"},
      {"#no\n####### no", "#no\n####### no\n"},
      {"**bold** and *it* and ***both*** end",
       "\x1b[0;1mbold" + off + " and \x1b[0;3mit" + off + " and \x1b[0;1;3mboth" + off + " end\n"},
      {"**a *b* c**", "\x1b[0;1ma \x1b[0;1;3mb\x1b[0;1m c" + off + "\n"},
      {"snake_case_name 2 * 3 * 4 _it_", "snake_case_name 2 * 3 * 4 \x1b[0;3mit" + off + "\n"},
      {"**open and *open\nnext*", "**open and \x1b[0;3mopen" + off + "\n\x1b[0;3mnext" + off + "\n"},
      {"**over\nthree\nlines** end",
       "\x1b[0;1mover" + off + "\n\x1b[0;1mthree" + off + "\n\x1b[0;1mlines" + off + " end\n"},
      {"a *b\n\nc* d", "a *b\n\nc* d\n"},
      {"a **b\n- c** d\n# e", "a **b\n• c** d\n\x1b[0;1;4me" + off + "\n"},
      {"a `b\nc` d", "a \x1b[0;36mb" + off + "\n\x1b[0;36mc" + off + " d\n"},
      {"a **b", "a **b\n"},
      {"\\*no\\* \\a \\", "*no* \\a \\\n"},
      {"`a*b*` ``c ` d`` `open", "\x1b[0;36ma*b*" + off + " \x1b[0;36mc ` d" + off + " `open\n"},
      {"~~gone~~ ~one~", "\x1b[0;9mgone" + off + " ~one~\n"},
      {"[t *x*](http://u/(1) \"title\") [no] (x)", "\x1b[0;4mt \x1b[0;3;4mx" + off + " (http://u/(1)) [no] (x)\n"},
      {"[http://u](http://u) <http://v> a<b>c", "\x1b[0;4mhttp://u" + off + " \x1b[0;4mhttp://v" + off + " a<b>c\n"},
      {"a &lt;b&gt; &amp;lt; R&D &nope; &#27; &", "a <b> &lt; R&D &nope; &#27; &\n"},
      {"`&lt;`", "\x1b[0;36m&lt;" + off + "\n"},
      {"![alt](u.png) hi!", "alt (u.png) hi!\n"},
      {"- one\n* two\n  + three\n10. ten\n-no\n1.no", "• one\n• two\n  • three\n10. ten\n-no\n1.no\n"},
      {"> quoted\n>> twice\n> - item", "> quoted\n> > twice\n> • item\n"},
      {"---\n* * *\n__", "\x1b[0;2m" + base::replace_all("xxxxxxxx", "x", "─────") + off + "\n\x1b[0;2m" +
                             base::replace_all("xxxxxxxx", "x", "─────") + off + "\n__\n"},
      {"```c++\nint *a;  // **no**\n\n  ``\n````\nafter",
       "\x1b[0;2m```c++" + off + "\nint *a;  // **no**\n\n  ``\n\x1b[0;2m````" + off + "\nafter\n"},
      {"```\nopen", "\x1b[0;2m```" + off + "\nopen\n"},
      {"1. x\n   ~~~\n   code\n   ~~~\n", "1. x\n\x1b[0;2m   ~~~" + off + "\n   code\n\x1b[0;2m   ~~~" + off + "\n"},
      {"```inline``` x", "\x1b[0;36minline" + off + " x\n"},
      {"a:\n\n    code *x*\n", "a:\n\n    code *x*\n"},
      {"- a\n\n    more *x*\n", "• a\n\n    more \x1b[0;3mx" + off + "\n"},
      {"|A|B|\n|-|-:|\n|`x`|12|\nend",
       "\x1b[0;1mA" + off + " │  \x1b[0;1mB" + off + "\n──┼───\n\x1b[0;36mx" + off + " │ 12\nend\n"},
      {"| no table |\ntext", "| no table |\ntext\n"},
  };
}

TEST_CASE("markdown is styled") {
  for (const Case& c : styled_cases()) {
    CAPTURE(c.in);
    CHECK(rendered(c.in) == c.out);
  }
}

TEST_CASE("the seams between pieces make no difference") {
  std::string all;
  for (const Case& c : styled_cases()) all += c.in + "\n\n";
  all +=
      "caf\xC3\xA9\r\n" + std::string(300, ' ') + "x\n" + std::string(300, '-') + "\n" + std::string(3000, '*') + "\n";
  for (const std::size_t width : {0U, 9U, 40U}) {
    for (const bool is_styled : {true, false}) {
      const std::string whole = rendered(all, width, is_styled);
      for (const std::size_t piece : {1U, 2U, 3U, 7U, 64U}) CHECK(rendered(all, width, is_styled, piece) == whole);
    }
  }
}

TEST_CASE("without style there is no escape, and the marks stay") {
  const std::string text = "# Head\n**b** `c` [t](u)\n- item\n```sh\nls\n```\n";
  CHECK(rendered(text, 40, false) == "# Head\n**b** `c` t (u)\n- item\n```sh\nls\n```\n");
  std::string all;
  for (const Case& c : styled_cases()) all += c.in + "\n\n";
  CHECK_FALSE(rendered(all, 20, false).contains('\x1b'));
}

TEST_CASE("rows end between words, and go on below the text of an item") {
  CHECK(rendered("one two three four", 9) == "one two\nthree\nfour\n");
  CHECK(rendered("- one two three\n> four five six", 9) == "• one two\n  three\n> four\n> five\n> six\n");
  CHECK(rendered("**one two three**", 9) == "\x1b[0;1mone two\x1b[0m\n\x1b[0;1mthree\x1b[0m\n");
  CHECK(rendered("see https://example.org/long/path ok", 12) == "see\nhttps://example.org/long/path ok\n");
  CHECK(rendered("漢字漢字漢字。", 8) == "漢字漢字\n漢字。\n");
  CHECK(rendered("```\none two three four\n```", 9, false) == "```\none two three four\n```\n");
}

TEST_CASE("a table is laid out when it is whole, or shown line by line when it does not fit") {
  const std::string table = "|Name|`N`|\n|:--|--:|\n|漢字|1|\n|a|**12**|\n";
  test::Screen screen(40, 10);
  screen.write(base::replace_all(rendered(table + "\nend"), "\n", "\r\n"));
  CHECK(screen.rows() == std::vector<std::string>{"Name │  N", "─────┼───", "漢字 │  1", "a    │ 12", "", "end"});
  CHECK(screen.is_bold(0, 0));
  CHECK(rendered(table, 8, false) == "|Name|`N`|\n|:--|--:|\n|漢字|1|\n|a|**12**|\n");
  CHECK(rendered("|a|b|\n|-|-|\n|1|2||\n| | |\n", 40, false) == "a │ b\n──┼───\n1 │ 2|\n  │ \n");
  CHECK(rendered("|a|b|\n|-|-|\n|1|\n|1|2|3|\n|`x|y`|z|\n", 40, false) ==
        "a     │ b\n──────┼────\n1     │ \n1     │ 2|3\n`x|y` │ z\n");
}

TEST_CASE("cells go on in further rows where a table is wider than the terminal") {
  const std::string table =
      "|Name|What it is|\n|---|--:|\n|PostgreSQL|A **powerful relational** database|\n|x|https://example.org/long|\n";
  test::Screen screen(26, 20);
  screen.write(base::replace_all(rendered(table, 26), "\n", "\r\n"));
  CHECK(screen.rows() == std::vector<std::string>{"Name       │    What it is", "───────────┼──────────────",
                                                  "PostgreSQL │    A powerful", "           │    relational",
                                                  "           │      database", "───────────┼──────────────",
                                                  "x          │ https://examp", "           │   le.org/long"});
  CHECK(screen.is_bold(0, 0));
  CHECK(screen.is_bold(2, 18));
  CHECK_FALSE(screen.is_bold(2, 0));
  CHECK_FALSE(screen.is_bold(4, 20));
  CHECK(rendered("|漢字漢字漢字漢字|b|\n|-|-|\n", 12, false) == "漢字漢字 │ b\n漢字漢字 │ \n─────────┼──\n");
  for (const std::size_t width : {19U, 20U, 30U, 40U, 60U}) {
    const std::string out = rendered(table, width, false);
    for (const std::string_view line : base::split(out, '\n')) CHECK(width_of(line) <= width);
  }
  CHECK(rendered(table, 18, false).starts_with("|Name|What it is|"));
}

TEST_CASE("a message can come in between, and what was held stands before it") {
  Markdown markdown(40, Style(false));
  std::string out;
  markdown.append("one two", out);
  CHECK(markdown.break_line(out));
  CHECK(out == "one two\n");
  CHECK_FALSE(markdown.break_line(out));
  markdown.finish(out);
  CHECK(out == "one two\n");
  markdown.append("three four", out);
  CHECK(markdown.break_line(out));
  markdown.append(" five\n\nsix", out);
  markdown.finish(out);
  CHECK(out == "one two\nthree four\n five\n\nsix\n");
  markdown.append("|a|\n|-|\n", out);
  CHECK(markdown.is_in_table());
  CHECK_FALSE(markdown.break_line(out));
  markdown.finish(out);
  CHECK_FALSE(markdown.is_in_table());
}

TEST_CASE("a table without end is not held for ever") {
  Markdown markdown(40, Style(false));
  std::string out;
  markdown.append("|a|\n|-|\n", out);
  for (int i = 0; i < 2000; ++i) markdown.append("|" + std::string(60, 'x') + "|\n", out);
  CHECK(out.size() > 2000UL * 30);
  markdown.append("|" + std::string(100'000, 'y'), out);
  CHECK(out.size() > 200'000);
}

TEST_CASE("text comes out word by word, and does not wait for a mark's end for ever") {
  Markdown markdown(40, Style(true));
  std::string out;
  markdown.append("one two", out);
  CHECK(out == "one");
  markdown.append(" **three ", out);
  CHECK(out == "one two");
  markdown.append(std::string(2000, 'x'), out);
  CHECK(out.starts_with("one two **three\nxxx"));
}

TEST_CASE("no sequence in a reply is obeyed, wherever it stands") {
  const std::string evil =
      "\x1b[2J\x1b]0;t\x07\xC2\x9B"
      "31m\u202E";
  for (const std::string place :
       {"@", "# @", "- @", "> @", "`@`", "**@**", "[@](@)", "```@\n@\n```", "|@|\n|-|\n|@|\n", "<http://@>"}) {
    CAPTURE(place);
    const std::string out = rendered(base::replace_all(place, "@", evil));
    CHECK(out.contains("␛[2J␛]0;t␇"));
    std::string rest = out;
    for (const std::string ours : {"\x1b[0m", "\x1b[0;1m", "\x1b[0;1;4m", "\x1b[0;2m", "\x1b[0;4m", "\x1b[0;36m"}) {
      rest = base::replace_all(rest, ours, "");
    }
    CHECK_FALSE(rest.contains('\x1b'));
    CHECK_FALSE(rest.contains('\x07'));
    CHECK_FALSE(rest.contains("\xC2\x9B"));
  }
}

TEST_CASE("after finish a renderer begins anew") {
  Markdown markdown(40, Style(false));
  std::string out;
  markdown.append("```\ncode", out);
  markdown.finish(out);
  markdown.append("- **x", out);
  markdown.finish(out);
  markdown.set_width(5);
  markdown.append("one two", out);
  markdown.finish(out);
  CHECK(out == "```\ncode\n- **x\none\ntwo\n");
}

}  // namespace
}  // namespace byok::terminal
