#include <cstdio>
#include <thread>

#include <spdlog/fmt/fmt.h>

#include "mcp_bench_phases.h"

namespace lightfast::bench {
namespace {

constexpr double kOneClientBar = 2;
constexpr double kManyClientsBar = 0.4;
constexpr double kStreamBar = 8;  // KiB
constexpr std::size_t kStreams = 4000;
constexpr std::string_view kRefusedParams = R"("name":"lightfast_shell","arguments":{})";
constexpr std::string_view kGood = "missing field 'command'";  // in the answer of the refusal
constexpr std::chrono::milliseconds kSettled{500};

std::string modern_call() { return modern_post("tools/call", kRefusedParams, "lightfast_shell"); }

// Opens a connection with a session of its own.
std::string open_session(HttpClients& clients) {
  const auto session = session_in(clients.open(session_post(kInitialize)));
  clients.exchange(session_post(kInitialized, session));
  return session;
}

// Has a command run, after which nothing is being made ready.
void warm_up(const Serving& server) {
  HttpClients client(server.pid(), server.port());
  client.exchange(session_post(kRealCall, open_session(client)));
  std::this_thread::sleep_for(kSettled);
}

// What a server of fixed answers says: the very bytes of ours.
FixedAnswers answers_of(const Serving& server) {
  HttpClients client(server.pid(), server.port());
  const auto session = open_session(client);
  const auto call = client.exchange(session_post(kRefusedCall, session));
  return {call, client.exchange(session_get(session))};
}

// The memory of streams that were opened, and calls beside them.
struct Held {
  double resident = 0, proportional = 0;  // KiB each
  double open_seconds = 0;
  Sample calls;
};

// `open` opens one.
Held hold(HttpClients& clients, pid_t server, const std::string& call,
          const std::function<void()>& open, Seconds time) {
  const auto before = memory_of(server);
  const auto start = Clock::now();
  for (std::size_t i = 0; i < kStreams; ++i) open();
  Held held;
  held.open_seconds = Seconds(Clock::now() - start).count();
  std::this_thread::sleep_for(kSettled);
  const auto after = memory_of(server);
  held.resident = (after.resident - before.resident) / static_cast<double>(kStreams);
  held.proportional = (after.proportional - before.proportional) / static_cast<double>(kStreams);
  held.calls = clients.call({&call, 1}, kGood, time);
  return held;
}

void print(const char* name, const Held& held, bool is_bound) {
  std::printf("| %s | %.2f | %.2f | %.2f | %.1f / %.1f | %s |\n", name, held.resident,
              held.proportional, held.open_seconds, held.calls.quantile(0.5),
              held.calls.quantile(0.99),
              is_bound ? at_most(held.resident, kStreamBar).c_str() : "-");
  std::fflush(stdout);
}

}  // namespace

HttpPhase::HttpPhase(const World& world) : server_(world, "http"), listener_(listen_on_loopback()) {
  warm_up(server_);
  fixed_ = answers_of(server_);
  floor_ = std::make_unique<Child>([&] { answer_requests(listener_.socket.get(), fixed_); });
  for (const std::size_t clients : {1, 8, 64}) {
    for (const bool is_modern : {false, true}) {
      cases_.push_back({is_modern, clients});
      Bar bar;
      if (clients == 1) bar = {Bar::Of::P50, kOneClientBar};
      if (clients == 64) bar = {Bar::Of::Rate, kManyClientsBar};
      rows_.emplace_back(
          fmt::format("HTTP tools/call, {}, {} client{}", is_modern ? "modern" : "session", clients,
                      clients == 1 ? "" : "s"),
          bar);
    }
  }
}

// A connection for each client; what it sends over and over.
std::vector<std::string> HttpPhase::open(HttpClients& clients, const Case& one) {
  std::vector<std::string> requests;
  for (std::size_t i = 0; i < one.clients; ++i) {
    if (one.is_modern) {
      clients.open(modern_call());
      requests.push_back(modern_call());
    } else {
      requests.push_back(session_post(kRefusedCall, open_session(clients)));
    }
  }
  return requests;
}

void HttpPhase::round(Seconds time, bool floor_first) {
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    HttpClients clients(server_.pid(), server_.port());
    const auto requests = open(clients, cases_[i]);
    HttpClients below(floor_->pid(), listener_.port);
    for (const auto& request : requests) below.open(request);
    Sample floor;
    if (floor_first) floor = below.call(requests, kGood, time);
    const auto ours = clients.call(requests, kGood, time);
    if (!floor_first) floor = below.call(requests, kGood, time);
    rows_[i].add(ours, floor);
  }
}

void measure_streams(const World& world, Seconds time) {
  std::printf(
      "\n| %zu idle streams | RSS KiB each | PSS KiB each | opened in s | calls meanwhile, "
      "p50 / p99 us | bar |\n|---|---|---|---|---|---|\n",
      kStreams);
  FixedAnswers fixed;
  {
    const Serving server(world, "sessions");
    warm_up(server);
    fixed = answers_of(server);
    HttpClients clients(server.pid(), server.port());
    clients.open(modern_call());
    print("GET of a session",
          hold(
              clients, server.pid(), modern_call(),
              [&] { clients.exchange(session_get(open_session(clients))); }, time),
          true);
  }
  {
    const Serving server(world, "listens");
    warm_up(server);
    HttpClients clients(server.pid(), server.port());
    clients.open(modern_call());
    const auto listen =
        modern_post("subscriptions/listen", R"("notifications":{"resourcesListChanged":true})");
    print("subscriptions/listen",
          hold(clients, server.pid(), modern_call(), [&] { clients.open(listen); }, time), true);
  }
  const auto listener = listen_on_loopback();
  const Child floor([&] { answer_requests(listener.socket.get(), fixed); });
  HttpClients clients(floor.pid(), listener.port);
  clients.open(modern_call());
  print("floor",
        hold(
            clients, floor.pid(), modern_call(), [&] { clients.open(session_get("x")); }, time),
        false);
}

}  // namespace lightfast::bench
