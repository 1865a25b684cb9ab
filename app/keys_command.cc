#include <algorithm>
#include <iostream>

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "app/commands.h"
#include "app/table.h"
#include "auth/api_keys.h"

namespace lightfast {
namespace {

// A key that nobody has seen is of no use to anybody but a thief.
Error not_printed(auth::ApiKeys& keys, const std::string& id) {
  const auto revoked = keys.revoke(id);
  return {ErrorKind::Unavailable,
          revoked
              ? fmt::format("printing the new key '{}': stdout takes nothing, so it is revoked; "
                            "create another",
                            id)
              : fmt::format("printing the new key '{}': stdout takes nothing; revoke it", id)};
}

Result<int> create(auth::ApiKeys& keys, const OrgId& org, const KeysRequest& request) {
  auto scopes = request.scopes;
  if (scopes.empty()) scopes.emplace_back(auth::kReadsContext);
  const auto made = TRY(keys.create(org, request.label, scopes));
  if (!(std::cout << made.secret << std::endl)) return not_printed(keys, made.key.id);
  std::cerr << fmt::format(
      "Created key '{}' for the organisation '{}'. It is shown this once: keep it where only you "
      "can read it.\nUse it as LIGHTFAST_API_KEY of `lightfast mcp --base-url URL`, or send it as "
      "the header `Authorization: Bearer KEY`.\nTo take it back: lightfast keys revoke {}\n",
      made.key.id, org.value, made.key.id);
  return 0;
}

TableRow row_of(const auth::ApiKey& key) {
  return {key.id,
          key.org.value,
          key.label.empty() ? "-" : key.label,
          fmt::format("{}", fmt::join(key.scopes, ",")),
          key.created_at,
          key.revoked_at.value_or("-")};
}

Result<int> list(const auth::ApiKeys& keys) {
  const auto known = TRY(keys.list());
  if (known.empty()) {
    std::cerr << "no keys yet; create one with: lightfast keys create --org ORG --label TEXT\n";
    return 0;
  }
  std::vector<TableRow> rows = {{"ID", "ORG", "LABEL", "SCOPES", "CREATED", "REVOKED"}};
  std::ranges::transform(known, std::back_inserter(rows), row_of);
  print_table(rows);
  return 0;
}

Result<int> revoke(auth::ApiKeys& keys, const std::string& id) {
  const auto key = TRY(keys.revoke(id));
  std::cerr << fmt::format(
      "Key '{}' is revoked since {}; it is refused from the next request on.\n", key.id,
      key.revoked_at.value_or("now"));
  return 0;
}

}  // namespace

Result<int> run_keys(const Settings& settings, const KeysRequest& request) {
  auto keys = TRY(auth::ApiKeys::open(settings.data_dir));
  switch (request.action) {
    case KeysRequest::Action::Create:
      return create(keys, settings.org, request);
    case KeysRequest::Action::Revoke:
      return revoke(keys, request.id);
    case KeysRequest::Action::List:
      break;
  }
  return list(keys);
}

}  // namespace lightfast
