// Long-term memory over HTTP, for the program that speaks it.
#pragma once

#include <memory>

#include "app/settings.h"
#include "base/result.h"
#include "tools/memory/long_term.h"

namespace lightfast {

// As LongTermMaker has it.
Result<std::unique_ptr<memory::LongTerm>> make_long_term(const OrgSettings& own,
                                                         const Settings& common);

}  // namespace lightfast
