// Whatever request is one for documents can be written and read again as the same one, within the
// bounds that are promised; any other is refused with words.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tools/documents/document.h"

namespace {

using namespace lightfast;
using namespace lightfast::documents;

void check(const Reader& reader, const Document& document) {
  assert(!document.id.empty() && document.id.size() <= kMaxId);
  assert(document.body.size() <= kMaxBody);
  const auto again = reader.document(to_json(document).dump());
  assert(again && *again == document);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto reader = Reader::create().value();
  const auto body = parse({reinterpret_cast<const char*>(data), size});
  if (!body) return 0;
  const auto documents = reader.documents(*body);
  if (!documents) assert(!documents.error().message.empty());
  if (documents) {
    for (const auto& document : *documents) check(reader, document);
  }
  if (const auto request = reader.contents(*body)) {
    const auto answer =
        contents_answer(*request, documents ? *documents : std::vector<Document>(), {});
    assert(answer["missing"].size() == request->ids.size());
  }
  (void)reader.removal(*body);
  return 0;
}
