#include "tools/repo/git/snapshot.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/files.h"
#include "base/text.h"
#include "tools/repo/git/collect.h"
#include "tools/repo/git/files.h"
#include "tools/repo/git/names.h"
#include "tools/repo/git/record.h"
#include "tools/repo/git/walk.h"
#include "tools/repo/git/writer.h"

namespace lightfast::repo {
namespace {

constexpr std::size_t kMaxRecordBytes = 1UL << 20;
constexpr std::size_t kMaxManifestBytes =
    32UL << 20;  // kMaxPathsBytes and 50,000 times the rest of a line
constexpr std::size_t kMaxTopNames = 64;
constexpr std::size_t kMaxNotes = 16;

Result<std::string> read_in(int directory, const std::string& name, std::size_t limit) {
  const UniqueFd file(
      ::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file) return errno_error(fmt::format("opening '{}'", name), errno);
  return read_all(file.get(), limit);
}

Result<SnapshotRecord> read_record(int snapshots, const std::string& commit) {
  const UniqueFd directory = TRY(open_directory(snapshots, commit));
  return parse_record(TRY(read_in(directory.get(), "record.json", kMaxRecordBytes)));
}

// Only speed and file times are lost when it cannot be read, so that is no error.
WrittenTree tree_in(int snapshots, const std::string& name) {
  if (name.empty()) return {};
  const auto directory = open_directory(snapshots, name);
  if (!directory) return {};
  auto root = open_directory(directory->get(), "root");
  auto text = read_in(directory->get(), "manifest", kMaxManifestBytes);
  if (!root || !text) return {};
  auto manifest = Manifest::parse(std::move(*text));
  if (!manifest) return {};
  return {std::move(*root), std::move(*manifest)};
}

std::string note_on(const PlannedEntry& entry, const std::string& path) {
  const auto shown = display_path(path);
  if (entry.kind == EntryKind::Submodule)
    return fmt::format("submodule '{}' is an empty directory", shown);
  return fmt::format("file '{}' ({}) is over the limit of {} and replaced by a note", shown,
                     size_text(entry.size), size_text(kMaxFileBytes));
}

std::vector<std::string> notes_on(const Plan& plan) {
  std::vector<std::string> notes;
  std::size_t unsaid = 0;
  for (std::size_t index = 0; index < plan.entries.size(); ++index) {
    const auto& entry = plan.entries[index];
    if (entry.kind != EntryKind::Submodule && !entry.is_replaced()) continue;
    if (notes.size() < kMaxNotes) {
      notes.push_back(note_on(entry, plan.path(index)));
    } else {
      ++unsaid;
    }
  }
  if (unsaid > 0) notes.push_back(fmt::format("and {} more like these", unsaid));
  return notes;
}

std::vector<std::string> top_of(const Plan& plan) {
  std::vector<std::string> top;
  for (const auto& entry : plan.entries) {
    if (entry.depth != 1) continue;
    const bool directory = entry.kind == EntryKind::Directory || entry.kind == EntryKind::Submodule;
    top.push_back(display_path(entry.name) + (directory ? "/" : ""));
  }
  std::sort(top.begin(), top.end());
  if (top.size() > kMaxTopNames) top.resize(kMaxTopNames);
  return top;
}

SnapshotRecord record_of(const Plan& plan, const Commit& commit, const std::string& branch) {
  return {.commit = {commit.id},
          .branch = display_path(branch),
          .committed_at = commit.committed_at,
          .entries = plan.entries.size() - 1,
          .bytes = plan.bytes,
          .top = top_of(plan),
          .notes = notes_on(plan)};
}

std::string record_text(const SnapshotRecord& record) {
  return to_json(record).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

// A branch that was renamed, or another that is at the same commit.
Result<SnapshotRecord> with_branch(const Snapshots& snapshots, SnapshotRecord record,
                                   const std::string& branch) {
  record.branch = display_path(branch);
  const auto file = snapshots.path / "snapshots" / record.commit.value / "record.json";
  TRY(write_file_atomically(file, record_text(record)));
  return record;
}

struct NewSnapshot {
  const Plan& plan;
  const Objects& objects;
  const SnapshotRecord& record;
  const WrittenTree& previous;
};

// Everything of the snapshot in the directory `beside`, on the disk when this returns. What is
// there before, of a snapshot that is no more, is used again.
Result<void> write_snapshot(int snapshots, const std::string& beside, const NewSnapshot& snapshot) {
  const UniqueFd directory = TRY(make_and_open_directory(snapshots, beside));
  const auto there = tree_in(snapshots, beside);
  if (there.manifest.size() == 0) TRY(remove_tree(directory.get(), "root"));
  for (const char* name : {"manifest", "record.json"}) TRY(remove_tree(directory.get(), name));
  UniqueFd root = TRY(make_and_open_directory(directory.get(), "root"));
  const auto manifest = TRY(write_tree(snapshot.plan, snapshot.objects,
                                       {.previous = snapshot.previous,
                                        .there = there.manifest,
                                        .commit_time = snapshot.record.committed_at},
                                       std::move(root)));
  TRY(create_file(directory.get(), "manifest", 0644, manifest));
  TRY(create_file(directory.get(), "record.json", 0644, record_text(snapshot.record)));
  // A power cut after the rename must not find files without their content.
  if (::syncfs(directory.get()) != 0) return errno_error("flushing the snapshot", errno);
  return {};
}

Result<void> publish(int snapshots, const std::string& beside, const std::string& commit) {
  // The lock file first, so that a snapshot that can be seen can be pinned.
  const auto lock = commit + ".lock";
  const UniqueFd made(
      ::openat(snapshots, lock.c_str(), O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!made) return errno_error("making the snapshot's lock file", errno);
  if (::renameat(snapshots, beside.c_str(), snapshots, commit.c_str()) != 0) {
    return errno_error("publishing the snapshot", errno);
  }
  if (::fsync(snapshots) != 0) return errno_error("flushing the snapshots' directory", errno);
  return {};
}

}  // namespace

Result<Snapshots> open_snapshots(const std::filesystem::path& key_directory) {
  UniqueFd own = TRY(open_directory(AT_FDCWD, key_directory.string()));
  UniqueFd directory = TRY(make_and_open_directory(own.get(), "snapshots"));
  return Snapshots{std::move(own), std::move(directory), key_directory};
}

std::string current_commit(const Snapshots& snapshots) {
  auto text = read_in(snapshots.key_directory.get(), "current", 64);
  if (!text) return {};
  if (text->ends_with('\n')) text->pop_back();
  return is_object_id(*text) ? *text : std::string();
}

Result<SnapshotRecord> ensure_snapshot(const Snapshots& snapshots, const Objects& objects,
                                       const Commit& commit, const std::string& branch,
                                       Refusal& refusal) {
  const int directory = snapshots.directory.get();
  if (auto there = read_record(directory, commit.id)) {
    if (there->branch == display_path(branch)) return there;
    return with_branch(snapshots, *std::move(there), branch);
  }
  if (open_directory(directory, commit.id) && !remove_unused_snapshot(directory, commit.id)) {
    return Error{ErrorKind::Corrupt, fmt::format("snapshot {} is damaged, and in use", commit.id)};
  }

  const Plan plan = TRY(plan_tree(objects, commit.tree, refusal));
  auto record = record_of(plan, commit, branch);
  const auto beside = "tmp." + commit.id;
  const auto current = current_commit(snapshots);
  const auto previous = tree_in(directory, current);
  const NewSnapshot snapshot{plan, objects, record, previous};
  const bool is_again = set_oldest_aside(directory, current, beside);
  auto written = write_snapshot(directory, beside, snapshot);
  if (!written && is_again) {  // it was not as its manifest says
    (void)remove_tree(directory, beside);
    written = write_snapshot(directory, beside, snapshot);
  }
  if (written) written = publish(directory, beside, commit.id);
  if (!written) {
    (void)remove_tree(directory, beside);
    return std::move(written).error();
  }
  return record;
}

Result<void> make_current(const Snapshots& snapshots, const std::string& commit) {
  if (current_commit(snapshots) == commit) return {};
  return write_file_atomically(snapshots.path / "current", commit + "\n");
}

}  // namespace lightfast::repo
