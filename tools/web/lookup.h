// Finds the addresses of a host's name.
//
// The resolver (getaddrinfo(3)) waits as long as resolv.conf(5) says and cannot be interrupted. So
// it works on a thread that is left behind when the call is over, and that owns all it touches.
#pragma once

#include <expected>
#include <memory>

#include "base/base_url.h"
#include "tools/web/fault.h"
#include "tools/web/patience.h"

struct addrinfo;  // NOLINT(readability-identifier-naming): of netdb.h

namespace lightfast::web {

struct FreeAddresses {
  void operator()(addrinfo* first) const;
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

// At least one address of `url`'s host, with its port. An address that stands in place of a name is
// only read. Any thread; no longer than `patience`.
std::expected<Addresses, Fault> look_up(const BaseUrl& url, const Patience& patience);

// So many lookups may be under way in this process, those left behind included; more are refused.
inline constexpr int kMaxLookups = 64;

}  // namespace lightfast::web
