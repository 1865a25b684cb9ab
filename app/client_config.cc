#include "app/client_config.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/base_url.h"

namespace lightfast {
namespace {

Result<Json> parsed(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return Json::object();
  auto document = Json::parse(text, nullptr, false);
  if (document.is_object()) return document;
  return Error{ErrorKind::InvalidArgument,
               "it is not a JSON object without comments; mend it, or add the entry by hand"};
}

std::string printed(const Json& document) {
  if (document.empty()) return {};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

// Takes server `name` out below `object`, and what is empty after that.
void prune(Json& object, std::span<const std::string> place, const std::string& name) {
  if (!object.is_object()) return;
  if (place.empty()) {
    object.erase(name);
    return;
  }
  const auto next = object.find(place.front());
  if (next == object.end()) return;
  prune(*next, place.subspan(1), name);
  if (next->is_object() && next->empty()) object.erase(place.front());
}

std::string without_blanks(std::string_view line) {
  std::string text;
  for (const char c : line) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0) text += c;
  }
  return text;
}

// A basic string (TOML 1.0.0).
std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\u{:04X}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

// What a line of a TOML document is to server `name`.
enum class Of : std::uint8_t { Other, Header, Table, Below };

// Reads a document line by line, as far as it takes to know where the table `[mcp_servers.NAME]`,
// and those below it, begin and end.
class TomlReader {
 public:
  explicit TomlReader(const std::string& name)
      : headers_{"[mcp_servers." + name, "[mcp_servers.\"" + name + "\""},
        dotted_("mcp_servers." + name) {}

  Of next(std::string_view line) {
    const bool in_string = in_string_;
    for (std::size_t at = 0; (at = line.find("\"\"\"", at)) != std::string_view::npos; at += 3)
      in_string_ = !in_string_;
    if (in_string) return table_;  // within a string over several lines nothing is a header
    const auto text = without_blanks(line);
    if (text.starts_with('[')) {
      const auto of = of_header(text);
      table_ = of == Of::Header ? Of::Table : of;
      return of;
    }
    if (table_ == Of::Other && text.starts_with(dotted_)) written_otherwise_ = true;
    return table_;
  }

  // As keys with dots, which are not understood here.
  [[nodiscard]] bool is_written_otherwise() const { return written_otherwise_; }

 private:
  [[nodiscard]] Of of_header(const std::string& text) const {
    for (const auto& start : headers_) {
      if (text.starts_with(start + "]")) return Of::Header;
      if (text.starts_with(start + ".")) return Of::Below;
    }
    return Of::Other;
  }

  std::array<std::string, 2> headers_;
  std::string dotted_;
  Of table_ = Of::Other;
  bool in_string_ = false, written_otherwise_ = false;
};

bool sets(std::string_view line, std::initializer_list<std::string_view> keys) {
  const auto text = without_blanks(line);
  return std::ranges::any_of(
      keys, [&text](std::string_view key) { return text.starts_with(std::string(key) + "="); });
}

bool is_comment(std::string_view line) { return without_blanks(line).starts_with('#'); }

// Whether `line` sets what `entry` says.
bool is_of(const ServerEntry& entry, std::string_view line) {
  if (std::holds_alternative<OwnServer>(entry)) return sets(line, {"command", "args"});
  const bool has_key = !std::get<HostedServer>(entry).key_variable.empty();
  return sets(line, {"url"}) || (has_key && sets(line, {"bearer_token_env_var"}));
}

// Whether `line` can only be in a table of the other kind.
bool is_of_other_kind(const ServerEntry& entry, std::string_view line) {
  return sets(line, {std::holds_alternative<OwnServer>(entry) ? "url" : "command"});
}

// Where the string that begins at `from` ends: behind its closing quote.
std::size_t end_of_string(std::string_view line, std::size_t from) {
  const char quote = line[from];
  auto at = from + 1;
  while (at < line.size() && line[at] != quote) at += line[at] == '\\' && quote == '"' ? 2 : 1;
  return at + 1;
}

// How many more arrays begin than end on `line`; brackets in strings of one line do not count.
int opened_arrays(std::string_view line) {
  int opened = 0;
  for (std::size_t at = 0; at < line.size() && line[at] != '#'; ++at) {
    if (line[at] == '"' || line[at] == '\'')
      at = end_of_string(line, at) - 1;
    else if (line[at] == '[')
      ++opened;
    else if (line[at] == ']')
      --opened;
  }
  return opened;
}

std::string keys_of(const OwnServer& server) {
  std::string arguments;
  for (const auto& argument : server.arguments)
    arguments += (arguments.empty() ? "" : ", ") + toml_string(argument);
  return fmt::format("command = {}\nargs = [{}]\n", toml_string(server.command), arguments);
}

std::string keys_of(const HostedServer& server) {
  auto keys = fmt::format("url = {}\n", toml_string(server.url));
  if (!server.key_variable.empty())
    keys += fmt::format("bearer_token_env_var = {}\n", toml_string(server.key_variable));
  return keys;
}

std::string keys_of(const ServerEntry& entry) {
  return std::visit([](const auto& server) { return keys_of(server); }, entry);
}

// With an empty line behind it, if there is anything.
std::string as_paragraph(std::string text) {
  if (!text.empty()) text += text.ends_with('\n') ? "\n" : "\n\n";
  return text;
}

bool is_table_of_other_kind(std::string_view text, const std::string& name,
                            const ServerEntry& entry) {
  TomlReader reader(name);
  return std::ranges::any_of(lines_of(text), [&](std::string_view line) {
    return reader.next(line) == Of::Table && is_of_other_kind(entry, line);
  });
}

Error written_otherwise(const std::string& name) {
  return {ErrorKind::InvalidArgument,
          fmt::format("it has 'mcp_servers.{}' as keys with dots; mend it by hand", name)};
}

}  // namespace

