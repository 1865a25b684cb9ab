// The Memory service: long-term memory that answers `search` and `contents` as the contract says,
// and takes documents. On the HTTP server's thread, which hands the work to a few others: nobody
// who asks waits for those who write.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "auth/shared_key.h"
#include "base/guarded.h"
#include "base/json.h"
#include "base/result.h"
#include "contract/schema.h"
#include "http/access.h"
#include "http/exchange.h"
#include "mcp/worker_pool.h"
#include "tools/documents/document.h"
#include "tools/documents/store.h"

namespace lightfast {

class MemoryService final : public http::Service {
 public:
  struct Options {
    std::filesystem::path file;  // of the documents; is made when there is none
    auth::SharedKey key;
    http::AccessRules access;
  };
  static Result<std::unique_ptr<MemoryService>> open(Options options);

  void handle(std::shared_ptr<http::Exchange> exchange) override;
  void cut() override { stop_.request_stop(); }  // searches answer with what they have

 private:
  using Clock = std::chrono::steady_clock;
  struct Call {
    const http::Request& request;
    Clock::time_point arrived;
  };
  struct Route {
    std::string_view path;
    Result<Json> (MemoryService::*answer)(const Json& body, const Call& call);
    mcp::WorkerPool MemoryService::* pool;
  };
  struct Parts {
    documents::Reader reader;
    contract::Schema search;
    documents::Writer writer;
    std::vector<documents::Store> stores;  // one for each thread
  };
  static const Route* find_route(std::string_view path);
  MemoryService(Options options, Parts parts);

  // What is wrong with a request before its body is looked at.
  [[nodiscard]] bool refuse(http::Exchange& exchange, const Route* route) const;
  http::Response answer(const Route& route, const Call& call);
  Result<Json> guarded(const Route& route, const Call& call);
  Result<Json> search(const Json& body, const Call& call);
  Result<Json> contents(const Json& body, const Call& call);
  Result<Json> add(const Json& body, const Call& call);
  Result<Json> remove(const Json& body, const Call& call);
  class Lease;  // of a store

  const Options options_;
  const documents::Reader reader_;
  const contract::Schema search_;
  documents::Writer writer_;  // of the one thread that writes
  Guarded<std::vector<documents::Store>> idle_;
  std::stop_source stop_;
  mcp::WorkerPool reading_, writing_;  // end first
};

}  // namespace lightfast
