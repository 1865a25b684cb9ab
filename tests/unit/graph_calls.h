// Calls of the graph procedures on a store for tests, through the contract.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "contract/catalog.h"
#include "contract/graph.h"
#include "contract/schema.h"
#include "store_made.h"
#include "tools/graph/graph.h"

namespace lightfast::graph::test {

class GraphStore : public store::test::MadeStore {
 public:
  GraphStore()
      : catalog_(contract::Catalog::create(
                     {{contract::graph_query_procedure(), make_query_handler(readers())},
                      {contract::graph_traverse_procedure(), make_traverse_handler(readers())},
                      {contract::related_procedure(), make_related_handler(readers())},
                      {contract::contents_procedure(), make_contents_handler(readers())}})
                     .value()) {}

  Result<Json> ask(const std::string& procedure, const Json& input) {
    const auto& bound = *catalog_.find(procedure, ".");
    auto output =
        catalog_.call(bound, input, {.request = {"the-request"}, .org = {}, .cancelled = {}});
    if (output) {
      const auto schema = contract::Schema::compile(bound.declaration.output_schema).value();
      if (const auto fits = schema.check(*output); !fits) FAIL(fits.error().message);
      CHECK((*output)["requestId"] == "the-request");
    }
    return output;
  }

  Json answer(const std::string& procedure, const Json& input) {
    auto output = ask(procedure, input);
    if (!output) FAIL(output.error().message);
    return *std::move(output);
  }

  Error problem(const std::string& procedure, const Json& input) {
    auto output = ask(procedure, input);
    if (output) FAIL(output->dump());
    return std::move(output).error();
  }

 private:
  contract::Catalog catalog_;
};

inline std::vector<std::string> ids_in(const Json& list) {
  std::vector<std::string> ids;
  for (const auto& each : list) ids.push_back(each["id"]);
  return ids;
}

inline std::set<std::string> links_in(const Json& edges) {
  std::set<std::string> links;
  for (const auto& edge : edges) {
    links.insert(edge["source"].get<std::string>() + " " + edge["type"].get<std::string>() + " " +
                 edge["target"].get<std::string>());
  }
  return links;
}

}  // namespace lightfast::graph::test
