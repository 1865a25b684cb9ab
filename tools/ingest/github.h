// Deliveries of GitHub's webhooks: whether they are genuine, and what they are about. Pure
// functions. https://docs.github.com/webhooks
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/ingest/ledger.h"
#include "tools/ingest/posted.h"

namespace lightfast::ingest {

// Whether `header`, the value of X-Hub-Signature-256, is the HMAC-SHA256 of `body` under one of
// `secrets`. Takes the same time whichever it is, and however much of it is right.
bool is_signed(std::string_view body, std::string_view header,
               const std::vector<std::string>& secrets);

// What was posted as a delivery for the ledger: waiting, where it may change what the repository's
// branch `branch` (empty: the default one) holds or whether it can be reached, else ignored. A
// Refusal when it is not genuine, or not what GitHub sends.
std::expected<Delivery, Refusal> read_github(const Posted& posted,
                                             const std::vector<std::string>& secrets,
                                             const std::string& branch);

}  // namespace lightfast::ingest
