// `lightfast-github`: asks GitHub, as a GitHub App, for a token that may read one repository. One
// JSON request on standard input, one JSON answer on standard output (token_messages.h). It is run
// confined, as `lightfast-git` is, so that what speaks to the network is neither the server nor has
// anything of it.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "base/files.h"
#include "base/hidden_memory.h"
#include "tools/repo/git/response.h"
#include "tools/repo/github/app.h"

namespace lightfast::repo {
namespace {

constexpr std::size_t kMaxRequestBytes = 1UL << 20;

Result<InstallationToken> answer() {
  const auto text = TRY(read_all(STDIN_FILENO, kMaxRequestBytes).during("reading the request"));
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return ask_for_token(TRY(parse_token_request(text)), now);
}

int run() {
  hide_memory();  // of the app's key
  ::signal(SIGPIPE, SIG_IGN);
  const auto token = answer();
  const auto text = token ? to_json_text(*token) : error_text(token.error(), {});
  return write_all(STDOUT_FILENO, text) ? 0 : 1;
}

}  // namespace
}  // namespace lightfast::repo

int main() {
  try {
    return lightfast::repo::run();
  } catch (const std::exception& failure) {
    (void)std::fprintf(stderr, "lightfast-github: %s\n", failure.what());
    return 1;
  }
}
