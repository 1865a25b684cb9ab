#include "app/command_line.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <CLI/CLI.hpp>
#include <spdlog/fmt/fmt.h>

#include "app/commands.h"
#include "app/procedure_options.h"
#include "app/settings.h"
#include "base/text.h"

namespace lightfast {
namespace {

class Parser {
 public:
  explicit Parser(const std::vector<contract::Procedure>& procedures) {
    root_.set_version_flag("--version", "lightfast " LIGHTFAST_VERSION);
    root_.require_subcommand(
        0, 1);  // without one, chosen() says so; a mistyped one is an unexpected word
    root_.fallthrough();
    root_.get_formatter()->column_width(32);
    for (const auto& setting : all_settings()) add_setting(setting);
    add_commands();
    for (const auto& procedure : procedures)
      procedures_.push_back(std::make_unique<ProcedureOptions>(root_, procedure));
    root_.failure_message(
        [](const CLI::App* /*app*/, const CLI::Error& error) { return std::string(error.what()); });
  }

  // What follows the first `--` is plain words, which CLI11 would read for brackets and commas.
  ParsedLine parse(std::vector<std::string> arguments) {
    const auto separator = std::ranges::find(arguments, "--");
    if (separator != arguments.end()) {
      words_.assign(separator + 1, arguments.end());
      arguments.erase(separator, arguments.end());
    }
    auto reversed = arguments;  // as CLI11 wants them
    std::ranges::reverse(reversed);
    try {
      root_.parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) {
      return {.command = std::nullopt, .text = help(), .exit_code = 0};
    } catch (const CLI::CallForVersion& version) {
      return {.command = std::nullopt, .text = std::string(version.what()) + "\n", .exit_code = 0};
    } catch (const CLI::ExtrasError&) {
      return unknown_word(arguments);
    } catch (const CLI::ParseError& error) {
      return error_of_use(std::string(error.what()) + "; see lightfast --help");
    }
    return chosen();
  }

 private:
  void add_setting(const Setting& setting) {
    auto& slot = settings_[setting.name];
    const auto name = std::string("--") + setting.name;
    if (setting.value == nullptr) {
      slot.option = root_.add_flag(name, slot.value, setting.help);
    } else {
      slot.option = root_.add_option(name, slot.value, setting.help)->type_name(setting.value);
    }
    slot.option->group(setting.of_service ? "Settings of serve, and of mcp as a bridge to it"
                                          : "Settings (each also LIGHTFAST_NAME in the "
                                            "environment, and a key of --config)");
  }

  CLI::App* add_command(CommandKind kind, const char* name, const char* help) {
    CLI::App* command = root_.add_subcommand(name, help);
    kinds_.emplace_back(command, kind);
    return command;
  }

  void add_commands() {
    add_command(CommandKind::Mcp, "mcp",
                "serve MCP over stdin and stdout, for Claude Code, Cursor, Codex");
    add_command(CommandKind::Serve, "serve", "serve MCP and the REST API over HTTP");
    add_keys();
    add_deliveries();
    add_store();
    add_memory();
    add_command(CommandKind::Doctor, "doctor",
                "say what isolation this machine gives, what is configured, what is wrong");
    CLI::App* init =
        add_command(CommandKind::Init, "init", "write a starter .lightfast repository");
    init->add_option("DIR", line_.directory, "where (default: here)");
    init->add_option("--github", line_.github,
                     "instead make ORG/.lightfast on GitHub with it, as a GitHub App")
        ->type_name("ORG")
        ->excludes("DIR");
    add_command(CommandKind::OpenApi, "openapi", "print the OpenAPI document of all procedures");
    add_setup();
  }

