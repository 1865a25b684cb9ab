#include <string>

#include <catch2/catch.hpp>

#include "tools/files/uri.h"

namespace lightfast::files {
namespace {

using namespace std::string_literals;

TEST_CASE("a path becomes a URI and comes back", "[uri]") {
  for (const auto& path : {"README.md"s, "docs/a b.md"s, "größe/日本.md"s, "odd/%41?#[x]&=+.md"s,
                           "bytes/\xFF\xFE"s, "~a/-b_c.d"s, "line\nfeed"s}) {
    INFO(path);
    CHECK(path_of(uri_of(path)) == path);
  }
  CHECK(uri_of("docs/a b.md") == "lightfast://repo/docs/a%20b.md");
  CHECK(uri_of("%") == "lightfast://repo/%25");
}

TEST_CASE("escapes may be written in lower case, and where none is needed", "[uri]") {
  CHECK(path_of("lightfast://repo/%64ocs/%c3%a4") == "docs/ä");
  CHECK(path_of("lightfast://repo/docs%2Fa.md") == "docs/a.md");
}

TEST_CASE("what names no file of the repository has no path", "[uri]") {
  for (const char* uri : {"",
                          "README.md",
                          "file:///etc/passwd",
                          "lightfast://repo",
                          "lightfast://repo/",
                          "lightfast://other/README.md",
                          "LIGHTFAST://repo/a",
                          "lightfast://repo//etc/passwd",
                          "lightfast://repo/../a",
                          "lightfast://repo/a/../b",
                          "lightfast://repo/%2e%2e/a",
                          "lightfast://repo/a%2f..%2fb",
                          "lightfast://repo/./a",
                          "lightfast://repo/a/",
                          "lightfast://repo/a%00b",
                          "lightfast://repo/a%",
                          "lightfast://repo/a%4",
                          "lightfast://repo/a%zz",
                          "lightfast://repo/a%+1",
                          "lightfast://repo/a?x",
                          "lightfast://repo/a#x"}) {
    INFO(uri);
    CHECK_FALSE(path_of(uri).has_value());
  }
}

TEST_CASE("a name tells the media type where it can", "[uri]") {
  CHECK(media_type("a/README.MD") == "text/markdown");
  CHECK(media_type("logo.svg") == "image/svg+xml");
  CHECK(media_type("Makefile").empty());
  CHECK(media_type("dir.md/file").empty());
}

}  // namespace
}  // namespace lightfast::files
