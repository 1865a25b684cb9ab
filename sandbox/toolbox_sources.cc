#include "sandbox/toolbox_sources.h"

#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <fstream>
#include <set>

#include <spdlog/fmt/fmt.h>

#include "base/files.h"
#include "base/handles.h"
#include "sandbox/elf.h"
#include "sandbox/plan.h"

namespace lightfast::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::array kProgramDirectories = {"/usr/bin", "/bin", "/usr/local/bin"};

std::string resolved(const fs::path& path) {
  std::error_code failed;
  const auto target = fs::canonical(path, failed);
  return failed ? std::string() : target.string();
}

// `awk` is whatever the system chose, but never an interpreter that can open sockets when mawk is
// there.
std::string find_program(const std::string& name) {
  for (const auto& candidate : {name == "awk" ? std::string("mawk") : name, name}) {
    for (const char* directory : kProgramDirectories) {
      const auto path = resolved(fs::path(directory) / candidate);
      if (!path.empty() && ::access(path.c_str(), R_OK | X_OK) == 0 && fs::is_regular_file(path))
        return path;
    }
  }
  return {};
}

std::vector<std::string> matching_files(const std::string& pattern) {
  glob_t found = {};
  std::vector<std::string> files;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0)
    files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return files;
}

// The directories of ld.so.conf(5), included files where they are named.
void read_loader_configuration(const std::string& file, std::vector<std::string>& directories,
                               int depth) {
  constexpr std::string_view kInclude = "include ";
  constexpr int kDeepest = 4;
  if (depth > kDeepest) return;
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('/')) directories.push_back(line);
    if (!line.starts_with(kInclude)) continue;
    for (const auto& included : matching_files(line.substr(kInclude.size()))) {
      read_loader_configuration(included, directories, depth + 1);
    }
  }
}

std::vector<std::string> library_directories() {
  std::vector<std::string> directories;
  read_loader_configuration("/etc/ld.so.conf", directories, 0);
  for (const char* standard :
       {"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib"}) {
    directories.emplace_back(standard);
  }
  return directories;
}

// Where the loader looks without configuration: the directory of the C library, below usr/lib of
// the sandbox.
std::string place_inside(const std::string& host_path) {
  std::string inside = host_path.substr(1);
  if (!inside.starts_with("usr/")) inside.insert(0, "usr/");
  return inside;
}

class Collector {
 public:
  Result<ToolboxSources> collect(const std::vector<std::string>& programs) {
    for (const auto& name : std::set<std::string>(programs.begin(), programs.end()))
      TRY(add_program(name));
    if (std::ranges::find(sources_.programs, "bash") == sources_.programs.end()) {
      return Error{ErrorKind::Unavailable, "making the toolbox: bash is not on this machine"};
    }
    TRY(add_zygote());
    TRY(add_system_shell());
    TRY(add_libraries());
    add_data();
    return std::move(sources_);
  }

 private:
  Result<void> add_program(const std::string& name) {
    const auto path = find_program(name);
    if (path.empty()) {
      sources_.missing.push_back(name);
      return {};
    }
    const auto needs = TRY(read_elf(path));
    (needs.is_elf ? sources_.copies : sources_.scripts).emplace("usr/bin/" + name, path);
    if (needs.is_elf) note_needs(path, needs);
    sources_.programs.push_back(name);
    return {};
  }

  // Built with this program, so found beside it.
  Result<void> add_zygote() {
    const auto path = resolved(TRY(installed_file(kZygoteFile)));
    const auto needs = TRY(read_elf(path));
    sources_.copies.emplace(kZygotePath, path);
    note_needs(path, needs);
    return {};
  }

  void note_needs(const std::string& needing, const ElfNeeds& needs) {
    if (!needs.interpreter.empty()) loaders_.insert(needs.interpreter);
    for (const auto& library : needs.libraries)
      wanted_.push_back({library, needing, needs.run_path});
  }

  Result<void> add_libraries() {
    for (const auto& loader : loaders_) {
      const auto path = resolved(loader);
      if (path.empty())
        return Error{ErrorKind::Unavailable, "making the toolbox: no loader '" + loader + "'"};
      sources_.copies.emplace(place_inside(loader), path);
      sources_.host_files.push_back(path);
    }
    while (!wanted_.empty()) {
      const Wanted wanted = std::move(wanted_.front());
      wanted_.pop_front();
      if (seen_.insert(wanted.name).second) TRY(add_library(wanted));
    }
    return {};
  }

  struct Wanted {
    std::string name, by;
    std::vector<std::string> run_path;
  };

  Result<void> add_library(const Wanted& wanted) {
    auto directories = wanted.run_path;
    directories.insert(directories.end(), standard_.begin(), standard_.end());
    for (const auto& directory : directories) {
      const auto path = resolved(fs::path(directory) / wanted.name);
      if (path.empty()) continue;
      const auto needs = TRY(read_elf(path));
      if (!needs.is_elf) continue;
      const auto inside = place_inside(directory + "/" + wanted.name);
      sources_.copies.emplace(inside, path);
      sources_.sonames.emplace(wanted.name, "/" + inside);
      sources_.host_files.push_back(path);
      note_needs(path, needs);
      return {};
    }
    return Error{
        ErrorKind::Unavailable,
        fmt::format("making the toolbox: '{}' needs library '{}', which is not on this machine",
                    wanted.by, wanted.name)};
  }

  // What awk and sed start is built into them. Where the toolbox is the root it is the toolbox's.
  Result<void> add_system_shell() {
    const auto path = resolved("/bin/sh");
    if (path.empty()) return {};
    note_needs(path, TRY(read_elf(path)));
    sources_.host_files.push_back(path);
    return {};
  }

  // UTF-8 needs its locale, `file` its magic, TZ its zones (mounted where there is an own root).
  void add_data() {
    std::error_code failed;
    const fs::path locale = "/usr/lib/locale/C.utf8";
    for (fs::recursive_directory_iterator entry(locale, failed), end; entry != end;
         entry.increment(failed)) {
      if (!entry->is_regular_file(failed)) continue;
      const auto name = entry->path().filename().string();
      sources_.locale.emplace(name == "SYS_LC_MESSAGES" ? "LC_MESSAGES" : name, entry->path());
      sources_.host_files.push_back(entry->path());
    }
    sources_.host_files.push_back(locale.string());  // the locale's directories are opened too
    add_data_file("/usr/share/misc/magic.mgc", "/usr/lib/file/magic.mgc");
    add_data_file("/etc/magic", "/etc/magic");
    // `file` asks for it, there or not, and takes a refusal for an error.
    sources_.host_files.emplace_back("/etc/magic");
    sources_.host_files.emplace_back(kTimeZones);
  }

  void add_data_file(const std::string& inside, const std::string& host) {
    const auto path = resolved(host);
    if (path.empty() || ::access(path.c_str(), R_OK) != 0) return;
    sources_.copies.emplace(inside.substr(1), path);
    sources_.host_files.push_back(path);
  }

  ToolboxSources sources_;
  std::set<std::string> loaders_, seen_;
  std::deque<Wanted> wanted_;
  std::vector<std::string> standard_ = library_directories();
};

}  // namespace

Result<ToolboxSources> find_toolbox_sources(const std::vector<std::string>& programs) {
  return Collector().collect(programs);
}

std::string file_identity(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return fmt::format("{} {} {} {} {}.{} {}.{}", path, status.st_dev, status.st_ino, status.st_size,
                     status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec,
                     status.st_ctim.tv_nsec);
}

}  // namespace lightfast::sandbox
