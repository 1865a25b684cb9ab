#include "tools/store/twins.h"

#include <utility>

namespace lightfast::store {
namespace {

constexpr std::string_view kIssue = "issue:";
constexpr std::string_view kPullRequest = "pr:";

// Whether ?2 is there, and nothing has happened to ?1. What is mostly not so is asked first.
constexpr const char* kIsThereWithout =
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM entity WHERE id = ?2)"
    " AND NOT EXISTS (SELECT 1 FROM events WHERE subject = ?1)";

// With another type; empty where `id` is not of `type` or has no number.
std::string as(std::string_view other, std::string_view id, std::string_view type) {
  const bool is_numbered = id.starts_with(type) && id.find('#') != std::string_view::npos;
  return is_numbered ? std::string(other).append(id.substr(type.size())) : std::string();
}

Result<bool> is_there_without(Reader& reader, std::string_view there, std::string_view issue) {
  bool is_so = false;
  TRY(reader.run(kIsThereWithout, {issue, there}, [&is_so](const SqlRow&) { is_so = true; }));
  return is_so;
}

}  // namespace

Result<std::string> meant_by(Reader& reader, std::string id) {
  auto pull_request = as(kPullRequest, id, kIssue);
  const bool is_so = !pull_request.empty() && TRY(is_there_without(reader, pull_request, id));
  return is_so ? std::move(pull_request) : std::move(id);
}

Result<std::string> other_name_of(Reader& reader, std::string_view id) {
  auto issue = as(kIssue, id, kPullRequest);
  const bool is_so = !issue.empty() && TRY(is_there_without(reader, issue, issue));
  return is_so ? std::move(issue) : std::string();
}

}  // namespace lightfast::store
