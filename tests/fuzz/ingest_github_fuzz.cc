// Whatever is signed, as JSON or as a form, is a delivery with an id and an event that can stand in
// a line, or refused; and nothing is taken that is not signed.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "base/text.h"
#include "tools/ingest/github.h"

namespace {

using namespace lightfast;
using namespace lightfast::ingest;

const std::string secret = "secret";

std::string signature_of(std::string_view body) {
  std::array<unsigned char, 32> digest{};
  unsigned length = digest.size();
  ::HMAC(::EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data(), &length);
  return fmt::format("sha256={:02x}", fmt::join(digest, ""));
}

}  // namespace

// The first byte says whether it is a form; the first line is the event.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string event(bytes.substr(0, bytes.find('\n')));
  const auto body = bytes.substr(std::min(event.size() + 1, bytes.size()));
  const bool is_form = data[0] % 2 == 1;
  std::string signature = signature_of(body);
  const Posted posted{.org = {}, .body = body, .header = [&](std::string_view name) -> std::string {
                        if (name == "X-Hub-Signature-256") return signature;
                        if (name == "X-GitHub-Event") return event;
                        if (name == "X-GitHub-Delivery") return "1";
                        return is_form ? "application/x-www-form-urlencoded" : "application/json";
                      }};
  const auto read = read_github(posted, {"other", secret});
  assert(read ? read->event.starts_with(event) && visible_line(read->event) == read->event
              : read.error().status == 400 && !read.error().why.empty());
  signature.back() = signature.back() == '0' ? '1' : '0';
  assert(!read_github(posted, {"other", secret}));
  return 0;
}
