// One sync, from the request to the snapshot that `current` names. Holds sync.lock throughout.
#pragma once

#include "base/result.h"
#include "tools/repo/git/request.h"
#include "tools/repo/git/response.h"

namespace lightfast::repo {

// On an error `current` is as it was. `refusal` says which rule the repository broke, if that was
// it.
Result<SyncDone> sync(const SyncRequest& request, Refusal& refusal);

}  // namespace lightfast::repo
