#include "app/procedures.h"

#include <array>

#include "app/organisation.h"
#include "contract/graph.h"
#include "contract/search.h"
#include "contract/shell.h"
#include "tools/graph/graph.h"
#include "tools/search/contents.h"
#include "tools/search/search.h"
#include "tools/shell/shell.h"

namespace lightfast {
namespace {

contract::Handler bind_shell(Organisation& org) {
  return shell::make_shell_handler(org.repo(), org.sandboxes());
}

contract::Handler bind_search(OwnMemory& memory) {
  return search::make_search_handler(memory.readers(), memory.long_term());
}

contract::Handler bind_contents(OwnMemory& memory) {
  auto local = graph::make_contents_handler(memory.readers());
  return search::with_long_term(std::move(local), memory.long_term());
}

contract::Handler bind_related(OwnMemory& memory) {
  return graph::make_related_handler(memory.readers());
}

contract::Handler bind_query(OwnMemory& memory) {
  return graph::make_query_handler(memory.readers());
}

contract::Handler bind_traverse(OwnMemory& memory) {
  return graph::make_traverse_handler(memory.readers());
}

// What of the memory a procedure asks.
enum class Asks { Store, EitherTier };

struct Binding {
  contract::Procedure (*declare)();
  contract::Handler (*bind)(Organisation& org) = nullptr;  // else:
  contract::Handler (*bind_to_memory)(OwnMemory& memory) = nullptr;
  Asks asks = Asks::Store;
};

constexpr std::array kProcedures = {
    Binding{.declare = contract::shell_procedure, .bind = bind_shell},
    Binding{.declare = contract::search_procedure,
            .bind_to_memory = bind_search,
            .asks = Asks::EitherTier},
    Binding{.declare = contract::contents_procedure,
            .bind_to_memory = bind_contents,
            .asks = Asks::EitherTier},
    Binding{.declare = contract::related_procedure, .bind_to_memory = bind_related},
    Binding{.declare = contract::graph_query_procedure, .bind_to_memory = bind_query},
    Binding{.declare = contract::graph_traverse_procedure, .bind_to_memory = bind_traverse},
};

bool has_what_it_asks(const Binding& binding, OwnMemory& memory) {
  return memory.has_store() || (binding.asks == Asks::EitherTier && memory.long_term() != nullptr);
}

}  // namespace

std::vector<contract::Procedure> declared_procedures() {
  std::vector<contract::Procedure> procedures;
  procedures.reserve(kProcedures.size());
  for (const auto& binding : kProcedures) procedures.push_back(binding.declare());
  return procedures;
}

bool is_of_memory(std::size_t place) { return kProcedures.at(place).bind_to_memory != nullptr; }

contract::BoundProcedure bound_to_memory(std::size_t place, OwnMemory& memory) {
  const auto& binding = kProcedures.at(place);
  return {binding.declare(), binding.bind_to_memory(memory)};
}

std::vector<contract::BoundProcedure> bound_to(Organisation& org) {
  std::vector<contract::BoundProcedure> procedures;
  for (const auto& binding : kProcedures) {
    if (binding.bind != nullptr) {
      procedures.push_back({binding.declare(), binding.bind(org)});
    } else if (has_what_it_asks(binding, org.memory())) {
      procedures.push_back({binding.declare(), binding.bind_to_memory(org.memory())});
    }
  }
  return procedures;
}

}  // namespace lightfast
