#include "contract/graph_formats.h"

#include <map>
#include <string_view>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/text.h"
#include "contract/graph_view.h"

namespace lightfast::contract {
namespace {

constexpr std::size_t kMaxLabel = 80;  // bytes

// What a node is called: its title, if it has one, below its id.
std::string title_of(const Json& node) {
  if (auto title = line_in(node, "title"); !title.empty()) return title;
  const auto properties = node.find("properties");
  return properties == node.end() ? std::string() : line_in(*properties, "title");
}

std::string shortened(std::string text) {
  if (text.size() <= kMaxLabel) return text;
  text.resize(utf8_prefix(text, kMaxLabel));
  return text + "\xE2\x80\xA6";
}

// Of the DOT language: within quotes only these two mean something.
std::string dot_quoted(std::string_view text) {
  std::string quoted;
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return quoted;
}

// Of Mermaid: whatever could end a label, begin markup or be an entity becomes an entity code.
std::string mermaid_quoted(std::string_view text) {
  std::string quoted;
  for (const char c : text) {
    const std::string_view special = "\"'`#<>&|[]{}();\\*_";
    if (special.find(c) == std::string_view::npos) {
      quoted.push_back(c);
    } else {
      quoted += fmt::format("#{};", static_cast<int>(c));
    }
  }
  return quoted;
}

// The nodes' own numbers: their ids may hold anything.
std::map<std::string, std::size_t> numbers_of(const Json& output) {
  std::map<std::string, std::size_t> numbers;
  for (const auto& node : output["nodes"])
    numbers.emplace(node["id"].get<std::string>(), numbers.size());
  return numbers;
}

struct Drawn {
  std::size_t source, target;
  std::string type;
};

std::vector<Drawn> drawn_edges(const Json& output) {
  const auto numbers = numbers_of(output);
  std::vector<Drawn> edges;
  for (const auto& edge : output["edges"]) {
    const auto source = numbers.find(edge["source"].get<std::string>());
    const auto target = numbers.find(edge["target"].get<std::string>());
    if (source != numbers.end() && target != numbers.end())
      edges.push_back({source->second, target->second, line_in(edge, "type")});
  }
  return edges;
}

}  // namespace

std::string graph_as_dot(const Json& output) {
  std::string text = "digraph lightfast {\n  node [shape=box];\n";
  std::size_t number = 0;
  for (const auto& node : output["nodes"]) {
    const auto title = shortened(title_of(node));
    text += fmt::format("  n{} [label=\"{}{}{}\"];\n", number++, dot_quoted(line_in(node, "id")),
                        title.empty() ? "" : "\\n", dot_quoted(title));
  }
  for (const auto& edge : drawn_edges(output))
    text += fmt::format("  n{} -> n{} [label=\"{}\"];\n", edge.source, edge.target,
                        dot_quoted(edge.type));
  return text + "}\n";
}

std::string graph_as_mermaid(const Json& output) {
  std::string text = "flowchart LR\n";
  std::size_t number = 0;
  for (const auto& node : output["nodes"]) {
    const auto title = shortened(title_of(node));
    text += fmt::format("  n{}[\"{}{}{}\"]\n", number++, mermaid_quoted(line_in(node, "id")),
                        title.empty() ? "" : "<br/>", mermaid_quoted(title));
  }
  for (const auto& edge : drawn_edges(output))
    text +=
        fmt::format("  n{} -->|\"{}\"| n{}\n", edge.source, mermaid_quoted(edge.type), edge.target);
  return text;
}

std::vector<Format> graph_formats() {
  return {{"dot", graph_as_dot}, {"mermaid", graph_as_mermaid}};
}

}  // namespace lightfast::contract