  void add_keys() {
    CLI::App* keys =
        add_command(CommandKind::Keys, "keys", "create, list and revoke API keys of a server");
    keys->require_subcommand(1);
    create_key_ = keys->add_subcommand("create", "print a new key, for --org, this once");
    create_key_->add_option("--label", line_.keys.label, "what the key is for");
    create_key_
        ->add_option("--scope", line_.keys.scopes,
                     "what it may do: context:read (default), metrics:read; several by commas")
        ->delimiter(',')
        ->check(CLI::IsMember({"context:read", "metrics:read"}));
    keys->add_subcommand("list", "the keys there are, without their secrets");
    revoke_key_ = keys->add_subcommand("revoke", "make a key worthless at once");
    revoke_key_->add_option("ID", line_.keys.id, "as `keys list` shows it")->required();
  }

  void add_deliveries() {
    CLI::App* deliveries = add_command(CommandKind::Deliveries, "deliveries",
                                       "list the webhook deliveries of a server, replay one");
    deliveries->require_subcommand(1);
    deliveries->add_subcommand("list", "the newest hundred")
        ->add_option("--status", line_.deliveries.status,
                     "waiting, done, ignored or dead: only those")
        ->check(CLI::IsMember({"waiting", "done", "ignored", "dead"}));
    replay_delivery_ = deliveries->add_subcommand("replay", "have one worked on once more");
    replay_delivery_->add_option("ID", line_.deliveries.id, "as `deliveries list` shows it")
        ->required();
  }

  void add_store() {
    CLI::App* store =
        add_command(CommandKind::Store, "store", "look after the store of events, --store FILE");
    store->require_subcommand(1);
    const auto add = [this, store](StoreRequest::Action action, const char* name,
                                   const char* help) {
      CLI::App* command = store->add_subcommand(name, help);
      command->callback([this, action] { line_.store.action = action; });
      return command;
    };
    using enum StoreRequest::Action;
    const char* const json = "say it as JSON";
    add(Stats, "stats", "how much there is, and from when")
        ->add_flag("--json", line_.store.json, json);
    CLI::App* import = add(Import, "import", "take in events, one JSON object on each line");
    import->add_option("FILE", line_.store.file, "the events; - is standard input")->required();
    import->add_flag("--json", line_.store.json, json);
    add(Export, "export", "print all events, as import takes them");
    add(Payload, "payload", "print what a provider sent, that an event was read from")
        ->add_option("EVENT", line_.store.event, "the id of the event")
        ->required();
    add(Check, "check", "look for damage, and change nothing; exit code 1 when there is some")
        ->add_flag("--json", line_.store.json, json);
    add(Rebuild, "rebuild", "make entities, edges and the index anew from the events")
        ->add_flag("--json", line_.store.json, json);
    CLI::App* compact = add(Compact, "compact", "give the disk back what is not used");
    compact->add_flag("--json", line_.store.json, json);
    constexpr std::int64_t kMost = 1'000'000;
    compact->add_option("--keep-days", line_.store.keep_days, "forget what happened before these")
        ->check(CLI::Range(std::int64_t{0}, kMost));
    compact
        ->add_option("--payload-days", line_.store.payload_days,
                     "forget payloads that came before these; 0: all")
        ->check(CLI::Range(std::int64_t{0}, kMost));
    compact
        ->add_option("--max-mib", line_.store.max_mib,
                     "forget the oldest until it is about this, payloads first")
        ->check(CLI::Range(std::int64_t{1}, kMost));
  }

  void add_memory() {
    CLI::App* memory = add_command(CommandKind::Memory, "memory",
                                   "a small Memory service, for --memory-url, in --data-dir");
    memory->require_subcommand(1);
    memory->add_subcommand("serve",
                           "serve it, at --listen (127.0.0.1:4115); its key is "
                           "LIGHTFAST_MEMORY_API_KEY");
    CLI::App* import = memory->add_subcommand(
        "import", "take in documents, one JSON object on each line, served or not");
    import->callback([this] { line_.memory.action = MemoryRequest::Action::Import; });
    import->add_option("FILE", line_.memory.file, "the documents; - is standard input")->required();
    import->add_flag("--json", line_.memory.json, "say it as JSON");
  }

