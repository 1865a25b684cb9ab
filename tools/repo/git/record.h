// record.json: what a snapshot says of itself, written by the helper and read by the server.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "tools/repo/repo.h"

namespace lightfast::repo {

Json to_json(const SnapshotRecord& record);

// Corrupt when it is not a record as to_json() makes them.
Result<SnapshotRecord> record_from_json(const Json& document);
Result<SnapshotRecord> parse_record(std::string_view text);

// 40 lower-case hexadecimal digits.
bool is_object_id(std::string_view text);

}  // namespace lightfast::repo
