// What a question names: by ids, numbers, URLs, logins.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tools/store/reader.h"

namespace lightfast::search {

struct Named {
  std::vector<std::string> entities;  // that there are
  bool is_all = false;                // the question holds nothing but these names
};

Result<Named> find_named(store::Reader& reader, std::string_view question);

}  // namespace lightfast::search
