#include <string>

#include <catch2/catch.hpp>

#include "tools/repo/git/names.h"

using lightfast::repo::broken_name_rule;
using lightfast::repo::display_path;

TEST_CASE("every name that is dangerous somewhere breaks its rule") {
  struct Case {
    std::string name;
    std::string rule;
  };
  const Case cases[] = {
      {"", "empty-name"},
      {".", "dot-name"},
      {"..", "dot-name"},
      {"a/b", "slash-in-name"},
      {"/", "slash-in-name"},
      {std::string("a\0b", 3), "nul-in-name"},
      {std::string(256, 'n'), "name-length"},
      {".git", "git-name"},
      {".GIT", "git-name"},
      {".gIt", "git-name"},
      {"git~1", "git-name"},
      {"GIT~1", "git-name"},
      {".git ", "git-name"},
      {".git.", "git-name"},
      {".git. . ", "git-name"},
      {".git:x", "git-name"},
      {".git::$INDEX_ALLOCATION", "git-name"},
      {".git .::$INDEX_ALLOCATION", "git-name"},
      {"git~1:x", "git-name"},
      {".git\\config", "git-name"},
      {"a\\.git", "git-name"},
      {"a\\.GIT \\b", "git-name"},
      {".g\xE2\x80\x8Cit", "git-name"},
      {"\xEF\xBB\xBF.git", "git-name"},
      {".git\xE2\x81\xAF", "git-name"},
      {".G\xE2\x80\xAEIT", "git-name"},
      {"g\xE2\x80\x8Fit~1", "git-name"},
  };
  for (const auto& [name, rule] : cases) {
    INFO(display_path(name));
    CHECK(broken_name_rule(name) == rule);
  }
}

TEST_CASE("names that only resemble the dangerous ones are allowed") {
  const std::string names[] = {".gitignore",
                               ".github",
                               "git",
                               ".gi",
                               ".gitx",
                               "git~2",
                               "git~11",
                               "...",
                               "..a",
                               ".git_",
                               ".git.x",
                               "x.git",
                               "a\\b",
                               "a:b",
                               "a.git:x",
                               "\xE2\x80\x8B.git",  // U+200B is not among the ignored ones
                               "\xFF\xFE",
                               "\x1B[31m",
                               "new\nline",
                               " ",
                               std::string(255, 'n')};
  for (const auto& name : names) {
    INFO(display_path(name));
    CHECK(broken_name_rule(name).empty());
  }
}

TEST_CASE("a path is shown in one printable line of bounded length") {
  CHECK(display_path("a/b c") == "a/b c");
  CHECK(display_path("a\nb\r\tc\x1B") == "a\\nb\\r\\tc\\x1B");
  CHECK(display_path("\xFF") == "\\xFF");
  CHECK(display_path(std::string(301, 'a')) == std::string(300, 'a') + "...");
}
