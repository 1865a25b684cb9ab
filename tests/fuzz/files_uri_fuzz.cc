// URIs of files: any text is read without harm, what is a path stays beneath the root and comes
// back from its URI.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tools/files/uri.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lightfast::files;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto path = path_of(text);
  if (!path) return 0;
  assert(!path->starts_with('/') && !path->ends_with('/'));
  for (const char* outside : {"/../", "/./", "//"}) assert(!("/" + *path + "/").contains(outside));
  assert(path_of(uri_of(*path)) == path);
  return 0;
}
