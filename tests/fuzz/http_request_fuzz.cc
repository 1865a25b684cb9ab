// Whatever bytes come and in whatever pieces, a request is read within its limits, and reads the
// same whole as byte by byte.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/request_parser.h"
#include "tests/unit/http_feed.h"

namespace {

using namespace lightfast;
using State = http::RequestParser::State;

constexpr http::RequestLimits kLimits{
    .header_bytes = 512, .headers = 8, .target_bytes = 64, .body_bytes = 256};

void check_limits(const test::Read& read) {
  if (read.state == State::Failed) {
    assert(read.status >= 400 && read.status < 600 && !read.reason.empty());
    return;
  }
  assert(read.request.headers.fields().size() <= kLimits.headers);
  assert(read.request.target.size() <= kLimits.target_bytes);
  assert(read.request.body.size() <= kLimits.body_bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = test::read_in_pieces(bytes, bytes.size(), kLimits);
  const auto pieces = test::read_in_pieces(bytes, data[0] % 16 + 1, kLimits);
  check_limits(whole);
  check_limits(pieces);
  if (whole.state != State::Done || pieces.state != State::Done) return 0;
  assert(whole.taken == pieces.taken);
  assert(whole.request.body == pieces.request.body);
  assert(whole.request.target == pieces.request.target);
  assert(whole.request.headers == pieces.request.headers);
  return 0;
}
