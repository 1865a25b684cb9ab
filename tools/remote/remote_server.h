// Another lightfast server, whose REST routes do the work of the procedures here.
//
// Any thread; handlers run on their callers' and block there. Nothing is sent before the first
// call. Each call has a connection of its own; some are kept for the next ones.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "base/base_url.h"
#include "base/json.h"
#include "base/result.h"
#include "contract/procedure.h"
#include "tools/web/client_pool.h"
#include "tools/web/http_client.h"

namespace lightfast::remote {

struct RemoteOptions {
  std::string base_url;                // as parse_base_url() takes it
  std::string api_key = {};            // an API key or an OAuth access token; empty: none
  std::filesystem::path ca_file = {};  // certificate authorities besides the system's; empty: none
};

class RemoteServer {
 public:
  // InvalidArgument says what is wrong with the options, without repeating the key.
  static Result<std::unique_ptr<RemoteServer>> create(RemoteOptions options);
  ~RemoteServer();

  // What does `procedure` by asking its route there: input and output as they are, errors with the
  // server's words. This server outlives it. A call may take as long as its own `timeoutMs` and
  // kQueueTime; kCallTime where it has none. When cancelled it ends at once, and so does the
  // connection, which tells the server. A kept connection that the server has closed meanwhile is
  // replaced, and a read-only procedure asked again; nobody listening is tried twice. The only
  // error here is a schema that does not compile.
  Result<contract::Handler> handler_for(const contract::Procedure& procedure);

  static constexpr std::chrono::seconds kQueueTime{10};
  static constexpr std::chrono::seconds kCallTime{90};
  static constexpr std::chrono::milliseconds kRefusedPause{200};

  [[nodiscard]] const BaseUrl& url() const { return clients_.url(); }

 private:
  struct Route;
  RemoteServer(BaseUrl url, RemoteOptions options);

  Result<Json> call(const Route& route, const Json& input, const contract::CallContext& context);
  std::expected<web::Answer, web::Failure> exchange(const web::Request& request,
                                                    const web::Patience& patience);

  const RemoteOptions options_;
  web::ClientPool clients_;
};

}  // namespace lightfast::remote
