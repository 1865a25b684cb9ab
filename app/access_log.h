// One line in the log for each request.
#pragma once

#include <functional>
#include <string>

#include "http/server.h"

namespace lightfast {

// No query, no header, no body: nothing that could be a secret. `client_of`, where a request comes
// from, is asked where the line is wanted.
void log_access(const http::Answered& answered,
                const std::function<std::string(const http::Request&)>& client_of);

}  // namespace lightfast
