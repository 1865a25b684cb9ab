// Whatever JSON another server answers to a search is refused with words, or becomes an answer that
// can be written and read again as the same one.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <nlohmann/json.hpp>

#include "contract/search.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lightfast;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return 0;
  const auto answer = contract::search_answer(json);
  if (!answer) {
    assert(answer.error().kind == ErrorKind::Corrupt && !answer.error().message.empty());
    return 0;
  }
  const auto written = contract::to_json(*answer, {.value = "id"});
  const auto again = contract::search_answer(written);
  assert(again && again->results.size() == answer->results.size());
  assert(contract::to_json(*again, {.value = "id"})["results"].size() == written["results"].size());
  return 0;
}
