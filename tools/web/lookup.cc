#include "tools/web/lookup.h"

#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <atomic>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/guarded.h"
#include "base/handles.h"

namespace lightfast::web {
namespace {

// What the resolver says: addresses, or an error number of its own.
struct Found {
  int failed = 0;
  Addresses addresses;
};

Found ask_resolver(const std::string& host, const std::string& port, int flags) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | flags;
  addrinfo* first = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &first);
  return {failed, Addresses(failed == 0 ? first : nullptr)};
}

constinit std::atomic<int> lookups_under_way = 0;

// A place among kMaxLookups, held until it is let go.
class Place {
 public:
  Place() : is_taken_(lookups_under_way.fetch_add(1) < kMaxLookups) {}
  ~Place() { --lookups_under_way; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  [[nodiscard]] bool is_taken() const { return is_taken_; }

 private:
  const bool is_taken_;
};

// Shared by who waits and the thread that asks.
struct Lookup {
  Lookup(const BaseUrl& url, UniqueFd event)
      : host(url.host), port(std::to_string(url.port)), done(std::move(event)) {}

  void ask() {
    auto answer = ask_resolver(host, port, 0);
    found.with([&answer](auto& result) { result = std::move(answer); });
    ::eventfd_write(done.get(), 1);
  }

  const Place place;
  const std::string host, port;
  const UniqueFd done;  // an eventfd
  Guarded<std::optional<Found>> found;
};

bool begin(const std::shared_ptr<Lookup>& lookup) try {
  std::thread([lookup] { lookup->ask(); }).detach();
  return true;
} catch (const std::system_error&) {
  return false;
}

std::expected<Addresses, Fault> addresses_of(Found found, const std::string& host) {
  if (found.failed == 0) return std::move(found.addresses);
  return fault(Fault::Kind::Other,
               fmt::format("looking up '{}': {}", host, ::gai_strerror(found.failed)));
}

}  // namespace

void FreeAddresses::operator()(addrinfo* first) const { ::freeaddrinfo(first); }

std::expected<Addresses, Fault> look_up(const BaseUrl& url, const Patience& patience) {
  auto read = ask_resolver(url.host, std::to_string(url.port), AI_NUMERICHOST);
  if (read.failed == 0) return std::move(read.addresses);
  UniqueFd event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event) return fault(Fault::Kind::Other, "no descriptor is left to look up its name");
  const auto lookup = std::make_shared<Lookup>(url, std::move(event));
  if (!lookup->place.is_taken()) {
    return fault(Fault::Kind::Other,
                 fmt::format("{} lookups of names wait for an answer already; is the name server "
                             "reachable?",
                             kMaxLookups));
  }
  if (!begin(lookup)) return fault(Fault::Kind::Other, "no thread is left to look up its name");
  switch (patience.wait(lookup->done.get(), POLLIN)) {
    case Patience::Wake::Cancelled:
      return fault(Fault::Kind::Cancelled, "the call was cancelled");
    case Patience::Wake::Late:
      return fault(Fault::Kind::Late, fmt::format("looking up '{}' took too long", url.host));
    case Patience::Wake::Ready:
      break;
  }
  return addresses_of(*lookup->found.with([](auto& result) { return std::move(result); }),
                      url.host);
}

}  // namespace lightfast::web
