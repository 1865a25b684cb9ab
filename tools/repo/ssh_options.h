// Whether a repository over ssh has what it needs: a key that can be used, and the host's.
#pragma once

#include <string_view>

#include "base/result.h"
#include "tools/repo/repo.h"
#include "tools/repo/source.h"

namespace lightfast::repo {

// A private key that needs no passphrase: PEM, or OpenSSH's own format. InvalidArgument says what
// it is instead, nothing of it being repeated. Only its form is looked at.
Result<void> check_private_key(std::string_view text);

// InvalidArgument names the variable to set, and how to make what it names.
Result<void> check_ssh_options(const RepoOptions& options, const RemoteUrl& url);

}  // namespace lightfast::repo
