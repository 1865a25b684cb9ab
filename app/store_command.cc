#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "app/commands.h"
#include "app/input_lines.h"
#include "app/progress.h"
#include "app/table.h"
#include "base/text.h"
#include "tools/store/store.h"

namespace lightfast {
namespace {

constexpr std::size_t kBatch = 1'000;  // events on disk together
constexpr std::size_t kMaxLine = 1UL << 20;
constexpr int kSomethingWrong = 1;

Moment now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void print_counts(const char* what, const std::map<std::string, std::int64_t>& counts) {
  for (const auto& [name, count] : counts)
    std::cout << fmt::format("{} {}: {}\n", what, name, count);
}

Json stats_json(const store::Stats& stats) {
  const auto text = [](const std::optional<Moment>& moment) {
    return moment ? Json(moment_text(*moment)) : Json();
  };
  return {{"events", stats.events},
          {"entities", stats.entities},
          {"edges", stats.edges},
          {"oldest", text(stats.oldest)},
          {"newest", text(stats.newest)},
          {"payloads", stats.payloads.count},
          {"payloadBytes", stats.payloads.bytes},
          {"bytes", stats.bytes},
          {"bySource", stats.by_source},
          {"byType", stats.by_type}};
}

Result<int> print_stats(const std::filesystem::path& file, bool as_json) {
  auto opened = TRY(store::Store::open(file));
  const auto stats = TRY(opened.stats());
  if (as_json) {
    std::cout << stats_json(stats).dump(2) << '\n';
    return 0;
  }
  std::cout << fmt::format("store {}: {} events, {} entities and {} edges now, {}\n",
                           visible_text(file.string()), stats.events, stats.entities, stats.edges,
                           size_text(static_cast<std::size_t>(stats.bytes)));
  if (stats.oldest && stats.newest)
    std::cout << fmt::format("from {} to {}\n", moment_text(*stats.oldest),
                             moment_text(*stats.newest));
  if (stats.payloads.count != 0)
    std::cout << fmt::format("{} payloads of providers, {}\n", stats.payloads.count,
                             size_text(static_cast<std::size_t>(stats.payloads.bytes)));
  print_counts("source", stats.by_source);
  print_counts("type", stats.by_type);
  return 0;
}

// Takes in lines, batch by batch.
class Import {
 public:
  Import(store::StoreWriter& writer, InputLines lines)
      : writer_(writer), lines_(std::move(lines)) {}

  Result<void> run() {
    std::string line;
    while (lines_.next(line)) {
      take(line);
      if (batch_.size() == kBatch) TRY(write());
    }
    return write();
  }

  [[nodiscard]] const store::StoreWriter::Added& added() const { return added_; }
  [[nodiscard]] std::size_t bad() const { return bad_; }

 private:
  void take(const std::string& line) {
    auto event = line.size() > kMaxLine
                     ? Result<store::Event>(Error{ErrorKind::LimitExceeded, "longer than 1 MiB"})
                     : store::parse_event(line);
    if (event) {
      if (batch_.empty()) batch_begins_ = lines_.number();
      return batch_.push_back(*std::move(event));
    }
    ++bad_;
    std::cerr << fmt::format("line {}: {}\n", lines_.number(), visible_line(event.error().message));
  }

  Result<void> write() {
    const auto added = TRY(
        writer_.add(batch_, now())
            .during(fmt::format("importing up to line {}; what came before line {} is in the store",
                                lines_.number(), batch_begins_)));
    added_.taken += added.taken;
    added_.duplicates += added.duplicates;
    batch_.clear();
    return {};
  }

