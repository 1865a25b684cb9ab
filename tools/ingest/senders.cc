#include "tools/ingest/senders.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "tools/ingest/signatures.h"

namespace lightfast::ingest {
namespace {

using Secrets = std::vector<std::string>;
using Read = std::expected<Genuine, Refusal>;

std::unexpected<Refusal> refuse(int status, std::string why) {
  return std::unexpected(Refusal{status, std::move(why)});
}

// A delivery's id, or what stands for one that is odd or missing.
std::string id_of(const std::string& id, std::string_view body) {
  return is_plain(id) ? id : fingerprint(id.empty() ? body : std::string_view(id));
}

// `issue.created`, as far as these can stand in a line.
std::string named(std::string_view kind, std::string_view action) {
  std::string name = is_plain(kind) ? std::string(kind) : "unknown";
  if (is_plain(action)) name.append(".").append(action);
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

bool is_about(Time time, Time now, std::chrono::milliseconds age) {
  return time >= now - age && time <= now + kAhead;
}

Refusal unsigned_by(std::string_view header) {
  return {401, fmt::format("{} is missing or not made with this server's secret", header)};
}

Read read_hub(const Posted& posted, const Secrets& secrets, Time /*now*/) {
  auto read = read_github(posted, secrets);
  if (!read) return std::unexpected(std::move(read.error()));
  return Genuine{.id = std::move(read->id),
                 .event = std::move(read->event),
                 .kind = read->about.name,
                 .payload = std::move(read->payload),
                 .about = std::move(read->about)};
}

Read read_vercel(const Posted& posted, const Secrets& secrets, Time /*now*/) {
  if (!is_signed(Hash::Sha1, posted.body, posted.header("x-vercel-signature"), secrets))
    return std::unexpected(unsigned_by("x-vercel-signature"));
  auto payload = object_in(posted.body);
  if (!payload) return std::unexpected(std::move(payload.error()));
  return Genuine{.id = id_of(text_in(*payload, "id"), posted.body),
                 .event = named(text_in(*payload, "type"), {}),
                 .payload = *std::move(payload)};
}

Read read_linear(const Posted& posted, const Secrets& secrets, Time now) {
  if (!is_signed(Hash::Sha256, posted.body, posted.header("Linear-Signature"), secrets))
    return std::unexpected(unsigned_by("Linear-Signature"));
  auto payload = object_in(posted.body);
  if (!payload) return std::unexpected(std::move(payload.error()));
  const auto sent = payload->find("webhookTimestamp");
  if (sent == payload->end() || !sent->is_number())
    return refuse(400, "the payload does not say webhookTimestamp");
  const auto at = std::clamp(sent->get<double>(), 0.0, 1e15);
  if (!is_about(Time(std::chrono::milliseconds(static_cast<std::int64_t>(at))), now, kLinearAge))
    return refuse(401, "webhookTimestamp is too far from this server's time");
  return Genuine{.id = id_of(posted.header("Linear-Delivery"), posted.body),
                 .event = named(text_in(*payload, "type"), text_in(*payload, "action")),
                 .payload = *std::move(payload)};
}

Read read_sentry(const Posted& posted, const Secrets& secrets, Time /*now*/) {
  if (!is_signed(Hash::Sha256, posted.body, posted.header("Sentry-Hook-Signature"), secrets))
    return std::unexpected(unsigned_by("Sentry-Hook-Signature"));
  auto payload = object_in(posted.body);
  if (!payload) return std::unexpected(std::move(payload.error()));
  auto resource = posted.header("Sentry-Hook-Resource");
  auto event = named(resource, text_in(*payload, "action"));
  return Genuine{.id = id_of(posted.header("Request-ID"), posted.body),
                 .event = std::move(event),
                 .kind = std::move(resource),
                 .payload = *std::move(payload)};
}

std::optional<Time> seconds_of(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool is_fine = failed == std::errc() && end == text.data() + text.size() && seconds > 0 &&
                       seconds < 1'000'000'000'000;
  return is_fine ? std::optional(Time(std::chrono::seconds(seconds))) : std::nullopt;
}

// Svix, whose scheme it was, calls its headers by another name.
Read read_standard(const Posted& posted, const Secrets& secrets, Time now) {
  const std::string prefix = posted.header("webhook-id").empty() ? "svix-" : "webhook-";
  const auto id = posted.header(prefix + "id");
  const auto timestamp = posted.header(prefix + "timestamp");
  const StandardParts parts{.id = id, .timestamp = timestamp, .body = posted.body};
  const auto sent = seconds_of(timestamp);
  if (id.empty() || !sent || !is_signed(parts, posted.header(prefix + "signature"), secrets))
    return std::unexpected(unsigned_by("webhook-signature"));
  if (!is_about(*sent, now, kStandardAge))
    return refuse(401, "webhook-timestamp is too far from this server's time");
  auto payload = object_in(posted.body);
  if (!payload) return std::unexpected(std::move(payload.error()));
  return Genuine{.id = id_of(id, posted.body),
                 .event = named(text_in(*payload, "type"), {}),
                 .payload = *std::move(payload)};
}

constexpr std::array kSenders = {
    Sender{"github", "GitHub", "LIGHTFAST_GITHUB_WEBHOOK_SECRET", "X-Hub-Signature-256", read_hub},
    Sender{"vercel", "Vercel", "LIGHTFAST_VERCEL_WEBHOOK_SECRET", "x-vercel-signature",
           read_vercel},
    Sender{"linear", "Linear", "LIGHTFAST_LINEAR_WEBHOOK_SECRET", "Linear-Signature", read_linear},
    Sender{"sentry", "Sentry", "LIGHTFAST_SENTRY_CLIENT_SECRET", "Sentry-Hook-Signature",
           read_sentry},
    Sender{"generic", "Standard Webhooks", "LIGHTFAST_WEBHOOK_SECRET", "webhook-signature",
           read_standard},
};

}  // namespace

const Sender* find_sender(std::string_view name) {
  if (name == "webhook") name = "generic";
  const auto* const found = std::ranges::find(kSenders, name, &Sender::name);
  return found == kSenders.end() ? nullptr : found;
}

}  // namespace lightfast::ingest
