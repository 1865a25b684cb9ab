#include "app/long_term.h"

#include "tools/memory/client.h"

namespace lightfast {

Result<std::unique_ptr<memory::LongTerm>> make_long_term(const OrgSettings& own,
                                                         const Settings& common) {
  auto client = TRY(memory::Client::create({.url = own.memory_url,
                                            .api_key = own.memory_api_key,
                                            .ca_file = common.ca_file,
                                            .data_dir = common.data_dir,
                                            .org = own.id.value}));
  return std::unique_ptr<memory::LongTerm>(std::move(client));
}

}  // namespace lightfast
