// Result<T>: how everything that can fail for an outside reason says so. Values only; safe on any
// thread.
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lightfast {

// The short closed list that callers branch on; the text is for people.
enum class ErrorKind {
  InvalidArgument,  // the caller sent something wrong; `field` names it where it is one field
  NotFound,
  PermissionDenied,
  Timeout,
  Unavailable,    // not now, or not on this machine; the message says what is missing
  Corrupt,        // bytes that should be ours or well formed are not
  LimitExceeded,  // a named bound was passed
  Internal,
};

// What went wrong, as `doing what, to which thing: why`: lower case, the thing in quotes, no
// secret.
struct Error {
  ErrorKind kind = ErrorKind::Internal;
  std::string message;
  std::string field = {};              // the argument at fault, empty when it is none or several
  std::chrono::seconds retry_after{};  // LimitExceeded: when it may go well, 0 when not known
  // Internal, of another server that failed: the request under which its log has the reason.
  std::string remote_request = {};

  // The same error with one phrase of context in front: `during: message`.
  [[nodiscard]] Error during(std::string_view what) && {
    message.insert(0, ": ").insert(0, what);
    return std::move(*this);
  }

  bool operator==(const Error&) const = default;
};

// An Error of `kind` whose message ends with the text of `error_number` (an errno value).
[[nodiscard]] Error errno_error(ErrorKind kind, std::string_view doing, int error_number);

// The same, the kind derived from `error_number`: ENOENT is NotFound, EACCES and EPERM are
// PermissionDenied, ENOSPC, EDQUOT and EFBIG are LimitExceeded, everything else is Unavailable.
[[nodiscard]] Error errno_error(std::string_view doing, int error_number);

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
  using Base = std::expected<T, Error>;

 public:
  using Base::Base;
  Result()
    requires(!std::is_void_v<T>)
  = delete;
  Result()
    requires(std::is_void_v<T>)
  = default;
  Result(Error error) : Base(std::unexpect, std::move(error)) {}

  // Adds one phrase of context to the error, if there is one.
  [[nodiscard]] Result during(std::string_view what) && {
    if (!this->has_value()) this->error() = std::move(this->error()).during(what);
    return std::move(*this);
  }
};

namespace detail {
template <class T>
T release(Result<T>&& result) {
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
}  // namespace detail

}  // namespace lightfast

// The value of a Result, or a return of its error from the enclosing function. One per statement,
// and none for a later member within braces: GCC 12 does not destroy those before it on that
// return.
#define TRY(...)                                                         \
  __extension__({                                                        \
    auto try_result_ = (__VA_ARGS__);                                    \
    if (!try_result_.has_value()) return std::move(try_result_).error(); \
    ::lightfast::detail::release(std::move(try_result_));                \
  })
