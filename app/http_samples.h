// What of a server's parts goes into its metrics when they are asked for.
#pragma once

#include <vector>

#include "app/http_auth.h"
#include "app/metrics.h"
#include "app/served_orgs.h"
#include "app/services.h"
#include "http/server.h"
#include "tools/ingest/ingest.h"

namespace lightfast {

std::vector<Sample> samples_of(Services& services, ServedOrgs& orgs, const HttpAuth& auth,
                               const http::ServerState& http, ingest::Ingest& ingest);

}  // namespace lightfast
