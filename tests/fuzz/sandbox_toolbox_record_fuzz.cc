// The record of a toolbox: any text is read without harm, and what was read says the same when it
// is written again.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>

#include "sandbox/toolbox_record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lightfast::sandbox;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto record = record_of(text);
  for (const auto* words : {&record.programs, &record.missing, &record.host_files}) {
    for (const auto& word : *words) assert(!word.empty() && text.find(word) != std::string::npos);
  }
  for (const auto& identity : record.identities) assert(identity.find('\n') == std::string::npos);
  // Without identities it is of no toolbox, and what is written then has an empty one.
  if (!record.identities.empty()) assert(record_of(text_of(record)) == record);
  return 0;
}
