#include "tools/repo/git/response.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "tools/repo/git/record.h"

namespace lightfast::repo {
namespace {

constexpr std::array<std::pair<ErrorKind, std::string_view>, 8> kKinds = {{
    {ErrorKind::InvalidArgument, "invalid_argument"},
    {ErrorKind::NotFound, "not_found"},
    {ErrorKind::PermissionDenied, "permission_denied"},
    {ErrorKind::Timeout, "timeout"},
    {ErrorKind::Unavailable, "unavailable"},
    {ErrorKind::Corrupt, "corrupt"},
    {ErrorKind::LimitExceeded, "limit_exceeded"},
    {ErrorKind::Internal, "internal"},
}};

std::string_view kind_name(ErrorKind kind) {
  const auto* const found = std::find_if(kKinds.begin(), kKinds.end(),
                                         [&](const auto& pair) { return pair.first == kind; });
  return found->second;
}

ErrorKind kind_named(std::string_view name) {
  const auto* const found = std::find_if(kKinds.begin(), kKinds.end(),
                                         [&](const auto& pair) { return pair.second == name; });
  return found == kKinds.end() ? ErrorKind::Internal : found->first;
}

std::string dump(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string text_or_empty(const Json& object, const std::string& name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::string done_text(const SyncDone& done) {
  return dump({{"ok", true}, {"changed", done.changed}, {"record", to_json(done.record)}});
}

std::string error_text(const Error& error, const Refusal& refusal) {
  Json body = {{"kind", kind_name(error.kind)}};
  if (!refusal.rule.empty()) {
    body["rule"] = refusal.rule;
    body["path"] = refusal.path;
  }
  body["message"] = error.message;
  return dump({{"ok", false}, {"error", std::move(body)}});
}

std::optional<Error> error_in(const Json& answer) {
  const auto error = answer.find("error");
  if (error == answer.end() || !error->is_object()) return std::nullopt;
  return Error{kind_named(text_or_empty(*error, "kind")), text_or_empty(*error, "message")};
}

Result<SyncDone> parse_response(std::string_view text) {
  const Json document = Json::parse(text, nullptr, false);
  const Error malformed{ErrorKind::Corrupt, "the git helper's answer is not what was agreed"};
  if (!document.is_object()) return malformed;
  if (auto error = error_in(document)) return *std::move(error);
  const auto record = document.find("record");
  if (record == document.end()) return malformed;
  SyncDone done{.record = TRY(record_from_json(*record))};
  done.changed = document.value("changed", Json()) == Json(true);
  return done;
}

}  // namespace lightfast::repo
