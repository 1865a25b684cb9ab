// What things are called: short names of entities, URLs for comparison, and what in a text looks
// like a name. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "tools/store/event.h"

namespace lightfast::store {

// What is enough of an entity's id where it is clear what is meant, in lower case: of
// `pr:acme/web#142` `#142`, of `commit:acme/web@1F2E` `1f2e`, of `repo:acme/web` `web`, of
// `person:Mia` `mia`.
std::string short_name(std::string_view entity);

// An http or https URL without what does not tell pages apart: scheme and host in lower case, no
// `www.`, query, fragment and slash at the end. Empty for anything else.
std::string canonical_url(std::string_view url);

// The entity that a page of GitHub's or Linear's is about, `pr:acme/web#142`; empty for others.
std::string entity_of_url(std::string_view url);

// Whether a word is rather a name than one of the language: of functions, files, options, tickets.
bool is_name_like(std::string_view word);

// What in an event's title and body looks like a name, each once, in at most a few thousand bytes.
std::string names_of(const Event& event);

}  // namespace lightfast::store
