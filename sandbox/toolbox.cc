#include "sandbox/toolbox.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "base/files.h"
#include "base/hash.h"
#include "sandbox/plan.h"
#include "sandbox/toolbox_caches.h"
#include "sandbox/toolbox_record.h"
#include "sandbox/toolbox_sources.h"

namespace lightfast::sandbox {
namespace {

namespace fs = std::filesystem;

// A toolbox as it lies on disk: <data dir>/toolbox/KEY/ with usr/, etc/ and `record`; beside it
// KEY.lock. Raised when that layout changes, so that directories of earlier versions are not used.
constexpr int kLayoutVersion = 5;

constexpr std::size_t kLargestSource = std::size_t{256} << 20U;

bool is_current(const ToolboxRecord& record) {
  return !record.identities.empty() &&
         std::ranges::all_of(record.identities, [](const std::string& identity) {
           return !identity.empty() &&
                  file_identity(identity.substr(0, identity.find(' '))) == identity;
         });
}

ToolboxRecord describe(const ToolboxSources& sources) {
  ToolboxRecord record{.programs = sources.programs,
                       .missing = sources.missing,
                       .host_files = sources.host_files,
                       .identities = {}};
  for (const auto& [inside, host] : sources.copies)
    record.identities.push_back(file_identity(host));
  for (const auto& [inside, host] : sources.scripts)
    record.identities.push_back(file_identity(host));
  for (const auto& [category, host] : sources.locale)
    record.identities.push_back(file_identity(host));
  std::ranges::sort(record.identities);
  const auto repeated = std::ranges::unique(record.identities);
  record.identities.erase(repeated.begin(), repeated.end());
  return record;
}

Result<void> write_file(const fs::path& path, const std::string& content, mode_t mode) {
  const auto doing = fmt::format("writing '{}'", path.string());
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file) return errno_error(doing, errno);
  if (::fchmod(file.get(), mode) != 0) return errno_error(doing, errno);
  return write_all(file.get(), content).during(doing);
}

// What a zygote's bash reads: the answer to a name that is not there, then the builtin that makes
// sandboxes and returns in each. Leaves $_ as a shell has it at its start.
std::string start_file(const std::vector<std::string>& programs) {
  return fmt::format(
      "unset BASH_ENV\n"
      "command_not_found_handle() {{\n"
      "  printf '%s: not available here (read-only sandbox). Available: %s\\n' \"$1\" '{0}' >&2\n"
      "  return 127\n"
      "}}\n"
      "enable -f \"${{BASH_SOURCE%/etc/*}}/{1}\" lightfast_zygote && lightfast_zygote && enable -d "
      "lightfast_zygote\n"
      ": \"$BASH\"\n",
      fmt::join(programs, " "), kZygotePath);
}

// A script's first line names an interpreter of the host; here it is the toolbox's own bash. Where
// the toolbox is not mounted at the root (tier 3) the copy in host/bin comes first in PATH.
Result<void> copy_script(const std::string& from, const fs::path& inside,
                         const fs::path& final_place, const fs::path& root) {
  auto text = TRY(read_file(from));
  const auto body = text.substr(std::min(text.find('\n'), text.size() - 1) + 1);
  TRY(write_file(root / inside, "#!/bin/sh\n" + body, 0755));
  const auto own_bash = (final_place / "usr/bin/bash").string();
  return write_file(root / "host/bin" / inside.filename(), fmt::format("#!{}\n{}", own_bash, body),
                    0755);
}

// What spares programs a search at every start.
Result<void> write_caches(const fs::path& root, const ToolboxSources& sources) {
  TRY(write_file(root / "etc/ld.so.cache", loader_cache(sources.sonames), 0644));
  std::map<std::string, std::string> categories;
  for (const auto& [category, host] : sources.locale)
    categories[category] = TRY(read_file(host, kLargestSource));
  return write_file(root / "usr/lib/locale/locale-archive", locale_archive("C.utf8", categories),
                    0644);
}

Result<void> fill(const fs::path& root, const fs::path& final_place, const ToolboxSources& sources,
                  const ToolboxRecord& record) {
  for (const auto& [inside, host] : sources.copies) {
    const auto content = TRY(read_file(host, kLargestSource));
    TRY(write_file(root / inside, content, 0755));
  }
  for (const auto& [inside, host] : sources.scripts)
    TRY(copy_script(host, inside, final_place, root));
  TRY(write_caches(root, sources));
  std::error_code failed;
  fs::create_symlink("bash", root / "usr/bin/sh", failed);
  fs::create_symlink(kMountTableInside, root / "etc/mtab", failed);
  for (const char* directory : {"usr/lib", "usr/lib64", "host/bin", &kTimeZones[1]})
    fs::create_directories(root / directory, failed);
  TRY(write_file(root / "etc/passwd", "agent:x:1000:1000:agent:/:/bin/bash\n", 0644));
  TRY(write_file(root / "etc/group", "agent:x:1000:\n", 0644));
  TRY(write_file(root / "etc/sandbox.bash", start_file(record.programs), 0644));
  TRY(write_file(root / "record", text_of(record), 0644));
  for (fs::recursive_directory_iterator entry(root, failed), end; entry != end;
       entry.increment(failed)) {
    if (entry->is_directory(failed)) fs::permissions(entry->path(), fs::perms(0755), failed);
  }
  fs::permissions(root, fs::perms(0755), failed);
  return {};
}

// Programs are run from here, so nobody else may have put them here.
Result<void> check_own(const fs::path& room) {
  struct stat status = {};
  if (::lstat(room.c_str(), &status) != 0)
    return errno_error(fmt::format("opening '{}'", room.string()), errno);
  const bool own = S_ISDIR(status.st_mode) && (status.st_uid == ::geteuid() || status.st_uid == 0);
  if (own && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return {};
  return Error{ErrorKind::PermissionDenied,
               fmt::format("'{}' belongs to another user or can be written by others; give "
                           "--data-dir a directory of your own",
                           room.string())};
}

bool is_key(const std::string& text) {
  return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Result<UniqueFd> lock_file(const fs::path& path, int operation) {
  UniqueFd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!lock) return errno_error(fmt::format("opening '{}'", path.string()), errno);
  while (::flock(lock.get(), operation) != 0) {
    if (errno != EINTR) return errno_error(fmt::format("locking '{}'", path.string()), errno);
  }
  return lock;
}

fs::path lock_path(const fs::path& directory) { return directory.string() + ".lock"; }

// Directories left by killed processes, and toolboxes that nobody uses any more. The caller holds
// the room's lock.
void remove_unused(const fs::path& room, const fs::path& keep) {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(room, failed)) {
    if (!entry.is_directory(failed) || entry.path() == keep) continue;
    const auto unused = lock_file(lock_path(entry.path()), LOCK_EX | LOCK_NB);
    if (!unused) continue;
    fs::remove_all(entry.path(), failed);
    fs::remove(lock_path(entry.path()), failed);
  }
}

// Uses `directory` when it is whole and its sources are as they were.
Result<Toolbox> use(const fs::path& directory) {
  auto in_use = TRY(lock_file(lock_path(directory), LOCK_SH));
  auto record = record_of(TRY(read_file(directory / "record")));
  if (!is_current(record)) return Error{ErrorKind::NotFound, "the toolbox is out of date"};
  return Toolbox{.directory = directory,
                 .programs = std::move(record.programs),
                 .missing = std::move(record.missing),
                 .host_files = std::move(record.host_files),
                 .in_use = std::move(in_use)};
}

// Which toolbox the last process with these programs used.
fs::path pointer_path(const fs::path& room, const std::vector<std::string>& programs) {
  return room / fmt::format("for-{:016x}", fnv1a_64(fmt::format("{}:{}", kLayoutVersion,
                                                                fmt::join(programs, " "))));
}

// Fills a directory beside and renames it, so that a toolbox is there whole or not at all.
Result<void> make(const fs::path& room, const fs::path& directory, const ToolboxSources& sources,
                  const ToolboxRecord& record) {
  const auto made = room / ("making-" + directory.filename().string());
  std::error_code failed;
  fs::remove_all(made, failed);
  fs::remove_all(directory, failed);
  auto filled = fill(made, directory, sources, record);
  if (filled) fs::rename(made, directory, failed);
  if (filled && failed) {
    filled = errno_error(fmt::format("renaming to '{}'", directory.string()), failed.value());
  }
  if (!filled) fs::remove_all(made, failed);
  return filled;
}

Result<Toolbox> build(const fs::path& room, const std::vector<std::string>& programs) {
  const auto building = TRY(lock_file(room / "lock", LOCK_EX));
  const auto sources = TRY(find_toolbox_sources(programs));
  const auto record = describe(sources);
  const auto key =
      fmt::format("{:016x}", fnv1a_64(fmt::format("{}:{}", kLayoutVersion, text_of(record))));
  const auto directory = room / key;
  // A directory of that name that cannot be used was damaged.
  if (!use(directory)) TRY(make(room, directory, sources, record));
  auto toolbox = TRY(use(directory));
  TRY(write_file_atomically(pointer_path(room, programs), key));
  remove_unused(room, directory);
  return toolbox;
}

}  // namespace

