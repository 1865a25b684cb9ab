#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "app/commands.h"
#include "app/starter.h"
#include "base/files.h"
#include "base/handles.h"

namespace lightfast {
namespace {

namespace fs = std::filesystem;

// Nothing is overwritten: all files are checked before the first is written.
Result<void> check_free(const fs::path& directory) {
  for (const auto& file : starter_files()) {
    struct stat status = {};
    const auto path = directory / file.path;
    if (::lstat(path.c_str(), &status) == 0) {
      return Error{
          ErrorKind::InvalidArgument,
          fmt::format("'{}' is there already; name a new or empty directory", path.string())};
    }
  }
  return {};
}

Result<void> write_file(const fs::path& path, std::string_view content) {
  const auto doing = fmt::format("writing '{}'", path.string());
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  if (failed) return errno_error(doing, failed.value());
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file) return errno_error(doing, errno);
  return write_all(file.get(), content).during(doing);
}

}  // namespace

Result<int> run_init(const fs::path& directory) {
  TRY(check_free(directory));
  for (const auto& file : starter_files()) {
    TRY(write_file(directory / file.path, file.content));
    std::cout << "wrote " << (directory / file.path).string() << '\n';
  }
  std::cout << fmt::format(
      "\nNow make it yours, and commit it:\n"
      "  cd {0}\n  git init -b main . && git add . && git commit -m \"Start our context\"\n"
      "Try it:\n  lightfast shell --repo {0} -- ls\n",
      directory.string());
  return 0;
}

}  // namespace lightfast
