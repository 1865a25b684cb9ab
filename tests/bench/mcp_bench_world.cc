#include "mcp_bench_world.h"

#include <charconv>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/files.h"

namespace lightfast::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kListening = "listening on http://127.0.0.1:";

std::string content_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::uint16_t port_said_in(const fs::path& log) {
  constexpr std::chrono::microseconds kLook{100};
  constexpr std::chrono::seconds kPatience{20};
  for (const auto start = Clock::now(); Clock::now() - start < kPatience;) {
    const auto text = content_of(log);
    const auto found = text.find(kListening);
    if (found != std::string::npos && text.find('\n', found) != std::string::npos) {
      std::uint16_t port = 0;
      std::from_chars(text.data() + found + kListening.size(), text.data() + text.size(), port);
      return port;
    }
    std::this_thread::sleep_for(kLook);
  }
  give_up("the server does not listen; its log is " + log.string());
}

std::string post(std::string_view headers, std::string_view body) {
  return fmt::format(
      "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nContent-Type: "
      "application/json\r\nAccept: application/json, text/event-stream\r\n{}Content-Length: "
      "{}\r\n\r\n{}",
      headers, body.size(), body);
}

std::string session_headers(std::string_view session) {
  if (session.empty()) return {};
  return fmt::format("Mcp-Session-Id: {}\r\nMCP-Protocol-Version: 2025-11-25\r\n", session);
}

}  // namespace

World::World(fs::path home) : home_(std::move(home)) {
  fs::remove_all(home_);
  const auto repository = home_ / "repository";
  fs::create_directories(repository);
  std::ofstream(repository / "README.md") << "What there is to read.\n";
  const std::vector<std::string> git = {"git",
                                        "-C",
                                        repository.string(),
                                        "-c",
                                        "user.name=b",
                                        "-c",
                                        "user.email=b@b.test",
                                        "-c",
                                        "init.defaultBranch=main"};
  const std::vector<std::vector<std::string>> steps = {
      {"init", "--quiet"}, {"add", "--all"}, {"commit", "--quiet", "--message=Start"}};
  for (const auto& step : steps) {
    auto command = git;
    command.insert(command.end(), step.begin(), step.end());
    run(command, log("git"));
  }
  auto directory = program_directory();
  if (!directory) give_up(directory.error().message);
  program_ = *directory / "lightfast";
}

std::vector<std::string> World::command(const std::string& command, const std::string& data) const {
  return {program_.string(),    command,      "--repo",
          home_ / "repository", "--data-dir", home_ / ("data-" + data)};
}

fs::path World::log(const std::string& name) const { return home_ / (name + ".log"); }

Serving::Serving(const World& world, const std::string& data)
    : child_(
          [&] {
            auto command = world.command("serve", data);
            command.insert(command.end(), {"--listen", "127.0.0.1:0"});
            return command;
          }(),
          world.log(data)),
      port_(port_said_in(world.log(data))) {}

std::string modern_line(std::string_view method, std::string_view params) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":5,"method":"{}","params":{{{}{}"_meta":{{)"
                     R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                     R"("io.modelcontextprotocol/clientCapabilities":{{}}}}}}}})"
                     "\n",
                     method, params, params.empty() ? "" : ",");
}

std::string session_post(std::string_view body, std::string_view session) {
  return post(session_headers(session), body);
}

std::string session_get(std::string_view session) {
  return fmt::format(
      "GET /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: "
      "text/event-stream\r\n{}\r\n",
      session_headers(session));
}

std::string modern_post(std::string_view method, std::string_view params, std::string_view name) {
  auto headers = fmt::format("MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: {}\r\n", method);
  if (!name.empty()) headers += fmt::format("Mcp-Name: {}\r\n", name);
  return post(headers, modern_line(method, params));
}

std::string session_in(std::string_view answer) {
  constexpr std::string_view kName = "Mcp-Session-Id: ";
  const auto found = answer.find(kName);
  if (found == std::string_view::npos) give_up("a handshake was refused");
  answer.remove_prefix(found + kName.size());
  return std::string(answer.substr(0, answer.find('\r')));
}

}  // namespace lightfast::bench
