// What every measurement needs: a repository to serve, the programs, and what clients say.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_bench_process.h"

namespace lightfast::bench {

// A small repository and the program beside this one. Logs are in `home`, which is made anew.
class World {
 public:
  explicit World(std::filesystem::path home);

  // `lightfast COMMAND` with a data directory of the name `data`.
  [[nodiscard]] std::vector<std::string> command(const std::string& command,
                                                 const std::string& data) const;
  [[nodiscard]] std::filesystem::path log(const std::string& name) const;

 private:
  std::filesystem::path home_, program_;
};

// A server over HTTP, from when it listens on.
class Serving {
 public:
  Serving(const World& world, const std::string& data);
  [[nodiscard]] pid_t pid() const { return child_.pid(); }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  Child child_;
  std::uint16_t port_;
};

// Lines, each with its newline.
inline constexpr std::string_view kInitialize =
    R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
    R"("capabilities":{},"clientInfo":{"name":"bench","version":"1"}}})"
    "\n";
inline constexpr std::string_view kInitialized =
    R"({"jsonrpc":"2.0","method":"notifications/initialized"})"
    "\n";
inline constexpr std::string_view kListTools = R"({"jsonrpc":"2.0","id":2,"method":"tools/list"})"
                                               "\n";
// Refused by the tool's schema, so that nothing runs.
inline constexpr std::string_view kRefusedCall =
    R"({"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"lightfast_shell",)"
    R"("arguments":{}}})"
    "\n";
inline constexpr std::string_view kRealCall =
    R"({"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"lightfast_shell",)"
    R"("arguments":{"command":"true"}}})"
    "\n";

// Of the modern revision: `method` with `params`, the inside of an object.
std::string modern_line(std::string_view method, std::string_view params = {});

// HTTP requests of a client with a session (empty: of the handshake), and of a modern one.
std::string session_post(std::string_view body, std::string_view session = {});
std::string session_get(std::string_view session);
std::string modern_post(std::string_view method, std::string_view params = {},
                        std::string_view name = {});

// The session of an answer to the handshake.
std::string session_in(std::string_view answer);

}  // namespace lightfast::bench
