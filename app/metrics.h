// What a served Lightfast counts, in Prometheus' words. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace lightfast {

class Metrics {
 public:
  Metrics();
  ~Metrics();

  // One call of `procedure`, which ended with `code` ("ok", or one of the contract's).
  void count_call(const std::string& procedure, const std::string& code,
                  std::chrono::duration<double> took);
  // On one thread alone.
  void count_request(int status);

  // What is looked at when it is asked for; a counter's value is set as it is.
  void set(std::string_view name, double value);

  // All of it in the text format.
  [[nodiscard]] std::string text() const;

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace lightfast
