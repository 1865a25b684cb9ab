#include <iostream>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "app/access_log.h"
#include "app/commands.h"
#include "app/input_lines.h"
#include "app/memory_service.h"
#include "app/stop_events.h"
#include "base/files.h"
#include "base/log.h"
#include "base/text.h"
#include "http/server.h"
#include "sandbox/confine.h"
#include "tools/documents/store.h"

namespace lightfast {
namespace {

constexpr const char* kFile = "memory.db";
constexpr const char* kUsualListen = "127.0.0.1:4115";
constexpr std::string_view kDocuments = "/v1/documents";
constexpr std::size_t kMostConnections = 512;
constexpr std::uint64_t kMostSent = 16UL << 20;    // bytes of a request with documents
constexpr std::uint64_t kMostAsked = 256UL << 10;  // and of any other
constexpr std::size_t kMaxLine = 8UL << 20;
constexpr int kSomethingWrong = 1;

std::string url_of(const Settings& settings, const http::Endpoint& endpoint) {
  const bool is_v6 = endpoint.host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", settings.service.tls_cert.empty() ? "http" : "https",
                     is_v6 ? "[" : "", endpoint.host, is_v6 ? "]" : "", endpoint.port);
}

Result<std::unique_ptr<http::Server>> listen(const Settings& settings, const std::string& where) {
  const auto endpoint = TRY(http::parse_endpoint(where));
  if (settings.memory_api_key.empty() && !http::is_loopback_host(endpoint.host)) {
    return Error{ErrorKind::InvalidArgument,
                 "other machines can reach this address, and there is no API key: set "
                 "LIGHTFAST_MEMORY_API_KEY, or LIGHTFAST_MEMORY_API_KEY_FILE, here and for "
                 "whoever asks"};
  }
  http::ServerLimits limits{.connections = kMostConnections};
  limits.request.body_bytes = kMostAsked;
  limits.request.large_targets = kDocuments;
  limits.request.large_body_bytes = kMostSent;
  return http::Server::listen(
      {.listen = endpoint,
       .tls = {settings.service.tls_cert, settings.service.tls_key},
       .limits = limits,
       .log = [](const http::Answered& answered) {
         log_access(answered, [](const http::Request& request) { return request.peer; });
       }});
}

// Says what to do about a file that is damaged, another program's, or of a later version.
template <class T>
Result<T> usable(Result<T> opened, const std::filesystem::path& file) {
  if (!opened) {
    opened.error().message +=
        fmt::format("; move '{}' away, or choose another --data-dir", visible_text(file.string()));
  }
  return opened;
}

// A server that cannot confine itself still serves, and says so.
void confine(const Settings& settings) {
  if (const auto confined = sandbox::confine_server({.write = {settings.data_dir}}); !confined)
    log_for("app").warn("confined=no reason=\"{}\"", confined.error().message);
}

Result<int> serve(const Settings& settings, const std::string& where) {
  auto stop = TRY(StopEvents::create());
  const auto server = TRY(listen(settings, where));
  const auto& endpoint = server->endpoint();
  auto access = TRY(http::AccessRules::create({.listen_host = endpoint.host,
                                               .public_url = settings.service.public_url,
                                               .hosts = settings.service.allowed_hosts,
                                               .origins = settings.service.allowed_origins}));
  const auto file = settings.data_dir / kFile;
  const auto service =
      TRY(usable(MemoryService::open({.file = file,
                                      .key = auth::SharedKey(settings.memory_api_key),
                                      .access = std::move(access)}),
                 file));
  confine(settings);
  const auto url = url_of(settings, endpoint);
  if (settings.memory_api_key.empty())
    log_for("app").warn("open=yes: whoever can connect to {} may read and write the memory", url);
  std::cerr << fmt::format("listening on {}\n", url) << std::flush;
  server->serve(*service, stop.fd());
  return 0;
}

// Takes in documents, one on each line.
class Import {
 public:
  Import(documents::Writer& writer, documents::Reader reader, InputLines lines)
      : writer_(writer), reader_(std::move(reader)), lines_(std::move(lines)) {}

  Result<void> run() {
    std::string line;
    while (lines_.next(line)) {
      take(line);
      if (batch_.size() == documents::kMaxDocuments) TRY(write());
    }
    return write();
  }

  [[nodiscard]] const documents::Writer::Added& added() const { return added_; }
  [[nodiscard]] std::size_t bad() const { return bad_; }

 private:
  void take(const std::string& line) {
    auto document = line.size() > kMaxLine ? Error{ErrorKind::LimitExceeded, "longer than 8 MiB"}
                                           : reader_.document(line);
    if (document) {
      if (batch_.empty()) batch_begins_ = lines_.number();
      return batch_.push_back(*std::move(document));
    }
    ++bad_;
    std::cerr << fmt::format("line {}: {}\n", lines_.number(),
                             visible_line(document.error().message));
  }

  Result<void> write() {
    const auto now = std::chrono::system_clock::now();
    const auto added =
        TRY(writer_.add(batch_, std::chrono::floor<std::chrono::milliseconds>(now))
                .during(fmt::format("importing up to line {}; what came before line {} is kept",
                                    lines_.number(), batch_begins_)));
    added_.accepted += added.accepted;
    added_.replaced += added.replaced;
    batch_.clear();
    return {};
  }

  documents::Writer& writer_;
  const documents::Reader reader_;
  InputLines lines_;
  std::size_t bad_ = 0;
  std::size_t batch_begins_ = 0;  // the line of its first
  std::vector<documents::Document> batch_;
  documents::Writer::Added added_;
};

Result<int> import(const std::filesystem::path& file, const MemoryRequest& request) {
  auto lines = TRY(InputLines::open(request.file));
  auto writer = TRY(usable(documents::Writer::open(file), file));
  Import run(writer, TRY(documents::Reader::create()), std::move(lines));
  TRY(run.run());
  const auto& added = run.added();
  if (request.json) {
    std::cout << Json{{"accepted", added.accepted},
                      {"replaced", added.replaced},
                      {"bad", run.bad()}}
                     .dump()
              << '\n';
  } else {
    std::cerr << fmt::format(
        "{} documents taken, {} of them in place of others, {} lines could not be read\n",
        added.accepted, added.replaced, run.bad());
  }
  return run.bad() == 0 ? 0 : kSomethingWrong;
}

}  // namespace

// What the environment and the config file say of `listen` is where `lightfast serve` listens.
Result<int> run_memory(const Settings& settings, const CommandLine& line) {
  TRY(make_private_directories(settings.data_dir).during("data dir"));
  if (line.memory.action == MemoryRequest::Action::Import)
    return import(settings.data_dir / kFile, line.memory);
  const auto listen = line.flags.find("listen");
  return serve(settings, listen == line.flags.end() ? kUsualListen : listen->second);
}

}  // namespace lightfast
