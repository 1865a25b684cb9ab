#include <cerrno>
#include <string>

#include <catch2/catch.hpp>

#include "base/result.h"

namespace lightfast {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return Error{ErrorKind::InvalidArgument, "odd", "value"};
  return value / 2;
}

Result<void> require_even(int value) {
  TRY(half(value));
  return {};
}

// Counts how far it got, to show where TRY returned.
Result<std::string> quarter(int value, int& steps) {
  const int halved = TRY(half(value));
  ++steps;
  const int quartered = TRY(half(halved).during("halving again"));
  ++steps;
  return std::to_string(quartered);
}

TEST_CASE("TRY gives the value or returns the error at once", "[result]") {
  struct Case {
    int value;
    std::string answer, problem;
    int steps;
  };
  const auto [value, answer, problem, steps] = GENERATE(values<Case>({
      {12, "3", "", 2},
      {7, "", "odd", 0},
      {6, "", "halving again: odd", 1},
  }));
  int done = 0;
  const auto result = quarter(value, done);
  INFO("value " << value);
  CHECK(result.value_or("") == answer);
  CHECK((result ? std::string() : result.error().message) == problem);
  CHECK(done == steps);
}

TEST_CASE("TRY passes an error on unchanged, from one type of result to another", "[result]") {
  const auto result = require_even(3);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error() == Error{ErrorKind::InvalidArgument, "odd", "value"});
  CHECK(require_even(4).has_value());
}

// A value that cannot be copied.
struct Handle {
  explicit Handle(int opened) : number(opened) {}
  Handle(Handle&&) = default;
  Handle& operator=(Handle&&) = default;
  int number;
};

Result<Handle> open_handle(int number) {
  auto handle = TRY(Result<Handle>(Handle(number)));
  return handle;
}

TEST_CASE("TRY moves values that cannot be copied", "[result]") {
  const auto handle = open_handle(5);
  REQUIRE(handle.has_value());
  CHECK(handle->number == 5);
}

TEST_CASE("during adds context in front and keeps kind and field", "[result]") {
  const auto result = half(3).during("inner").during("outer");
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error() == Error{ErrorKind::InvalidArgument, "outer: inner: odd", "value"});
}

TEST_CASE("during leaves a value alone", "[result]") {
  CHECK(half(8).during("halving").value() == 4);
}

TEST_CASE("errno values become kinds", "[result]") {
  struct Case {
    int number;
    ErrorKind kind;
  };
  const auto [number, kind] = GENERATE(values<Case>({
      {ENOENT, ErrorKind::NotFound},
      {EACCES, ErrorKind::PermissionDenied},
      {EPERM, ErrorKind::PermissionDenied},
      {ENOSPC, ErrorKind::LimitExceeded},
      {EDQUOT, ErrorKind::LimitExceeded},
      {EFBIG, ErrorKind::LimitExceeded},
      {EIO, ErrorKind::Unavailable},
      {EMFILE, ErrorKind::Unavailable},
  }));
  INFO("errno " << number);
  CHECK(errno_error("doing", number).kind == kind);
}

TEST_CASE("an errno error says what was done and why it failed", "[result]") {
  CHECK(errno_error("opening 'a'", ENOENT).message == "opening 'a': No such file or directory");
  const auto chosen = errno_error(ErrorKind::Corrupt, "opening 'a'", ENOENT);
  CHECK(chosen.kind == ErrorKind::Corrupt);
  CHECK(chosen.message == "opening 'a': No such file or directory");
}

}  // namespace
}  // namespace lightfast
