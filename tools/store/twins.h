// Issues and pull requests that a text names by a number alone. GitHub numbers both of a repository
// together (https://docs.github.com/en/rest/issues/issues), and `#12` is taken for an issue when a
// text is read, for what it is may not be known yet. Where nothing has happened to that issue, and
// there is a pull request of the number, the pull request is meant.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "tools/store/reader.h"

namespace lightfast::store {

// `id`, or the pull request that is meant by it.
Result<std::string> meant_by(Reader& reader, std::string id);

// The id by which texts name a pull request as well; empty when it is no such id, or an issue's
// own.
Result<std::string> other_name_of(Reader& reader, std::string_view id);

}  // namespace lightfast::store
