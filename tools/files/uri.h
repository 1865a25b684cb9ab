// The files of the repository as URIs: `lightfast://repo/PATH` (RFC 3986), every byte of a path
// that is not unreserved or a slash percent-encoded. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lightfast::files {

// RFC 6570, level 2: what is filled in keeps its slashes.
inline constexpr const char* kUriTemplate = "lightfast://repo/{+path}";

std::string uri_of(std::string_view path);

// The path that `uri` names; nothing when it is not of a file of the repository: another scheme or
// authority, a query or fragment, a broken escape, an empty, `.` or `..` component, a NUL.
std::optional<std::string> path_of(std::string_view uri);

// The media type of a file by its name; empty when the name does not tell.
std::string_view media_type(std::string_view path);

}  // namespace lightfast::files
