// Which tiers this machine gives, found out by really starting a sandbox of each.
#pragma once

#include "sandbox/plan.h"
#include "sandbox/protocol.h"

namespace lightfast::sandbox {

// Tries the tiers in order, up to the first that works or, as `spec.all` says, each of them. Takes
// a few milliseconds a tier, and at most two seconds when the kernel is stuck. Nothing of it is
// left running.
TierReport probe_tiers(const ReportSpec& spec, const Identity& launcher);

}  // namespace lightfast::sandbox
