#include "contract/search_view.h"

#include <ostream>
#include <string>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/text.h"

namespace lightfast::contract {
namespace {

std::string text_in(const Json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? visible_line(found->get<std::string>())
                                                     : std::string();
}

void print_result(const Json& result, std::ostream& out) {
  const auto title = text_in(result, "title");
  out << fmt::format("{:.2f}  {}\n", result["score"].get<double>(),
                     title.empty() ? text_in(result, "snippet") : title);
  out << fmt::format("      {} {} {}\n", text_in(result, "occurredAt"), text_in(result, "type"),
                     text_in(result, "id"));
  if (!title.empty() && !text_in(result, "snippet").empty())
    out << fmt::format("      {}\n", text_in(result, "snippet"));
  if (const auto url = text_in(result, "url"); !url.empty()) out << fmt::format("      {}\n", url);
  out << fmt::format("      from {}: {}\n", text_in(result, "tier"), text_in(result, "reason"));
}

void print_tier(const char* name, const Json& report, std::ostream& err) {
  const auto why = text_in(report, "why");
  err << fmt::format("[{}: {}, {} found, {} ms{}{}]\n", name, text_in(report, "state"),
                     report["count"].get<std::int64_t>(), report["ms"].get<std::int64_t>(),
                     why.empty() ? "" : "; ", why);
}

}  // namespace

int search_for_terminal(const Json& output, std::ostream& out, std::ostream& err) {
  for (const auto& result : output["results"]) print_result(result, out);
  if (output["results"].empty()) err << "nothing found\n";
  const auto shown = output["results"].size();
  const auto total = output["total"].get<std::size_t>();
  if (total > shown) err << fmt::format("[{} of {}]\n", shown, total);
  print_tier("store", output["tiers"]["store"], err);
  print_tier("memory", output["tiers"]["memory"], err);
  if (output["partial"].get<bool>()) err << "[partial: there may be more]\n";
  return 0;
}

}  // namespace lightfast::contract