  void add_setup() {
    CLI::App* command = add_command(CommandKind::Setup, "setup",
                                    "write a client's configuration, for --repo or --base-url");
    auto& setup = line_.setup;
    command->add_option("CLIENT", setup.client, "claude-code, cursor or codex")
        ->required()
        ->check(CLI::IsMember({"claude-code", "cursor", "codex"}));
    command->add_option("--scope", setup.scope, "user (default), project, or Claude Code's local")
        ->check(CLI::IsMember({"user", "project", "local"}));
    command->add_flag("--dry-run", setup.dry_run, "print the entry, write nothing");
    command->add_flag("--undo", setup.undo, "take the entry out again");
  }

  std::string help() const {
    for (const CLI::App* command : root_.get_subcommands()) return command->help();
    return root_.help() +
           "\nExample:\n  lightfast init my-context && cd my-context && git init -qb main . && git "
           "add . && git commit -qm start\n"
           "  lightfast shell --repo my-context -- ls\n";
  }

  static ParsedLine error_of_use(const std::string& what) {
    return {.command = std::nullopt,
            .text = fmt::format("lightfast: {}\n", visible_line(what)),
            .exit_code = kErrorOfUse};
  }

  // The first argument that is neither known nor a value, with the option or command it may have
  // meant.
  ParsedLine unknown_word(const std::vector<std::string>& arguments) const {
    const auto extras = root_.remaining(true);
    const auto first = std::ranges::find_first_of(arguments, extras);
    const std::string word = first == arguments.end() ? extras.front() : *first;
    std::vector<std::string> known;
    for (const auto& setting : all_settings()) known.push_back(std::string("--") + setting.name);
    for (const CLI::App* command : root_.get_subcommands({})) known.push_back(command->get_name());
    const std::vector<std::string_view> candidates(known.begin(), known.end());
    const auto nearest = nearest_word(word.substr(0, word.find('=')), candidates);
    const auto hint = nearest.empty() ? std::string() : fmt::format("did you mean '{}'? ", nearest);
    return error_of_use(fmt::format("unknown {} '{}'; {}see lightfast --help",
                                    word.starts_with('-') ? "option" : "command", word, hint));
  }

  ParsedLine chosen() {
    for (const auto& [name, slot] : settings_) {
      if (slot.option->count() > 0) line_.flags[name] = slot.value;
    }
    if (root_.get_subcommands().empty())
      return error_of_use("no command given; see lightfast --help");
    for (const auto& [command, kind] : kinds_) {
      if (command->parsed()) line_.kind = kind;
    }
    if (create_key_->parsed()) line_.keys.action = KeysRequest::Action::Create;
    if (revoke_key_->parsed()) line_.keys.action = KeysRequest::Action::Revoke;
    if (replay_delivery_->parsed()) line_.deliveries.action = DeliveriesRequest::Action::Replay;
    return with_procedure();
  }

  // Of a procedure, the input that its options and words make.
  ParsedLine with_procedure() {
    for (std::size_t i = 0; i < procedures_.size(); ++i) {
      const auto& options = *procedures_[i];
      if (!options.is_chosen()) continue;
      auto input = options.input(words_);
      if (!input) return error_of_use(input.error().message);
      line_.kind = CommandKind::Procedure;
      line_.procedure = i;
      line_.json = options.as_json();
      line_.format = options.format();
      line_.input = *std::move(input);
    }
    return {.command = line_, .text = {}, .exit_code = 0};
  }

  struct Slot {
    std::string value;
    CLI::Option* option = nullptr;
  };

  CLI::App root_{"Lightfast: an organisation's context, for AI agents.", "lightfast"};
  std::map<std::string, Slot> settings_;
  std::vector<std::pair<const CLI::App*, CommandKind>> kinds_;
  CLI::App *create_key_ = nullptr, *revoke_key_ = nullptr, *replay_delivery_ = nullptr;
  std::vector<std::string> words_;  // behind `--`
  std::vector<std::unique_ptr<ProcedureOptions>> procedures_;
  CommandLine line_;
};

}  // namespace

ParsedLine parse_command_line(const std::vector<std::string>& arguments,
                              const std::vector<contract::Procedure>& procedures) {
  return Parser(procedures).parse(arguments);
}

}  // namespace lightfast
