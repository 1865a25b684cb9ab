// What a text that people wrote points at: `#12`, `acme/web#3`, `LIN-482`, URLs of GitHub and
// Linear. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/providers/draft.h"

namespace lightfast::providers {

struct Mention {
  std::string entity;
  // After `fixes`, `closes`, `resolves` and their forms, as GitHub reads them
  // (https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue).
  bool is_fixed = false;

  bool operator==(const Mention&) const = default;
};

// Each thing once, in the order of the text, at most 64. Of code, quoted by backquotes, and HTML
// comments nothing. A bare number is of `repo`, and an issue: whether it is a pull request only a
// URL, `Merge pull request #1` and a commit's `(#1)` at the end of its first line tell.
std::vector<Mention> mentions_in(std::string_view text, std::string_view repo);

// The entity that a URL is about; empty when none.
std::string entity_at(std::string_view url);

// Has the draft say what `text` points at: that it `fixes` it, where keywords count, or else that
// it `references` it; and that it does no more what only an earlier text said.
enum class Keywords { Count, AreWords };
void relate_mentions(Draft& draft, std::string_view text, std::string_view repo,
                     Keywords keywords = Keywords::Count, std::string_view earlier = {});

}  // namespace lightfast::providers
