// What things are called: short names of entities, and URLs for comparison. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace lightfast::store {

// What is enough of an entity's id where it is clear what is meant, in lower case: of
// `pr:acme/web#142` `#142`, of `commit:acme/web@1F2E` `1f2e`, of `repo:acme/web` `web`, of
// `person:Mia` `mia`.
std::string short_name(std::string_view entity);

// A URL without those parameters of its query that say where a reader came from (`utm_source`), or
// what of the page is shown (`tab`).
std::string without_tracking(std::string_view url);

// An http or https URL without what does not tell pages apart: scheme and host in lower case, no
// `www.`, tracking, fragment and slash at the end. Empty for anything else.
std::string canonical_url(std::string_view url);

// The entity that a page of GitHub's or Linear's is about, `pr:acme/web#142`; empty for others.
std::string entity_of_url(std::string_view url);

}  // namespace lightfast::store
