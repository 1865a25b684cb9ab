#include "tools/web/client_pool.h"

#include <algorithm>
#include <utility>

namespace lightfast::web {
namespace {

constexpr std::size_t kMaxKeyBytes = 16384;
constexpr std::size_t kKeptClients = 8;

bool is_stale(const Failure& failure) {
  return failure.reused && !failure.answered && failure.fault.kind == Fault::Kind::Closed;
}

}  // namespace

ClientPool::ClientPool(BaseUrl url, std::filesystem::path ca_file, const HttpLimits& limits)
    : url_(std::move(url)), ca_file_(std::move(ca_file)), limits_(limits) {}

Result<void> ClientPool::prepare() {
  TRY(trust());
  return {};
}

std::expected<Answer, Failure> ClientPool::send(const Request& request, const Patience& patience) {
  auto client = take();
  if (!client) {
    return std::unexpected(
        Failure{.fault = {Fault::Kind::Other, std::move(client).error()}, .connecting = true});
  }
  auto answer = (*client)->send(request, patience);
  if (!answer && request.is_repeatable && is_stale(answer.error()))
    answer = (*client)->send(request, patience);
  if (answer) keep(*std::move(client));
  return answer;
}

Result<const Trust*> ClientPool::trust() {
  if (!url_.encrypted) return nullptr;
  return trust_.with([this](auto& made) -> Result<const Trust*> {
    if (!made) made = TRY(Trust::create(ca_file_));
    return &*made;
  });
}

Result<std::unique_ptr<HttpClient>> ClientPool::take() {
  auto kept = idle_.with([](auto& idle) -> std::unique_ptr<HttpClient> {
    if (idle.empty()) return nullptr;
    auto last = std::move(idle.back());
    idle.pop_back();
    return last;
  });
  if (kept) return kept;
  return std::make_unique<HttpClient>(url_, TRY(trust()), limits_);
}

void ClientPool::keep(std::unique_ptr<HttpClient> client) {
  idle_.with([&client](auto& idle) {
    if (idle.size() < kKeptClients) idle.push_back(std::move(client));
  });
}

bool is_sendable_key(std::string_view key) {
  const bool plain = std::ranges::all_of(key, [](char c) { return c > ' ' && c <= '~'; });
  return plain && key.size() <= kMaxKeyBytes;
}

}  // namespace lightfast::web
