#include <algorithm>
#include <iostream>

#include <spdlog/fmt/chrono.h>
#include <spdlog/fmt/fmt.h>

#include "app/commands.h"
#include "app/table.h"
#include "base/files.h"
#include "base/text.h"
#include "tools/ingest/ledger.h"

namespace lightfast {
namespace {

constexpr int kMostListed = 100;

TableRow row_of(const ingest::Delivery& delivery) {
  const auto received = std::chrono::floor<std::chrono::seconds>(delivery.received_at);
  return {delivery.id,
          fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", received),
          delivery.org.value.empty() ? "-" : delivery.org.value,
          delivery.provider,
          delivery.event,
          std::string(ingest::status_text(delivery.status)),
          delivery.reason.empty() ? "-" : visible_line(delivery.reason)};
}

Result<int> list(ingest::Ledger& ledger, const std::string& status) {
  const auto wanted = status.empty() ? std::optional<ingest::Status>() : ingest::status_of(status);
  const auto deliveries = TRY(ledger.list(wanted, kMostListed));
  if (deliveries.empty()) {
    std::cerr << (status.empty()
                      ? "no deliveries; GitHub's go to https://YOUR-SERVER/api/ingest/github\n"
                      : fmt::format("no deliveries are {}\n", status));
    return 0;
  }
  std::vector<TableRow> rows = {{"ID", "RECEIVED", "ORG", "PROVIDER", "EVENT", "STATUS", "REASON"}};
  std::ranges::transform(deliveries, std::back_inserter(rows), row_of);
  print_table(rows);
  return 0;
}

}  // namespace

Result<int> run_deliveries(const Settings& settings, const DeliveriesRequest& request) {
  TRY(make_private_directories(settings.data_dir).during("data dir"));
  auto ledger = TRY(ingest::Ledger::open(settings.data_dir));
  if (request.action == DeliveriesRequest::Action::List) return list(ledger, request.status);
  TRY(ledger.replay(request.id));
  std::cerr << fmt::format("Delivery '{}' waits; the server works on it within a second.\n",
                           visible_line(request.id));
  return 0;
}

}  // namespace lightfast
