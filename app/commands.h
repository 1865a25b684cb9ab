// The commands of the program. Each returns the exit code, or an error that main() prints as one
// line.
#pragma once

#include <filesystem>
#include <functional>

#include "app/command_line.h"
#include "app/own_memory.h"
#include "app/settings.h"
#include "base/result.h"

namespace lightfast {

// Exit codes besides a command's own.
inline constexpr int kErrorOfUse = 2;
inline constexpr int kCouldNotRun =
    125;  // a procedure could not be done as asked (as env(1) and timeout(1) have it)

// Without `make_long_term` long-term memory is not asked.
Result<int> run_mcp(const Settings& settings, const LongTermMaker& make_long_term = {});
Result<int> run_procedure(Settings settings, const CommandLine& line,
                          const LongTermMaker& make_long_term = {});
Result<int> run_doctor(const Settings& settings);
Result<int> run_init(const std::filesystem::path& directory);
Result<int> run_openapi();
Result<int> run_setup(const Settings& settings, const CommandLine& line);

// Of the second program, lightfast-http, which alone links what speaks HTTP and TLS: loading that
// would double the time until `lightfast mcp` answers.
// `again` reads the settings anew, on SIGHUP.
Result<int> run_serve(const Settings& settings, const std::function<Result<Settings>()>& again);
Result<int> run_bridge(const Settings& settings);
Result<int> run_keys(const Settings& settings, const KeysRequest& request);
Result<int> run_init_github(const Settings& settings, const std::string& org);
Result<int> run_deliveries(const Settings& settings, const DeliveriesRequest& request);
Result<int> run_store(const Settings& settings, const StoreRequest& request);
Result<int> run_memory(const Settings& settings, const CommandLine& line);

}  // namespace lightfast
