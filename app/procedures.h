// The one list of all procedures, each with what it works on.
#pragma once

#include <cstddef>
#include <vector>

#include "app/own_memory.h"
#include "contract/procedure.h"

namespace lightfast {

class Organisation;

// Every procedure's declaration, in the order in which they are listed.
std::vector<contract::Procedure> declared_procedures();

// Whether the procedure at a place of that list is of the memory: it needs no repository.
bool is_of_memory(std::size_t place);

// That one, whatever there is that it could ask; `memory` outlives it.
contract::BoundProcedure bound_to_memory(std::size_t place, OwnMemory& memory);

// All of an organisation, but those of its memory for which there is nothing to ask.
std::vector<contract::BoundProcedure> bound_to(Organisation& org);

}  // namespace lightfast
