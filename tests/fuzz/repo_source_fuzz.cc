// What --repo may be: an ssh URL that is taken holds nothing that a shell or an option parser could
// misread, and reads the same when it is read again, as the helper does.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "tools/repo/source.h"

namespace {

using lightfast::repo::RemoteUrl;
using lightfast::repo::Scheme;

void check_ssh(const RemoteUrl& url) {
  constexpr std::string_view kSafe =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/~+@:[]";
  assert(url.text.find_first_not_of(kSafe) == std::string::npos);
  assert(!url.user.empty() && url.user[0] != '-' && !url.host.empty() && url.host[0] != '-');
  assert(url.path.size() > 1 && url.path[0] == '/' && !url.path.starts_with("/~/-"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto source = lightfast::repo::parse_source(text);
  if (!source) return 0;
  const auto* url = std::get_if<RemoteUrl>(&*source);
  if (url == nullptr) return 0;
  if (url->scheme == Scheme::Ssh) check_ssh(*url);
  const auto again = lightfast::repo::parse_remote_url(url->text);
  assert(again.has_value() && *again == *url);
  return 0;
}
