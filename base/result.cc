#include "base/result.h"

#include <cerrno>
#include <system_error>

namespace lightfast {

Error errno_error(ErrorKind kind, std::string_view doing, int error_number) {
  std::string message(doing);
  message.append(": ").append(std::generic_category().message(error_number));
  return {kind, std::move(message)};
}

Error errno_error(std::string_view doing, int error_number) {
  switch (error_number) {
    case ENOENT:
      return errno_error(ErrorKind::NotFound, doing, error_number);
    case EACCES:
    case EPERM:
      return errno_error(ErrorKind::PermissionDenied, doing, error_number);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return errno_error(ErrorKind::LimitExceeded, doing, error_number);
    default:
      return errno_error(ErrorKind::Unavailable, doing, error_number);
  }
}

}  // namespace lightfast
