// Documents, and what is asked of a Memory service besides `search`, as JSON. Values and pure
// functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/ids.h"
#include "base/iso_time.h"
#include "base/json.h"
#include "base/result.h"
#include "contract/schema.h"

namespace lightfast::documents {

inline constexpr std::size_t kMaxId = 512;               // bytes
inline constexpr std::size_t kMaxTitle = 1'000;          // characters
inline constexpr std::size_t kMaxBody = 1UL << 20;       // bytes
inline constexpr std::size_t kMaxMetadata = 16UL << 10;  // bytes, as JSON
inline constexpr std::size_t kMaxDocuments = 100;        // of one request
inline constexpr std::size_t kMaxIds = 50;               // of one request for contents
// Of one answer, which stays below 1 MiB with it: bytes of text, and of metadata.
inline constexpr std::size_t kMaxContents = 256UL << 10, kMaxContentsMetadata = 256UL << 10;

struct Document {
  std::string id, source, type, title;
  std::string body = {};
  std::optional<std::string> url = {}, subject = {};
  std::optional<Moment> occurred_at = {};
  Json metadata = Json::object();

  bool operator==(const Document&) const = default;
};

// What of the text of each document is asked for.
struct ContentsRequest {
  std::vector<std::string> ids;
  std::size_t offset = 0;  // bytes of each text to leave out

  bool operator==(const ContentsRequest&) const = default;
};

// Checks and reads requests. Any thread.
class Reader {
 public:
  static Result<Reader> create();

  // InvalidArgument names the field at fault: `documents[2].title`.
  [[nodiscard]] Result<std::vector<Document>> documents(const Json& request) const;
  [[nodiscard]] Result<std::vector<std::string>> removal(const Json& request) const;
  [[nodiscard]] Result<ContentsRequest> contents(const Json& request) const;

  // A line that is one document.
  [[nodiscard]] Result<Document> document(std::string_view line) const;

 private:
  struct Schemas {
    contract::Schema documents, document, removal, contents;
  };
  explicit Reader(Schemas schemas) : schemas_(std::move(schemas)) {}
  Schemas schemas_;
};

// JSON of any kind in `text`. InvalidArgument when it is none, or nested too deeply.
Result<Json> parse(std::string_view text);

// A document as it is sent to the service.
Json to_json(const Document& document);

// The answer to a request for contents: of each text as much as has room, with a note where it is
// cut, and metadata while there is room.
Json contents_answer(const ContentsRequest& request, const std::vector<Document>& found,
                     const RequestId& id);

}  // namespace lightfast::documents
