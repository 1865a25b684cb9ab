#include "tools/repo/git/git_error.h"

#include <git2.h>

#include "tools/repo/git/names.h"

namespace lightfast::repo {

std::string git_message() {
  const git_error* last = git_error_last();
  return last == nullptr || last->message == nullptr ? "unknown reason"
                                                     : display_path(last->message);
}

Error git_failure(ErrorKind kind, std::string_view doing) {
  return Error{kind, git_message()}.during(doing);
}

}  // namespace lightfast::repo
