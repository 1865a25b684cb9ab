#include "contract/graph_view.h"

#include <ostream>
#include <string>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/text.h"

namespace lightfast::contract {
namespace {

std::string value_text(const Json& value) {
  return visible_line(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string properties_text(const Json& properties) {
  std::string text;
  for (const auto& [name, value] : properties.items())
    text += fmt::format("  {}={}", visible_line(name), value_text(value));
  return text;
}

// Since when, and until when where that has an end.
std::string interval_text(const Json& object) {
  const auto from = line_in(object, "validFrom");
  const auto to = line_in(object, "validTo");
  if (from.empty()) return {};
  return to.empty() ? fmt::format("  since {}", from) : fmt::format("  {} to {}", from, to);
}

void print_entity(const Json& entity, std::ostream& out) {
  out << fmt::format("{}{}{}\n", line_in(entity, "id"), properties_text(entity["properties"]),
                     interval_text(entity));
  if (!entity.contains("edges")) return;
  for (const auto& edge : entity["edges"]) {
    const bool is_out = edge["direction"] == "out";
    out << fmt::format("    {} {} {} {}\n", is_out ? "--" : "<-", line_in(edge, "type"),
                       is_out ? "->" : "--", line_in(edge, "entity"));
  }
  if (entity.contains("edgesCut")) out << "    and more edges\n";
}

// A node is an entity with its properties, or has a title.
void print_node(const Json& node, std::ostream& out) {
  if (node.contains("properties")) return print_entity(node, out);
  const auto time = line_in(node, "occurredAt");
  out << fmt::format("{}  {}{}{}{}\n", line_in(node, "id"), line_in(node, "type"),
                     time.empty() ? "" : "  ", time,
                     line_in(node, "title").empty() ? "" : "  " + line_in(node, "title"));
}

}  // namespace

std::string line_in(const Json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? visible_line(found->get<std::string>())
                                                     : std::string();
}

int entities_for_terminal(const Json& output, std::ostream& out, std::ostream& err) {
  for (const auto& entity : output["entities"]) print_entity(entity, out);
  if (output.contains("knownTypes")) {
    err << "no entities of this type; types there are:";
    for (const auto& type : output["knownTypes"])
      err << ' ' << visible_line(type.get<std::string>());
    err << '\n';
  }
  if (output["entities"].empty() && !output.contains("knownTypes")) err << "nothing found\n";
  if (output.contains("partial")) err << "[the look ended early: there may be more]\n";
  if (const auto cursor = line_in(output, "nextCursor"); !cursor.empty())
    err << fmt::format("[more with --cursor {}]\n", cursor);
  return 0;
}

int graph_for_terminal(const Json& output, std::ostream& out, std::ostream& err) {
  for (const auto& node : output["nodes"]) print_node(node, out);
  if (!output["edges"].empty()) out << '\n';
  for (const auto& edge : output["edges"]) {
    out << fmt::format("{} --{}-> {}{}\n", line_in(edge, "source"), line_in(edge, "type"),
                       line_in(edge, "target"), interval_text(edge));
  }
  if (output["truncated"].get<bool>()) err << "[truncated: there is more]\n";
  return 0;
}

int contents_for_terminal(const Json& output, std::ostream& out, std::ostream& err) {
  for (const auto& item : output["items"]) {
    const auto time = line_in(item, "occurredAt");
    out << fmt::format("== {}  {}{}{}\n{}\n", line_in(item, "id"), line_in(item, "type"),
                       time.empty() ? "" : "  ", time, line_in(item, "title"));
    if (const auto url = line_in(item, "url"); !url.empty()) out << url << '\n';
    out << fmt::format("{}\n\n{}\n", value_text(item["metadata"]),
                       visible_text(item["content"].get<std::string>()));
    if (const auto cut = line_in(item, "cut"); !cut.empty()) out << fmt::format("[{}]\n", cut);
  }
  for (const auto& id : output["missing"])
    err << fmt::format("[there is no {}]\n", visible_line(id.get<std::string>()));
  if (output.contains("omitted")) {
    for (const auto& id : output["omitted"])
      err << fmt::format("[{} did not fit: ask for it by itself]\n",
                         visible_line(id.get<std::string>()));
  }
  return output["missing"].empty() ? 0 : 1;
}

}  // namespace lightfast::contract
