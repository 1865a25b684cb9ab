#include "tools/providers/providers.h"

#include <algorithm>
#include <array>

namespace lightfast::providers {

std::vector<store::Event> events_of(std::string_view provider, const Notice& notice) {
  struct Reader {
    std::string_view provider;
    std::vector<store::Event> (*read)(const Notice&);
  };
  static constexpr std::array kReaders = {
      Reader{"github", github_events},   Reader{"vercel", vercel_events},
      Reader{"linear", linear_events},   Reader{"sentry", sentry_events},
      Reader{"generic", generic_events},
  };
  const auto* const found = std::ranges::find(kReaders, provider, &Reader::provider);
  return found == kReaders.end() ? std::vector<store::Event>() : found->read(notice);
}

}  // namespace lightfast::providers