  store::StoreWriter& writer_;
  InputLines lines_;
  std::size_t bad_ = 0;
  std::size_t batch_begins_ = 0;  // the line of its first
  std::vector<store::Event> batch_;
  store::StoreWriter::Added added_;
};

Result<store::StoreWriter> open_for_writing(const std::filesystem::path& file,
                                            const std::string& purpose) {
  auto writer = TRY(store::StoreWriter::open(file, purpose));
  if (!writer.notice().empty()) std::cerr << fmt::format("lightfast: {}\n", writer.notice());
  return writer;
}

Result<int> import(const std::filesystem::path& file, const StoreRequest& request) {
  auto lines = TRY(InputLines::open(request.file));
  auto writer = TRY(open_for_writing(file, "lightfast store import"));
  Import run(writer, std::move(lines));
  TRY(run.run());
  const auto& added = run.added();
  if (const auto settled = writer.settle(added.taken); !settled) {
    std::cerr << fmt::format(
        "all events are in the store, but its file was not put in order: {}; `lightfast store "
        "compact` does it\n",
        visible_line(settled.error().message));
  }
  if (request.json) {
    std::cout
        << Json{{"taken", added.taken}, {"duplicates", added.duplicates}, {"bad", run.bad()}}.dump()
        << '\n';
  } else {
    std::cerr << fmt::format("{} events taken, {} were there before, {} lines could not be read\n",
                             added.taken, added.duplicates, run.bad());
  }
  return run.bad() == 0 ? 0 : kSomethingWrong;
}

Result<int> export_all(const std::filesystem::path& file) {
  auto opened = TRY(store::Store::open(file));
  TRY(opened.each_event([](const store::Event& event) -> Result<void> {
    std::cout << to_json(event).dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    if (std::cout) return {};
    return Error{ErrorKind::Unavailable, "exporting: stdout takes nothing"};
  }));
  if (std::cout << std::flush) return 0;
  return Error{ErrorKind::Unavailable, "exporting: stdout takes nothing"};
}

Result<int> print_payload(const std::filesystem::path& file, const std::string& event) {
  auto opened = TRY(store::Store::open(file));
  const auto payload = TRY(opened.payload(event));
  std::cout << TRY(store::unpack(payload)) << (::isatty(STDOUT_FILENO) != 0 ? "\n" : "")
            << std::flush;
  if (std::cout) return 0;
  return Error{ErrorKind::Unavailable, "printing the payload: stdout takes nothing"};
}

Result<int> check(const std::filesystem::path& file, bool as_json) {
  auto opened = TRY(store::Store::open(file));
  Progress progress("checking");
  const auto findings = TRY(
      opened.check([&progress](std::int64_t done, std::int64_t all) { progress.show(done, all); }));
  if (as_json) std::cout << Json{{"ok", findings.empty()}, {"findings", findings}}.dump(2) << '\n';
  if (!as_json && findings.empty()) std::cout << "the store is whole\n";
  for (const auto& finding : findings) {
    if (!as_json) std::cout << visible_line(finding) << '\n';
  }
  return findings.empty() ? 0 : kSomethingWrong;
}

Result<int> rebuild(const std::filesystem::path& file, bool as_json) {
  auto writer = TRY(open_for_writing(file, "lightfast store rebuild"));
  Progress progress("rebuilding");
  TRY(writer.rebuild(
      [&progress](std::int64_t done, std::int64_t all) { progress.show(done, all); }));
  const auto stats = TRY(writer.store().stats());
  if (as_json) {
    std::cout << Json{{"events", stats.events},
                      {"entities", stats.entities},
                      {"edges", stats.edges}}
                     .dump()
              << '\n';
  } else {
    std::cerr << fmt::format("{} entities and {} edges made anew from {} events\n", stats.entities,
                             stats.edges, stats.events);
  }
  return 0;
}

Result<int> compact(const std::filesystem::path& file, const StoreRequest& request) {
  auto writer = TRY(open_for_writing(file, "lightfast store compact"));
  store::StoreWriter::Retention retention;
  if (request.keep_days) retention.since = now() - std::chrono::days(*request.keep_days);
  if (request.payload_days)
    retention.payloads_since = now() - std::chrono::days(*request.payload_days);
  if (request.max_mib) retention.bytes = *request.max_mib << 20;
  Progress progress("forgetting");
  const auto forgotten = TRY(writer.compact(
      retention, [&progress](std::int64_t done, std::int64_t all) { progress.show(done, all); }));
  if (request.json) {
    std::cout << Json{{"forgottenEvents", forgotten.events},
                      {"forgottenPayloads", forgotten.payloads}}
                     .dump()
              << '\n';
    return 0;
  }
  if (request.keep_days || request.max_mib)
    std::cerr << fmt::format("{} events forgotten; what followed from them is kept\n",
                             forgotten.events);
  if (forgotten.payloads != 0)
    std::cerr << fmt::format("{} payloads of providers forgotten\n", forgotten.payloads);
  return 0;
}

Result<int> run(const std::filesystem::path& file, const StoreRequest& request) {
  using enum StoreRequest::Action;
  switch (request.action) {
    case Stats:
      return print_stats(file, request.json);
    case Import:
      return import(file, request);
    case Export:
      return export_all(file);
    case Payload:
      return print_payload(file, request.event);
    case Check:
      return check(file, request.json);
    case Rebuild:
      return rebuild(file, request.json);
    case Compact:
      break;
  }
  return compact(file, request);
}

// The one that is named, or else the organisation's.
Result<std::filesystem::path> store_file(Settings settings) {
  if (!settings.declares_orgs || settings.asked_store) return settings.store;
  TRY(choose_org(settings));
  return store_of(settings.orgs.front(), settings);
}

}  // namespace

Result<int> run_store(const Settings& settings, const StoreRequest& request) {
  const auto file = TRY(store_file(settings));
  if (file.empty())
    return Error{ErrorKind::InvalidArgument,
                 "no place for the store: HOME is not set; give --store"};
  auto done = run(file, request);
  if (!done && done.error().message.ends_with("malformed"))
    done.error().message += "; `lightfast store check` tells what is wrong with it";
  return done;
}

}  // namespace lightfast
