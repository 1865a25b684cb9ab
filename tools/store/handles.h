// What people call things by: `#142`, `pr:142`, `web#142`, `LIN-482`, `@mia`, a commit's SHA, a
// file's path, a URL; and which entities of a store they mean. Looked up by indexes alone, within a
// bound.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tools/store/reader.h"

namespace lightfast::store {

// By what an entity is looked up.
struct Handle {
  enum class Form {
    Id,         // `name` is its id
    Name,       // it is called `name`: its short name, in lower case, or a URL
    Beginning,  // its short name begins with `name`
  };
  Form form = Form::Id;
  std::string name;
  // What else its id has to be like, both in lower case: of which type it is, and, before the mark
  // that its name begins with, what it ends with (`/web` of `pr:acme/web#142`); empty: any.
  std::string type = {}, scope = {};

  bool operator==(const Handle&) const = default;
};

// What `text` may mean by its form, the likeliest first; nothing when it is a plain word, or could
// stand in no id. Pure.
std::vector<Handle> handles_of(std::string_view text);

struct Found {
  std::vector<std::string> ids;  // of entities, at most kMostFound
  bool is_all = true;            // none was left out, or not looked at
};
inline constexpr std::size_t kMostFound = 50;

// The entities that are there by any of `handles`.
Result<Found> find_entities(Reader& reader, const std::vector<Handle>& handles);

// The one entity that `text` means: its id, or else a handle, or else a short name (`mia`).
// NotFound when there is none; InvalidArgument, of `field`, that lists those that it may mean when
// there are several, and when it could stand in no id.
Result<std::string> resolve_entity(Reader& reader, std::string_view text, const std::string& field);

// The types of entities that there are, in order, at most 100.
Result<std::vector<std::string>> entity_types(Reader& reader);

}  // namespace lightfast::store
