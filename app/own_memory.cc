#include "app/own_memory.h"

#include <filesystem>
#include <system_error>

namespace lightfast {
namespace {

bool is_expected(const OrgSettings& own, const Settings& common) {
  const bool is_named = common.declares_orgs ? !own.store.empty() : common.asked_store;
  return is_named || has_webhooks(own, common);
}

}  // namespace

Result<std::unique_ptr<OwnMemory>> OwnMemory::open(const OrgSettings& own, const Settings& common,
                                                   const LongTermMaker& make_long_term) {
  const auto store = store_of(own, common);
  std::error_code failed;
  const bool has_store = is_expected(own, common) || std::filesystem::exists(store, failed);
  std::unique_ptr<OwnMemory> memory(new OwnMemory(store, has_store));
  if (make_long_term && !own.memory_url.empty())
    memory->long_term_ = TRY(make_long_term(own, common));
  return memory;
}

}  // namespace lightfast