const std::vector<std::string>& default_programs() {
  static const std::vector<std::string> programs = {
      "bash",    "cat",  "head",   "tail",     "wc",      "sort",     "uniq",      "cut",  "tr",
      "nl",      "tac",  "rev",    "paste",    "fold",    "fmt",      "expand",    "comm", "join",
      "ls",      "stat", "du",     "basename", "dirname", "realpath", "readlink",  "pwd",  "echo",
      "printf",  "test", "[",      "seq",      "expr",    "date",     "sleep",     "true", "false",
      "yes",     "od",   "base64", "cksum",    "md5sum",  "sha1sum",  "sha256sum", "grep", "egrep",
      "fgrep",   "find", "xargs",  "sed",      "awk",     "diff",     "cmp",       "file", "tree",
      "strings", "xxd",  "column", "jq",       "rg",      "which"};
  return programs;
}

Result<Toolbox> make_toolbox(const fs::path& data_dir, const std::vector<std::string>& programs) {
  const auto room = data_dir / "toolbox";
  TRY(make_private_directories(room));
  TRY(check_own(room));
  const auto key = read_file(pointer_path(room, programs), 64);
  if (key && is_key(*key)) {
    if (auto toolbox = use(room / *key)) return toolbox;
  }
  return build(room, programs).during("making the toolbox");
}

}  // namespace lightfast::sandbox
