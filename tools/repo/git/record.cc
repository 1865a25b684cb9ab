#include "tools/repo/git/record.h"

#include <algorithm>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

namespace lightfast::repo {
namespace {

constexpr int kVersion = 1;

Error corrupt(std::string_view field) {
  return {ErrorKind::Corrupt,
          fmt::format("snapshot record: '{}' is missing or of a wrong type", field)};
}

Result<std::string> text_field(const Json& object, const std::string& name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return corrupt(name);
  return found->get<std::string>();
}

Result<std::uint64_t> count_field(const Json& object, const std::string& name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_unsigned()) return corrupt(name);
  return found->get<std::uint64_t>();
}

Result<std::vector<std::string>> texts_field(const Json& object, const std::string& name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_array()) return corrupt(name);
  std::vector<std::string> texts;
  for (const auto& item : *found) {
    if (!item.is_string()) return corrupt(name);
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

}  // namespace

Json to_json(const SnapshotRecord& record) {
  return {{"version", kVersion},       {"commit", record.commit.value},
          {"branch", record.branch},   {"committed_at", record.committed_at},
          {"entries", record.entries}, {"bytes", record.bytes},
          {"top", record.top},         {"notes", record.notes}};
}

Result<SnapshotRecord> record_from_json(const Json& document) {
  if (!document.is_object()) return Error{ErrorKind::Corrupt, "snapshot record: not a JSON object"};
  if (document.value("version", Json()) != Json(kVersion)) return corrupt("version");
  const auto committed_at = document.find("committed_at");
  if (committed_at == document.end() || !committed_at->is_number_integer())
    return corrupt("committed_at");

  SnapshotRecord record;
  record.commit.value = TRY(text_field(document, "commit"));
  record.branch = TRY(text_field(document, "branch"));
  record.committed_at = committed_at->get<std::int64_t>();
  record.entries = TRY(count_field(document, "entries"));
  record.bytes = TRY(count_field(document, "bytes"));
  record.top = TRY(texts_field(document, "top"));
  record.notes = TRY(texts_field(document, "notes"));
  if (!is_object_id(record.commit.value)) return corrupt("commit");
  return record;
}

Result<SnapshotRecord> parse_record(std::string_view text) {
  return record_from_json(Json::parse(text, nullptr, false));
}

bool is_object_id(std::string_view text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace lightfast::repo
