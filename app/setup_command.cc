#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "app/client_config.h"
#include "app/commands.h"
#include "base/files.h"
#include "tools/repo/source.h"

namespace lightfast {
namespace {

namespace fs = std::filesystem;

constexpr const char* kName = "lightfast";
constexpr const char* kKeyVariable = "LIGHTFAST_API_KEY";
constexpr std::size_t kLargestFile = std::size_t{64} << 20U;  // Claude Code keeps much in its file
constexpr ::mode_t kModeOfNew = 0600;

Result<fs::path> home() {
  const char* directory = std::getenv("HOME");
  if (directory == nullptr || *directory != '/')
    return Error{ErrorKind::InvalidArgument, "HOME is not set to a directory"};
  return fs::path(directory);
}

// Where an entry goes: a file, and in a JSON file where in it.
struct Target {
  fs::path file;
  bool is_toml = false;
  JsonPlace place = {};
  JsonDialect dialect = {};
};

Error no_scope(const SetupRequest& request, const char* scopes) {
  return {ErrorKind::InvalidArgument, fmt::format("{} has no scope '{}'; use --scope {}",
                                                  request.client, request.scope, scopes)};
}

Result<Target> target_of(const SetupRequest& request) {
  const auto own = TRY(home());
  const auto here = fs::current_path();
  const auto& scope = request.scope;
  if (request.client == "claude-code") {
    const JsonDialect dialect{.names_type = true, .variable_begin = "${"};
    if (scope == "project") return Target{here / ".mcp.json", false, {"mcpServers"}, dialect};
    const fs::path file = own / ".claude.json";
    if (scope == "user") return Target{file, false, {"mcpServers"}, dialect};
    if (scope == "local")
      return Target{file, false, {"projects", here.string(), "mcpServers"}, dialect};
    return no_scope(request, "user, local or project");
  }
  if (request.client == "cursor") {
    const JsonDialect dialect{.names_type = false, .variable_begin = "${env:"};
    if (scope == "project")
      return Target{here / ".cursor/mcp.json", false, {"mcpServers"}, dialect};
    if (scope == "user") return Target{own / ".cursor/mcp.json", false, {"mcpServers"}, dialect};
    return no_scope(request, "user or project");
  }
  if (scope != "user") return no_scope(request, "user");
  const char* directory = std::getenv("CODEX_HOME");
  return Target{(directory != nullptr ? fs::path(directory) : own / ".codex") / "config.toml",
                true};
}

// A client starts the server elsewhere, so paths are whole.
std::string whole_path(const std::string& value) {
  return value.contains("://") ? value : fs::absolute(value).lexically_normal().string();
}

// A remote repository stays as it was given.
std::string whole_source(const std::string& value) {
  const auto source = repo::parse_source(value);
  return source && std::holds_alternative<repo::RemoteUrl>(*source) ? value : whole_path(value);
}

Result<OwnServer> own_server(const Settings& settings, const CommandLine& line) {
  OwnServer server{.command = TRY(program_path()).string(),
                   .arguments = {"mcp", "--repo", whole_source(settings.repo)}};
  for (const auto& [name, value] : line.flags) {
    if (name == "repo") continue;
    const bool is_path = name == "data-dir" || name == "config" || name == "log-file";
    server.arguments.push_back("--" + name);
    server.arguments.push_back(is_path ? whole_path(value) : value);
  }
  return server;
}

// Where both a repository and a server are given, an option wins over the environment.
Result<ServerEntry> entry_of(const Settings& settings, const CommandLine& line) {
  const bool names_repo = line.flags.contains("repo"), names_url = line.flags.contains("base-url");
  if (settings.repo.empty() && settings.base_url.empty()) {
    return Error{ErrorKind::InvalidArgument,
                 "nothing to set up: give --repo URL|PATH, which the client's server will serve, "
                 "or --base-url URL of a server that runs elsewhere"};
  }
  if (!settings.repo.empty() && !settings.base_url.empty() && names_repo == names_url) {
    return Error{ErrorKind::InvalidArgument,
                 "both --repo and --base-url are given (or LIGHTFAST_REPO, LIGHTFAST_BASE_URL): "
                 "give --repo for a server that the client starts, or --base-url for one that runs "
                 "elsewhere"};
  }
  if (settings.base_url.empty() || names_repo) return TRY(own_server(settings, line));
  return HostedServer{.url = TRY(mcp_url(settings.base_url)),
                      .key_variable = settings.api_key.empty() ? "" : kKeyVariable};
}

Result<std::string> changed(const Target& target, const std::string& text,
                            const std::optional<ServerEntry>& entry) {
  if (target.is_toml)
    return entry ? with_toml_entry(text, kName, *entry) : without_toml_entry(text, kName);
  return entry ? with_json_entry(text, target.place, kName, json_entry(*entry, target.dialect))
               : without_json_entry(text, target.place, kName);
}

// What the entry is by itself, for a person to read.
Result<std::string> shown(const Target& target, const ServerEntry& entry) {
  return changed(
      {.file = {}, .is_toml = target.is_toml, .place = target.place, .dialect = target.dialect}, "",
      entry);
}

Result<std::string> text_of(const fs::path& file) {
  auto text = read_file(file, kLargestFile);
  if (!text && text.error().kind == ErrorKind::NotFound) return std::string();
  return text;
}

// Keeps the file's mode, and the file where a link leads to it.
Result<void> replace(const fs::path& file, const std::string& text) {
  std::error_code failed;
  const auto target = fs::exists(file, failed) ? fs::canonical(file, failed) : file;
  if (text.empty()) {
    fs::remove(target, failed);
    if (failed) return errno_error("removing '" + target.string() + "'", failed.value());
    return {};
  }
  struct stat status = {};
  const bool is_there = ::stat(target.c_str(), &status) == 0;
  fs::create_directories(target.parent_path(), failed);
  return write_file_atomically(target, text, is_there ? status.st_mode & 07777U : kModeOfNew);
}

std::string how_to_check(const std::string& client) {
  if (client == "claude-code") return "claude mcp list";
  return client == "codex" ? "/mcp inside Codex" : "Cursor's settings, under MCP";
}

// Of secrets, which are never written down.
void say_where_secrets_go(const Settings& settings, const ServerEntry& entry) {
  if (std::holds_alternative<OwnServer>(entry)) {
    if (settings.repo_token.empty()) return;
    std::cout
        << "The token of this environment is not written down: put it into a file that only you "
           "can read, and name that in\nthe entry's environment as LIGHTFAST_REPO_TOKEN_FILE.\n";
  } else if (settings.api_key.empty()) {
    std::cout << fmt::format(
        "No key is added: {} is not set. If the server wants one, set it and run this again; the "
        "entry then has its name, not the key.\n",
        kKeyVariable);
  } else {
    std::cout << fmt::format(
        "The key itself is not written down: the client reads it from {}, which must be in the "
        "environment it is started in.\n",
        kKeyVariable);
  }
}

}  // namespace

Result<int> run_setup(const Settings& settings, const CommandLine& line) {
  const auto& request = line.setup;
  std::optional<ServerEntry> entry;
  if (!request.undo) entry = TRY(entry_of(settings, line));
  const auto target = TRY(target_of(request));
  const auto before = TRY(text_of(target.file));
  const auto doing = fmt::format("changing '{}'", target.file.string());
  const auto after = TRY(changed(target, before, entry).during(doing));
  const auto* what = request.undo ? "without the entry" : "with this entry";
  if (entry) std::cout << TRY(shown(target, *entry)) << '\n';
  if (request.dry_run) {
    std::cout << fmt::format("Not written: '{}' {}.\n", target.file.string(), what);
    return 0;
  }
  if (after == before) {
    std::cout << fmt::format("'{}' is so already.\n", target.file.string());
    return 0;
  }
  TRY(replace(target.file, after));
  std::cout << fmt::format("Wrote '{}' {}.\n", target.file.string(), what);
  if (!entry) return 0;
  say_where_secrets_go(settings, *entry);
  std::cout << fmt::format("Look: {}. To take it back: lightfast setup {} --scope {} --undo\n",
                           how_to_check(request.client), request.client, request.scope);
  return 0;
}

}  // namespace lightfast
