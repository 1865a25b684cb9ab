#include <chrono>
#include <iostream>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "app/commands.h"
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

int print_output(const contract::Procedure& procedure, const Json& output, bool json) {
  const auto print = procedure.presentation.for_terminal;
  if (!json && print != nullptr) return print(output, std::cout, std::cerr);
  std::cout << output.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  return 0;
}

}  // namespace

Result<int> run_procedure(const Settings& settings, const CommandLine& line) {
  auto services = TRY(Services::create(settings));
  services->start();
  auto& org = services->org();
  org.repo().await_sync(std::chrono::steady_clock::now() + kFirstSync, {});
  const auto& procedure = org.catalog().procedures()[line.procedure];
  const contract::CallContext context{
      .request = make_request_id(), .org = org.id(), .cancelled = {}};
  const auto output =
      org.catalog().call(procedure, Json::parse(line.input, nullptr, false), context);
  if (!output) return print_error(output.error(), context.request, line.json);
  return print_output(procedure.declaration, *output, line.json);
}

}  // namespace lightfast
