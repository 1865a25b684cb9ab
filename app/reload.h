// What a running server does on SIGHUP: reads its certificate, its configuration file and the files
// of secrets again, and serves the organisations that it then finds, without an end to what goes
// on. On the HTTP server's thread.
#pragma once

#include <functional>

#include "app/http_auth.h"
#include "app/served_orgs.h"
#include "app/services.h"
#include "app/settings.h"
#include "http/server.h"
#include "tools/ingest/ingest.h"

namespace lightfast {

// Whose webhooks are taken, and what they are signed with.
ingest::Routing routing_of(const Services::Orgs& orgs, const Settings& settings);

class Reload {
 public:
  struct Parts {
    http::Server& http;
    HttpAuth& auth;
    Services& services;
    ServedOrgs& orgs;
    ingest::Ingest& ingest;
  };
  // `again` reads the settings anew.
  Reload(const Parts& parts, const Settings& settings, std::function<Result<Settings>()> again)
      : parts_(parts), settings_(settings), again_(std::move(again)) {}

  // What cannot be read or used is logged, and stays as it was.
  void run();

 private:
  void use(const Settings& settings);

  const Parts parts_;
  const Settings settings_;  // of the start
  const std::function<Result<Settings>()> again_;
};

}  // namespace lightfast
