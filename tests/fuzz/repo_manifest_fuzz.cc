// The manifest of a snapshot and the entries of a tree object: any bytes are read whole or refused,
// and what was read says the same when it is written again.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>

#include "tools/repo/git/manifest.h"
#include "tools/repo/git/tree.h"

namespace lightfast::repo {
namespace {

void check_tree(const std::string& bytes) {
  const auto entries = parse_tree(bytes);
  if (!entries) return;
  auto manifest = manifest_start();
  for (const auto& entry : *entries) {
    assert(entry.object.size() == 40 && entry.name.find('\0') == std::string::npos);
    if (entry.kind != EntryKind::Unknown)
      append_to_manifest(manifest, {entry.kind, entry.object, 1}, entry.name);
  }
  const auto read = Manifest::parse(manifest);
  assert(read.has_value());
  // Of equal names the last one counts.
  for (auto entry = entries->rbegin(); entry != entries->rend(); ++entry) {
    if (entry->kind == EntryKind::Unknown) continue;
    assert(read->find(entry->name, entry->kind, entry->object) != nullptr);
    break;
  }
}

}  // namespace
}  // namespace lightfast::repo

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  lightfast::repo::check_tree(bytes);
  (void)lightfast::repo::Manifest::parse(bytes);
  (void)lightfast::repo::Manifest::parse(lightfast::repo::manifest_start() + bytes);
  return 0;
}
