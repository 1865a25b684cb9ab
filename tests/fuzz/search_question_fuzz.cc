// Whatever is asked, the search of a store answers: within its bounds, in valid UTF-8, and without
// an error of the query language. The same bytes are also a text that snippets are made of.
#include <stdlib.h>

#include <cassert>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "contract/search.h"
#include "tools/search/search.h"
#include "tools/store/store.h"

namespace {

using namespace lightfast;

store::Event event(int number, const std::string& title) {
  return {.id = "e" + std::to_string(number),
          .source = "fuzz",
          .type = number % 2 == 0 ? "pull_request.opened" : "deployment.created",
          .occurred_at = Moment(std::chrono::hours(number)),
          .subject = "pr:acme/web#" + std::to_string(number % 7),
          .title = title,
          .body = "retry_uploads in src/url.cc, see LIN-482 and #142: Größe \xE6\xBC\xA2",
          .url = "https://github.com/acme/web/pull/1",
          .attributes = {{"state", "open"}}};
}

// Made once.
const std::filesystem::path& store_file() {
  static const auto file = [] {
    std::string name = std::filesystem::temp_directory_path() / "lightfast-fuzz-XXXXXX";
    assert(::mkdtemp(name.data()) != nullptr);
    const auto place = std::filesystem::path(name) / "store.db";
    auto writer = store::StoreWriter::open(place, "a fuzz target");
    assert(writer.has_value());
    std::vector<store::Event> events;
    for (int i = 0; i < 40; ++i)
      events.push_back(event(i, "Retry uploads, part " + std::to_string(i)));
    assert(writer->add(events, Moment{}).has_value());
    return place;
  }();
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static store::Readers readers(store_file());
  static const auto handler = search::make_search_handler(readers, nullptr);
  const std::string text(reinterpret_cast<const char*>(data),
                         std::min(size, contract::kMaxQueryBytes));
  const auto answer = handler({{"query", text}, {"limit", 50}}, {});
  assert(answer.has_value());
  assert((*answer)["tiers"]["store"]["state"] == "ok");
  (void)answer->dump();  // throws where a text is no UTF-8
  return 0;
}
