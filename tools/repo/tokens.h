// Where the token for a repository's host comes from, when it is not the same all the time.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/result.h"

namespace lightfast::repo {

class Tokens {
 public:
  Tokens() = default;
  Tokens(const Tokens&) = delete;
  Tokens& operator=(const Tokens&) = delete;
  virtual ~Tokens() = default;

  // A token that is good now; may wait for the network, until `stop` is requested. One thread at a
  // time.
  virtual Result<std::string> token(std::stop_token stop) = 0;

  // The last token was refused: the next is another.
  virtual void forget() = 0;
};

}  // namespace lightfast::repo