Result<std::string> mcp_url(std::string_view base_url) {
  const auto url = TRY(parse_base_url(base_url));
  return url.text() + (url.path.ends_with("/mcp") ? "" : "/mcp");
}

Json json_entry(const ServerEntry& entry, const JsonDialect& dialect) {
  Json object = Json::object();
  const auto* own = std::get_if<OwnServer>(&entry);
  if (dialect.names_type) object["type"] = own != nullptr ? "stdio" : "http";
  if (own != nullptr) {
    object["command"] = own->command;
    object["args"] = own->arguments;
    return object;
  }
  const auto& hosted = std::get<HostedServer>(entry);
  object["url"] = hosted.url;
  if (!hosted.key_variable.empty()) {
    object["headers"]["Authorization"] =
        "Bearer " + dialect.variable_begin + hosted.key_variable + "}";
  }
  return object;
}

Result<std::string> with_json_entry(std::string_view text, const JsonPlace& place,
                                    const std::string& name, const Json& entry) {
  auto document = TRY(parsed(text));
  Json* object = &document;
  for (const auto& member : place) {
    object = &(*object)[member];
    if (object->is_null()) *object = Json::object();
    if (!object->is_object()) {
      return Error{ErrorKind::InvalidArgument,
                   fmt::format("its \"{}\" is not an object; mend it by hand", member)};
    }
  }
  auto& server = (*object)[name];
  const bool is_same_kind = server.contains("url") == entry.contains("url");
  if (!server.is_object() || !is_same_kind) server = Json::object();
  server.merge_patch(entry);
  return printed(document);
}

Result<std::string> without_json_entry(std::string_view text, const JsonPlace& place,
                                       const std::string& name) {
  auto document = TRY(parsed(text));
  prune(document, place, name);
  return printed(document);
}

Result<std::string> without_toml_entry(std::string_view text, const std::string& name) {
  TomlReader reader(name);
  std::string kept;
  for (const auto line : lines_of(text)) {
    if (reader.next(line) == Of::Other || is_comment(line)) kept += line;
  }
  if (reader.is_written_otherwise()) return written_otherwise(name);
  while (kept.ends_with("\n\n")) kept.pop_back();
  return kept == "\n" ? std::string() : kept;
}

Result<std::string> with_toml_entry(std::string_view text, const std::string& name,
                                    const ServerEntry& entry) {
  if (is_table_of_other_kind(text, name, entry))
    return with_toml_entry(TRY(without_toml_entry(text, name)), name, entry);
  TomlReader reader(name);
  const auto keys = keys_of(entry);
  std::string written;
  bool is_there = false;
  int open = 0;  // arrays of a key of ours that goes on over several lines
  for (const auto line : lines_of(text)) {
    const auto of = reader.next(line);
    const bool replaced = of == Of::Table && (open > 0 || is_of(entry, line));
    open = replaced ? open + opened_arrays(line) : 0;
    if (!replaced) written += line;
    if (of == Of::Header) {
      written += (written.ends_with('\n') ? "" : "\n") + keys;
      is_there = true;
    }
  }
  if (reader.is_written_otherwise()) return written_otherwise(name);
  if (is_there) return written;
  return as_paragraph(std::move(written)) + fmt::format("[mcp_servers.{}]\n{}", name, keys);
}

}  // namespace lightfast
