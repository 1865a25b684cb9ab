// A client of a Memory service that a test plays, and questions to it.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "memory_double.h"
#include "temp_directory.h"
#include "tools/memory/client.h"

namespace lightfast::test {

using Clock = std::chrono::steady_clock;

inline std::string answer_of(const std::string& title) {
  const Json result = {{"id", "e1"},     {"title", title},       {"snippet", "s"},
                       {"score", 1},     {"source", "x"},        {"type", "y"},
                       {"url", nullptr}, {"occurredAt", nullptr}};
  return Json{{"results", {result}}, {"total", 1}}.dump();
}

// Answers each search with one result of this title.
inline MemoryDouble::Behave answers(const std::string& title) {
  return [body = answer_of(title)](const DoubleExchange& exchange) { exchange.reply(200, body); };
}

inline MemoryDouble::Behave says(int status, const std::string& body,
                                 const std::string& headers = "") {
  return [=](const DoubleExchange& exchange) { exchange.reply(status, body, headers); };
}

inline std::unique_ptr<memory::Client> client_of(const memory::ClientOptions& options) {
  auto client = memory::Client::create(options);
  REQUIRE(client);
  return *std::move(client);
}

inline memory::Recalled ask(memory::LongTerm& memory, const std::string& query,
                            std::chrono::milliseconds time = std::chrono::seconds(10)) {
  const auto deadline = Clock::now() + time;
  const auto recalled =
      memory.ask({.query = query, .wait = time}, deadline, std::stop_token())->wait();
  // A bound for a machine that is busy; what is meant is that it does not wait for the service.
  CHECK(Clock::now() < deadline + std::chrono::seconds(2));
  CHECK(recalled.report.count == static_cast<std::int64_t>(recalled.answer.results.size()));
  return recalled;
}

inline std::string title_of(const memory::Recalled& recalled) {
  const auto& results = recalled.answer.results;
  return results.empty() ? "none" : results.front().title;
}

}  // namespace lightfast::test
