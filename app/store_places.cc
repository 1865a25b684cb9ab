#include "app/store_places.h"

#include <filesystem>
#include <map>
#include <system_error>
#include <utility>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "base/text.h"

namespace lightfast {

namespace fs = std::filesystem;

bool has_webhooks(const OrgSettings& own, const Settings& common) {
  return !own.webhook_secrets.empty() || !common.webhook_secrets.empty();
}

fs::path store_of(const OrgSettings& own, const Settings& common) {
  if (!own.store.empty()) return own.store;
  return common.declares_orgs ? common.data_dir / "stores" / (own.id.value + ".db") : common.store;
}

void part_stores(Settings& settings) {
  std::map<fs::path, OrgId> stores;
  std::vector<OrgSettings> kept;
  for (auto& org : settings.orgs) {
    std::error_code failed;
    const auto store = fs::weakly_canonical(store_of(org, settings), failed);
    const auto [other, is_free] = stores.emplace(store, org.id);
    if (is_free) {
      kept.push_back(std::move(org));
      continue;
    }
    settings.bad_orgs.push_back(
        {org.id, fmt::format("organisation '{}' has the store of '{}': '{}'", org.id.value,
                             other->second.value, visible_text(store.string()))});
  }
  settings.orgs = std::move(kept);
}

}  // namespace lightfast
