// A resolver, for the test program that includes this in one of its files: it takes the place of
// getaddrinfo(3). Names below `.hangs` it does not answer, until it is let go.
#pragma once

#include <dlfcn.h>
#include <netdb.h>

#include <atomic>
#include <chrono>
#include <string_view>
#include <thread>

namespace lightfast::test {

inline std::atomic<bool> resolver_hangs = true;
inline std::atomic<int> hanging_lookups = 0;

// While it hangs is what a test is about; it ends with this.
struct HangingResolver {
  HangingResolver() { resolver_hangs = true; }
  HangingResolver(const HangingResolver&) = delete;
  HangingResolver& operator=(const HangingResolver&) = delete;
  ~HangingResolver() {
    resolver_hangs = false;
    while (hanging_lookups > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
};

}  // namespace lightfast::test

// The libraries that call it are linked with it, although nothing here does.
extern "C" [[gnu::used]] inline int getaddrinfo(const char* name, const char* service,
                                                const addrinfo* hints, addrinfo** found) {
  using namespace lightfast::test;
  const bool is_a_name = (hints->ai_flags & AI_NUMERICHOST) == 0;
  if (is_a_name && std::string_view(name).ends_with(".hangs")) {
    ++hanging_lookups;
    while (resolver_hangs) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    --hanging_lookups;
    return EAI_AGAIN;
  }
  static const auto real =
      reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(name, service, hints, found);
}
