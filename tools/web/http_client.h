// HTTP/1.1 with one server over one connection, which is kept between requests. One thread at a
// time.
//
// cpp-httplib writes requests and reads answers; connecting, TLS, waiting and all bounds are ours
// (connection.h), because its own timeouts are for each read, and its cancellation waits for a
// connection to be made.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/base_url.h"
#include "tools/web/connection.h"
#include "tools/web/patience.h"

namespace lightfast::web {

struct Request {
  std::string method, path;
  std::string api_key;  // as the bearer token; empty: none
  std::string body;     // JSON
  std::vector<std::pair<std::string, std::string>> headers = {};  // more of them
  bool is_repeatable = false;  // it does no harm when the server gets it twice
};

struct Answer {
  int status = 0;
  std::string reason = {}, location = {}, retry_after = {};  // as they came; empty when absent
  std::string body = {};
};

// `answer` as it may be quoted in a message, whatever a server repeats of what it was sent.
Answer without_key(Answer answer, const std::string& api_key);

// Why there is no answer, and how far it came.
struct Failure {
  Fault fault;
  bool connecting = false;  // there was no connection yet: nothing was sent
  bool reused = false;      // the connection was one of an earlier request
  bool answered = false;    // some of an answer came
};

struct HttpLimits {
  ConnectLimits connect = {};
  std::size_t answer_bytes = std::size_t{16} << 20;  // of a body
};

class HttpClient {
 public:
  // Connects with the first request. Both outlive this; `trust` may be null for plain http.
  HttpClient(const BaseUrl& url, const Trust* trust, const HttpLimits& limits = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Sends `request` and waits for the whole answer; of a larger one than the limit no more is read.
  // Redirects are answers like others. After a failure the connection is closed, which is how the
  // server learns that a call was cancelled; the next request makes a new one.
  std::expected<Answer, Failure> send(const Request& request, const Patience& patience);

 private:
  class Transport;
  std::unique_ptr<Transport> transport_;
};

}  // namespace lightfast::web
