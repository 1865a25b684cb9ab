#include "attempts.h"

#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

#include "base/handles.h"

namespace lightfast::sandboxee {
namespace {

std::string name_of(int error) {
  const char* name = ::strerrorname_np(error);
  return name != nullptr ? name : "error " + std::to_string(error);
}

const Attempt* find(const std::string& name) {
  for (const auto attempts : {attempts_on_files(), attempts_on_limits(), attempts_on_network(),
                              attempts_on_processes(), attempts_on_system_calls()}) {
    const auto found = std::ranges::find(attempts, name, &Attempt::name);
    if (found != attempts.end()) return &*found;
  }
  return nullptr;
}

Outcome outcome_of(Words words) {
  if (words.empty()) return not_tried("no attempt is named");
  const Attempt* attempt = find(words.front());
  if (attempt == nullptr) return not_tried("there is no attempt '" + words.front() + "'");
  const auto arguments = words.subspan(1);
  if (arguments.size() != attempt->words) return not_tried("a wrong number of words");
  return attempt->run(arguments);
}

// The words as execve(2) takes them.
std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

// The new program's own exit code is 0 or 1; errno values that execve gives are not 1.
int execute(const std::string& path, Words words) {
  std::vector<std::string> all = {path};
  all.insert(all.end(), words.begin(), words.end());
  const auto arguments = pointers_to(all);
  std::array<char*, 1> environment = {nullptr};
  ::execve(path.c_str(), arguments.data(), environment.data());
  return errno;
}

}  // namespace

Outcome by(long result) {
  if (result >= 0) return {.verdict = Verdict::Worked, .why = {}};
  return {.verdict = Verdict::Denied, .why = name_of(errno)};
}

Outcome by_finding(bool found, const std::string& otherwise) {
  if (found) return {.verdict = Verdict::Worked, .why = {}};
  return {.verdict = Verdict::Denied, .why = otherwise};
}

Outcome not_tried(const std::string& why) { return {.verdict = Verdict::NotTried, .why = why}; }

Outcome in_child(const std::function<int()>& action) {
  const pid_t child = ::fork();
  if (child < 0) return not_tried("no child: " + name_of(errno));
  if (child == 0) ::_exit(action());
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    return by_finding(false, std::string("killed by SIG") + ::sigabbrev_np(WTERMSIG(status)));
  }
  return by_finding(WEXITSTATUS(status) == 0, name_of(WEXITSTATUS(status)));
}

Outcome executing(const std::string& path, Words words, const std::function<int()>& before) {
  return in_child([&] {
    const int failed = before();
    return failed != 0 ? failed : execute(path, words);
  });
}

NewDirectory::NewDirectory(const std::string& parent) : path_(parent + "/lightfast-XXXXXX") {
  if (::mkdtemp(path_.data()) == nullptr) {
    path_.clear();
    return;
  }
  (void)::chmod(path_.c_str(), 0755);
}

NewDirectory::~NewDirectory() {
  std::error_code failed;
  if (!path_.empty()) std::filesystem::remove_all(path_, failed);
}

bool copy_program(const std::string& from, const std::string& to) {
  const UniqueFd source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!source) return false;
  const UniqueFd target(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755));
  if (!target) return false;
  ssize_t copied = 1;
  constexpr std::size_t kAtOnce = std::size_t{1} << 20U;
  while (copied > 0) copied = ::sendfile(target.get(), source.get(), nullptr, kAtOnce);
  return copied == 0;
}

Verdict make_attempt(Words words) {
  const auto outcome = outcome_of(words);
  constexpr std::array kSaid = {"worked", "denied: ", "not tried: "};
  const auto text = kSaid.at(static_cast<std::size_t>(outcome.verdict)) + outcome.why + "\n";
  (void)!::write(STDOUT_FILENO, text.data(), text.size());
  return outcome.verdict;
}

}  // namespace lightfast::sandboxee
