#include <algorithm>
#include <chrono>
#include <iostream>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "app/commands.h"
#include "app/own_memory.h"
#include "app/procedures.h"
#include "app/program.h"
#include "app/services.h"
#include "base/ids.h"
#include "contract/error.h"

namespace lightfast {
namespace {

constexpr std::chrono::seconds kFirstSync{60};

int print_error(const Error& error, const RequestId& request, bool json) {
  if (json) {
    std::cout << contract::error_body(error, request).dump(2) << '\n';
  } else {
    std::cerr << fmt::format("lightfast: {}\n", contract::error_text(error, request));
  }
  return error.kind == ErrorKind::InvalidArgument ? kErrorOfUse : kCouldNotRun;
}

int print_output(const contract::Procedure& procedure, const Json& output,
                 const CommandLine& line) {
  const auto& shown = procedure.presentation;
  const auto format = std::ranges::find(shown.formats, line.format, &contract::Format::name);
  if (format != shown.formats.end()) {
    std::cout << format->text(output);
    return 0;
  }
  if (!line.json && shown.for_terminal != nullptr)
    return shown.for_terminal(output, std::cout, std::cerr);
  std::cout << output.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  return 0;
}

Result<int> call(const contract::Catalog& catalog, const contract::BoundProcedure& procedure,
                 const OrgId& org, const CommandLine& line) {
  const contract::CallContext context{.request = make_request_id(), .org = org, .cancelled = {}};
  const auto output = catalog.call(procedure, Json::parse(line.input, nullptr, false), context);
  if (!output) return print_error(output.error(), context.request, line.json);
  return print_output(procedure.declaration, *output, line);
}

// Of one organisation, or of no one's repository.
OrgSettings own_settings(const Settings& settings) {
  if (settings.declares_orgs) return settings.orgs.front();
  return {.id = settings.org,
          .repo = settings.repo,
          .memory_url = settings.memory_url,
          .memory_api_key = settings.memory_api_key};
}

// No repository, no sandbox.
Result<int> run_on_memory(Settings settings, const CommandLine& line,
                          const LongTermMaker& make_long_term) {
  TRY(choose_org(settings));
  const auto own = own_settings(settings);
  const auto memory = TRY(OwnMemory::open(own, settings, make_long_term));
  std::vector<contract::BoundProcedure> procedures;
  procedures.push_back(bound_to_memory(line.procedure, *memory));
  const auto catalog = TRY(contract::Catalog::create(std::move(procedures)));
  return call(catalog, catalog.procedures().front(), own.id, line);
}

}  // namespace

Result<int> run_procedure(Settings settings, const CommandLine& line,
                          const LongTermMaker& make_long_term) {
  if (is_of_memory(line.procedure)) return run_on_memory(std::move(settings), line, make_long_term);
  TRY(need_repo(settings));
  TRY(choose_org(settings));
  auto services = TRY(Services::create(settings));
  services->start();
  auto& org = services->org();
  org.repo().await_sync(std::chrono::steady_clock::now() + kFirstSync, {});
  const auto name = declared_procedures()[line.procedure].name(".");
  return call(org.catalog(), *org.catalog().find(name, "."), org.id(), line);
}

}  // namespace lightfast
