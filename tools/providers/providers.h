// What providers' webhooks say, as events. Pure functions: a payload whose signature was found
// right becomes one event or more, whatever it holds; nothing is lost, and nothing that the store
// would not take is made. An event's id is made of what happened, so that one fact has one id,
// however often and by whichever webhook it is told.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/iso_time.h"
#include "base/json.h"
#include "tools/store/event.h"

namespace lightfast::providers {

// A delivery, its signature found right.
struct Notice {
  std::string id;       // the provider's own
  std::string event;    // that a header names, such as `pull_request`; else empty
  const Json& payload;  // an object
  Moment received_at = {};
};

// `provider` is one of github, vercel, linear, sentry and generic.
std::vector<store::Event> events_of(std::string_view provider, const Notice& notice);

// https://docs.github.com/en/webhooks/webhook-events-and-payloads
std::vector<store::Event> github_events(const Notice& notice);

// https://vercel.com/docs/webhooks/webhooks-api
std::vector<store::Event> vercel_events(const Notice& notice);

// https://linear.app/developers/webhooks
std::vector<store::Event> linear_events(const Notice& notice);

// https://docs.sentry.io/integrations/integration-platform/webhooks/
std::vector<store::Event> sentry_events(const Notice& notice);

// Of a sender of one's own, by Standard Webhooks: one of the store's own events as it is, or
// anything else with a `type`.
std::vector<store::Event> generic_events(const Notice& notice);

}  // namespace lightfast::providers
