#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tools/providers/mentions.h"

namespace lightfast::providers {
namespace {

TEST_CASE("what a text points at is found, and whether it is fixed") {
  struct Case {
    std::string text;
    std::vector<Mention> found;
  };
  const auto [text, found] = GENERATE(values<Case>({
      {"Fixes #12", {{"issue:acme/web#12", true}}},
      {"closes: #12, see #13.", {{"issue:acme/web#12", true}, {"issue:acme/web#13"}}},
      {"Closes #12 and #13", {{"issue:acme/web#12", true}, {"issue:acme/web#13"}}},
      {"CLOSES owner/repo#3!", {{"issue:owner/repo#3", true}}},
      {"resolved Acme/Web#3", {{"issue:acme/web#3", true}}},
      {"#12, then fixed #12", {{"issue:acme/web#12", true}}},
      {"resolves LIN-482", {{"issue:LIN-482", true}}},
      {"Fixes LIN-1, LIN-2 and ENG-3 but not ENG-4",
       {{"issue:LIN-1", true}, {"issue:LIN-2", true}, {"issue:ENG-3", true}, {"issue:ENG-4"}}},
      {"completes LIN-4 and #5", {{"issue:LIN-4", true}, {"issue:acme/web#5"}}},
      {"GH-7", {{"issue:acme/web#7"}}},
      {"(https://github.com/acme/web/pull/142#issuecomment-1)", {{"pr:acme/web#142"}}},
      {"fix https://github.com/o/r/issues/9", {{"issue:o/r#9", true}}},
      {"https://github.com/o/r/discussions/4", {{"discussion:o/r#4"}}},
      {"https://linear.app/acme/issue/LIN-482/retry-uploads", {{"issue:LIN-482"}}},
      {"https://github.com/o/r/commit/0123456789abcdef0123456789abcdef01234567",
       {{"commit:o/r@0123456789abcdef0123456789abcdef01234567"}}},
      {"Merge pull request #5 from mia/topic", {{"pr:acme/web#5"}}},
      {"<!-- Fixes #1 --> `fixes #2` ```\nfixes #3\n``` fixes #4", {{"issue:acme/web#4", true}}},
      {"prefix#1 is it, #1x and # 1 and #1234567890 are not", {}},
      {"UTF-8, SHA-256, CVE-2024-1, LIN-0, A-1, lin-482, X-Y", {}},
      {"https://github.com/o/r/pull/x https://github.com/o https://linear.app/acme/issue", {}},
      {"fixing a bug, fix nothing", {}},
      {"", {}},
  }));
  CAPTURE(text);
  CHECK(mentions_in(text, "acme/web") == found);
}

TEST_CASE("a bare number is nobody's without a repository") {
  CHECK(mentions_in("fixes #12 and GH-1 and o/r#2", "") ==
        std::vector<Mention>{{"issue:o/r#2", false}});
}

TEST_CASE("no more than so many are taken, in no more time than the text is long") {
  std::string text;
  for (int i = 1; i < 200'000; ++i) text += "#" + std::to_string(i) + " `";
  CHECK(mentions_in(text, "acme/web").size() <= 64);
  std::string never_closed;
  while (never_closed.size() < 60'000) never_closed += "<!--";
  CHECK(mentions_in(never_closed + " #5", "acme/web").size() == 1);
}

}  // namespace
}  // namespace lightfast::providers
