// What a served Lightfast counts, in Prometheus' words. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace lightfast {

// What is looked at when it is asked for; a counter's value is set as it is.
struct Sample {
  std::string_view name;
  double value = 0;
  std::string org = {};     // whose it is; empty: the whole server's
  std::string reason = {};  // in words, of a problem
};

class Metrics {
 public:
  Metrics();
  ~Metrics();

  // A call of a procedure for an organisation, which ended with `code` ("ok", or one of the
  // contract's).
  struct Call {
    std::string org, procedure, code;
  };
  void count_call(const Call& call, std::chrono::duration<double> took);
  // On one thread alone.
  void count_request(int status);

  // All of it in the text format, `samples` included; with `only`, nothing of other organisations.
  [[nodiscard]] std::string text(const std::vector<Sample>& samples,
                                 const std::optional<OrgId>& only) const;

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace lightfast
