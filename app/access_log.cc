#include "app/access_log.h"

#include "base/log.h"
#include "base/text.h"

namespace lightfast {

void log_access(const http::Answered& answered,
                const std::function<std::string(const http::Request&)>& client_of) {
  constexpr std::size_t kMaxPathLogged = 200;
  if (!log_for("access").should_log(spdlog::level::info)) return;
  const auto& request = answered.request;
  log_for("access").info(
      "method={} path={} status={} bytes={} ms={:.1f} client={} caller={} request={}",
      visible_line(request.method.substr(0, 16)),
      visible_line(request.path().substr(0, kMaxPathLogged)), answered.status, answered.bytes,
      static_cast<double>(answered.took.count()) / 1000, visible_line(client_of(request)),
      answered.caller.empty() ? "-" : visible_line(answered.caller), request.id.value);
}

}  // namespace lightfast
