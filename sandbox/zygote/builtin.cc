// The zygote as a loadable builtin of bash. Bash is started once for each (org, snapshot), reads
// its start file, and there calls this builtin, which serves the server and makes sandboxes by
// clone(2). In the shell of a sandbox the builtin returns: the start file ends, and bash goes on to
// run what it takes for the text of its option -c. So every script has a bash that has just
// started, and nobody waits for it to start.
//
// What is used of bash: the builtin's interface (bash's examples/loadables), and the variables and
// functions declared below, which bash exports to its builtins.
#include <sys/time.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <ctime>

#include "base/files.h"
#include "base/handles.h"
#include "sandbox/zygote/zygote.h"
#include "sandbox/zygote_start.h"

extern "C" {

struct WordList;
struct Variable;

// `struct builtin` of bash's builtins.h
struct Builtin {
  const char* name;
  int (*function)(WordList* arguments);
  int flags;
  const char* const* long_doc;
  const char* short_doc;
  char* handle;
};

extern char* command_execution_string;  // the text of -c
extern pid_t dollar_dollar_pid;         // $$
extern pid_t shell_pgrp, original_pgrp;
extern time_t shell_start_time;  // SECONDS counts from here
extern timeval shellstart;
void set_ppid();                                                    // PPID
void seedrand();                                                    // RANDOM
Variable* bind_variable(const char* name, char* value, int flags);  // copies `value`
}

namespace lightfast::sandbox {
namespace {

// What bash found out at its start is another process's by now.
void be_a_new_shell() {
  dollar_dollar_pid = ::getpid();
  shell_pgrp = original_pgrp = ::getpgrp();
  set_ppid();
  seedrand();
}

void run_next(const std::string& script) {
  command_execution_string = ::strdup(script.c_str());
  bind_variable("BASH_EXECUTION_STRING", command_execution_string, 0);
  ::gettimeofday(&shellstart, nullptr);
  shell_start_time = shellstart.tv_sec;
}

constexpr std::size_t kLargestStart = std::size_t{1} << 20U;

int serve_as_zygote(WordList* /*arguments*/) {
  const UniqueFd start(kZygoteStartFd);
  const auto text = read_all(start.get(), kLargestStart);
  auto spec = text ? decode_zygote_start(*text) : Result<ZygoteStart>(text.error());
  if (!spec) {
    std::fprintf(stderr, "zygote: %s\n", spec.error().message.c_str());
    return 1;
  }
  const auto script = run_zygote(std::move(*spec), UniqueFd(kZygoteServerFd), be_a_new_shell);
  run_next(script);
  return 0;
}

constexpr const char* kDocument[] = {"Serves sandboxes; ends with its server.", nullptr};

}  // namespace
}  // namespace lightfast::sandbox

// Found by `enable -f FILE lightfast_zygote`.
extern "C" {
extern __attribute__((visibility("default"))) Builtin lightfast_zygote_struct;
Builtin lightfast_zygote_struct = {.name = "lightfast_zygote",
                                   .function = lightfast::sandbox::serve_as_zygote,
                                   .flags = 1,  // enabled
                                   .long_doc = lightfast::sandbox::kDocument,
                                   .short_doc = "lightfast_zygote",
                                   .handle = nullptr};
}
