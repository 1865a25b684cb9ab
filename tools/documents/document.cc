#include "tools/documents/document.h"

#include <algorithm>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/text.h"
#include "contract/graph.h"

namespace lightfast::documents {
namespace {

constexpr std::size_t kMaxNesting = 64;
constexpr std::size_t kMaxName = 64;        // of a source or type: what search can filter by
constexpr std::size_t kMaxUrl = 2'048;      // bytes
constexpr std::size_t kMaxRemoved = 1'000;  // ids of one request

Json text_schema(std::size_t least, std::size_t most) {
  return {{"type", "string"}, {"minLength", least}, {"x-maxBytes", most}};
}

Json object_schema(Json properties, Json required) {
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

Json ids_schema(std::size_t most) {
  return {
      {"type", "array"}, {"items", text_schema(1, kMaxId)}, {"minItems", 1}, {"maxItems", most}};
}

Json document_schema() {
  return object_schema({{"id", text_schema(1, kMaxId)},
                        {"title", {{"type", "string"}, {"maxLength", kMaxTitle}}},
                        {"body", text_schema(0, kMaxBody)},
                        {"source", text_schema(1, kMaxName)},
                        {"type", text_schema(1, kMaxName)},
                        {"url", text_schema(1, kMaxUrl)},
                        {"occurredAt", {{"type", "string"}}},
                        {"subject", text_schema(1, kMaxId)},
                        {"metadata", {{"type", "object"}}}},
                       {"id", "title", "body", "source", "type"});
}

Json documents_schema() {
  return object_schema({{"documents",
                         {{"type", "array"},
                          {"items", document_schema()},
                          {"minItems", 1},
                          {"maxItems", kMaxDocuments}}}},
                       {"documents"});
}

Json contents_schema() {
  return object_schema(
      {{"ids", ids_schema(kMaxIds)},
       {"offset", {{"type", "integer"}, {"minimum", 0}, {"maximum", kMaxBody}, {"default", 0}}}},
      {"ids"});
}

std::optional<std::string> text_in(const Json& object, const char* field) {
  const auto found = object.find(field);
  return found == object.end() ? std::nullopt : std::optional(found->get<std::string>());
}

Error bad(const std::string& field, const std::string& reason) {
  return {ErrorKind::InvalidArgument, fmt::format("{}: {}", field, reason), field};
}

// One that has passed the schema; `place` is before the names of its fields.
Result<Document> document_of(const Json& object, const std::string& place) {
  Document document{.id = object["id"].get<std::string>(),
                    .source = object["source"].get<std::string>(),
                    .type = object["type"].get<std::string>(),
                    .title = object["title"].get<std::string>(),
                    .body = object["body"].get<std::string>(),
                    .url = text_in(object, "url"),
                    .subject = text_in(object, "subject"),
                    .metadata = object.value("metadata", Json::object())};
  if (const auto time = text_in(object, "occurredAt")) {
    document.occurred_at = parse_moment(*time);
    if (!document.occurred_at) {
      return bad(place + "occurredAt",
                 "must be a time of ISO 8601 such as 2026-03-01 or 2026-03-01T12:00:00Z");
    }
  }
  if (document.metadata.dump().size() > kMaxMetadata)
    return bad(place + "metadata", fmt::format("must be at most {} bytes of JSON", kMaxMetadata));
  return document;
}

Json or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

}  // namespace

Result<Reader> Reader::create() {
  auto documents = TRY(contract::Schema::compile(documents_schema()));
  auto document = TRY(contract::Schema::compile(document_schema()));
  const auto removed = object_schema({{"ids", ids_schema(kMaxRemoved)}}, {"ids"});
  auto removal = TRY(contract::Schema::compile(removed));
  auto contents = TRY(contract::Schema::compile(contents_schema()));
  return Reader({.documents = std::move(documents),
                 .document = std::move(document),
                 .removal = std::move(removal),
                 .contents = std::move(contents)});
}

Result<std::vector<Document>> Reader::documents(const Json& request) const {
  const auto checked = TRY(schemas_.documents.check(request));
  std::vector<Document> documents;
  for (const auto& object : checked["documents"]) {
    documents.push_back(TRY(document_of(object, fmt::format("documents[{}].", documents.size()))));
  }
  return documents;
}

Result<std::vector<std::string>> Reader::removal(const Json& request) const {
  const auto checked = TRY(schemas_.removal.check(request));
  return checked["ids"].get<std::vector<std::string>>();
}

Result<ContentsRequest> Reader::contents(const Json& request) const {
  const auto checked = TRY(schemas_.contents.check(request));
  return ContentsRequest{.ids = checked["ids"].get<std::vector<std::string>>(),
                         .offset = checked["offset"].get<std::size_t>()};
}

Result<Document> Reader::document(std::string_view line) const {
  auto object = TRY(parse(line));
  return document_of(TRY(schemas_.document.check(std::move(object))), "");
}

Result<Json> parse(std::string_view text) {
  if (const auto why = why_not_parsed(text, kMaxNesting); !why.empty())
    return Error{ErrorKind::InvalidArgument, "the JSON: " + why};
  auto json = Json::parse(text, nullptr, false);
  if (!json.is_discarded()) return json;
  return Error{ErrorKind::InvalidArgument, "this is not JSON in valid UTF-8"};
}

Json to_json(const Document& document) {
  Json object = {{"id", document.id},
                 {"title", document.title},
                 {"body", document.body},
                 {"source", document.source},
                 {"type", document.type}};
  if (document.url) object["url"] = *document.url;
  if (document.occurred_at) object["occurredAt"] = moment_text(*document.occurred_at);
  if (document.subject) object["subject"] = *document.subject;
  object["metadata"] = document.metadata;
  return object;
}

Json contents_answer(const ContentsRequest& request, const std::vector<Document>& found,
                     const RequestId& id) {
  Json answer = {{"items", Json::array()}, {"missing", Json::array()}};
  auto room = kMaxContentsMetadata;
  for (const auto& document : found) {
    const std::string_view body = document.body;
    const auto begin = utf8_prefix(body, std::min(request.offset, body.size()));
    const auto rest = body.substr(begin);
    const auto length = utf8_prefix(rest, kMaxContents / found.size());
    Json item = {
        {"id", document.id},
        {"title", document.title},
        {"content", rest.substr(0, length)},
        {"source", document.source},
        {"type", document.type},
        {"url", or_null(document.url)},
        {"occurredAt", document.occurred_at ? Json(moment_text(*document.occurred_at)) : Json()}};
    if (document.subject) item["subject"] = *document.subject;
    if (const auto size = document.metadata.dump().size(); size <= room) {
      item["metadata"] = document.metadata;
      room -= size;
    }
    if (length < body.size()) item["cut"] = contract::cut_note(begin, begin + length, body.size());
    answer["items"].push_back(std::move(item));
  }
  for (const auto& each : request.ids) {
    if (std::ranges::find(found, each, &Document::id) == found.end())
      answer["missing"].push_back(each);
  }
  answer["requestId"] = id.value;
  return answer;
}

}  // namespace lightfast::documents
