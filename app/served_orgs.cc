#include "app/served_orgs.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "app/offer.h"
#include "contract/error.h"

namespace lightfast {
namespace {

// Of a lone organisation; where there are hundreds, those that wait are no fewer than those at
// work.
constexpr std::size_t kThreadsOfOne = 8;

void observe_calls(Organisation& org, Metrics& metrics) {
  org.catalog().observe([&metrics, name = org.id().value](
                            const contract::Procedure& procedure, const Result<Json>& output,
                            std::chrono::steady_clock::duration took) {
    const auto code = output ? std::string("ok")
                             : contract::error_body(output.error(), {})["code"].get<std::string>();
    metrics.count_call({.org = name, .procedure = procedure.name("."), .code = code}, took);
  });
}

}  // namespace

ServedOrg::ServedOrg(std::shared_ptr<Organisation> org, std::size_t kept_threads, Metrics& metrics)
    : org_(std::move(org)), mcp_(make_mcp_server(*org_, kept_threads)), endpoint_(*mcp_) {
  observe_calls(*org_, metrics);
}

ServedOrg::~ServedOrg() { org_->repo().on_change({}); }

void ServedOrgs::serve(const Services::Orgs& orgs) {
  const auto kept_threads = orgs.size() == 1 ? kThreadsOfOne : 0;
  std::map<OrgId, std::unique_ptr<ServedOrg>> now;
  for (const auto& [id, org] : orgs) {
    auto& before = served_[id];
    const bool is_same = before && before->org() == org;
    if (!is_same && before) leaving_.push_back(std::move(before));
    now[id] =
        is_same ? std::move(before) : std::make_unique<ServedOrg>(org, kept_threads, metrics_);
  }
  for (auto& [id, gone] : served_) {
    if (gone) leaving_.push_back(std::move(gone));
  }
  served_.swap(now);
  for (const auto& leaving : leaving_) {
    leaving->endpoint().drain();
    leaving->org()->end();
  }
}

ServedOrg* ServedOrgs::find(const OrgId& org) {
  const auto found = served_.find(org);
  return found == served_.end() ? nullptr : found->second.get();
}

void ServedOrgs::keep_house() {
  for (const auto& [id, served] : served_) served->endpoint().keep_house();
  std::erase_if(leaving_, [](const auto& leaving) {
    const auto load = leaving->mcp().pool().load();
    return load.running + load.waiting == 0 && leaving->endpoint().is_idle();
  });
}

void ServedOrgs::drain() {
  for (const auto& [id, served] : served_) served->endpoint().drain();
}

void ServedOrgs::cut(std::string_view why) {
  for (const auto& [id, served] : served_) served->endpoint().cut(why);
  for (const auto& leaving : leaving_) leaving->endpoint().cut(why);
}

bool ServedOrgs::wait_until_idle(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const auto is_idle = [deadline](ServedOrg& served) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    return served.mcp().pool().wait_until_idle(std::max(left, std::chrono::milliseconds(0)));
  };
  return std::ranges::all_of(served_, [&](auto& entry) { return is_idle(*entry.second); }) &&
         std::ranges::all_of(leaving_, [&](auto& leaving) { return is_idle(*leaving); });
}

std::size_t ServedOrgs::sessions() const {
  std::size_t sessions = 0;
  for (const auto& [id, served] : served_) sessions += served->endpoint().sessions();
  return sessions;
}

mcp::WorkerPool::Load ServedOrgs::load() {
  mcp::WorkerPool::Load all;
  for (const auto& [id, served] : served_) {
    const auto load = served->mcp().pool().load();
    all.running += load.running;
    all.waiting += load.waiting;
  }
  return all;
}

}  // namespace lightfast
