// `lightfast-git`: does the git work of one sync on foreign data. One JSON request on standard
// input, one JSON answer on standard output (request.h, response.h). It is run confined and expects
// nothing but the paths in the request.
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <string>

#include "base/files.h"
#include "base/hidden_memory.h"
#include "tools/repo/git/repository.h"
#include "tools/repo/git/request.h"
#include "tools/repo/git/response.h"
#include "tools/repo/git/sync.h"

namespace lightfast::repo {
namespace {

Result<SyncDone> answer(Refusal& refusal) {
  const auto text = TRY(read_all(STDIN_FILENO, kMaxRequestBytes).during("reading the request"));
  const SyncRequest request = TRY(parse_request(text));
  TRY(prepare_libgit2(request.remote.ca_file));
  return sync(request, refusal);
}

std::string answer_text() try {
  Refusal refusal;
  const auto done = answer(refusal);
  return done ? done_text(*done) : error_text(done.error(), refusal);
} catch (const std::bad_alloc&) {  // RLIMIT_AS is small
  return error_text({ErrorKind::LimitExceeded, "more memory needed than one sync may use"}, {});
}

int run() {
  hide_memory();               // of the token or key
  ::umask(022);                // the server, perhaps of another uid, reads what is written here
  ::signal(SIGPIPE, SIG_IGN);  // a remote that hangs up is an error to report
  ::signal(SIGXFSZ, SIG_IGN);  // and so is a file over the limit
  return write_all(STDOUT_FILENO, answer_text()) ? 0 : 1;
}

}  // namespace
}  // namespace lightfast::repo

int main() {
  try {
    return lightfast::repo::run();
  } catch (const std::exception& failure) {
    (void)std::fprintf(stderr, "lightfast-git: %s\n", failure.what());
    return 1;
  }
}
