#include "contract/openapi.h"

#include <algorithm>
#include <cctype>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "contract/error.h"

namespace lightfast::contract {
namespace {

constexpr int kMethodNotAllowed = 405;  // belongs to a path, not to an operation
constexpr int kTooManyRequests = 429;

Json reference(const std::string& kind, std::string_view name) {
  return {{"$ref", fmt::format("#/components/{}/{}", kind, name)}};
}

// `GraphQuery` for the key {"graph", "query"}.
std::string type_name(const Procedure& procedure) {
  std::string name;
  for (const std::string& part : procedure.key) {
    name.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(part[0]))));
    name.append(part, 1);
  }
  return name;
}

Json json_content(Json schema) { return {{"application/json", {{"schema", std::move(schema)}}}}; }

Json request_id_header() { return {{"X-Request-ID", reference("headers", "X-Request-ID")}}; }

Json responses(const Procedure& procedure) {
  Json all;
  all["200"] = {{"description", procedure.summary},
                {"headers", request_id_header()},
                {"content", json_content(reference("schemas", type_name(procedure) + "Output"))}};
  for (const ErrorCode& code : error_codes()) {
    if (code.status != kMethodNotAllowed)
      all[std::to_string(code.status)] = reference("responses", code.name);
  }
  return all;
}

Json operation(const Procedure& procedure) {
  return {{"operationId", procedure.name("_")},
          {"summary", procedure.summary},
          {"description", procedure.description},
          {"security", Json::array({{{"bearer", Json::array({procedure.scope})}}})},
          {"requestBody",
           {{"required", true},
            {"content", json_content(reference("schemas", type_name(procedure) + "Input"))}}},
          {"responses", responses(procedure)}};
}

Json error_schema() {
  Json names = Json::array();
  for (const ErrorCode& code : error_codes()) names.push_back(code.name);
  return {
      {"type", "object"},
      {"properties",
       {{"defined",
         {{"type", "boolean"},
          {"description", "False when the server failed in a way nobody foresaw."}}},
        {"code", {{"type", "string"}, {"enum", names}}},
        {"status", {{"type", "integer"}, {"description", "The HTTP status."}}},
        {"message",
         {{"type", "string"}, {"description", "One line: what was wrong and what is allowed."}}},
        {"data",
         {{"type", "object"},
          {"properties",
           {{"field", {{"type", "string"}, {"description", "The field at fault (BAD_REQUEST)."}}},
            {"reason",
             {{"type", "string"}, {"description", "What is wrong with it (BAD_REQUEST)."}}},
            {"requestId",
             {{"type", "string"}, {"description", "Names the entry in the server's log."}}}}}}}}},
      {"required", {"defined", "code", "status", "message"}}};
}

Json error_response(const ErrorCode& code) {
  Json headers = request_id_header();
  if (code.status == kTooManyRequests) {
    headers["Retry-After"] = {{"description", "Seconds to wait before the next try."},
                              {"schema", {{"type", "integer"}}}};
  }
  return {{"description", code.meaning},
          {"headers", headers},
          {"content", json_content(reference("schemas", "Error"))}};
}

Json components(const std::vector<Procedure>& procedures) {
  Json all;
  for (const auto& procedure : procedures) {
    all["schemas"][type_name(procedure) + "Input"] = procedure.input_schema;
    all["schemas"][type_name(procedure) + "Output"] = procedure.output_schema;
  }
  all["schemas"]["Error"] = error_schema();
  for (const ErrorCode& code : error_codes()) {
    if (code.status != kMethodNotAllowed)
      all["responses"][std::string(code.name)] = error_response(code);
  }
  all["headers"]["X-Request-ID"] = {{"description", "Names this request in the server's log."},
                                    {"schema", {{"type", "string"}, {"format", "uuid"}}}};
  all["securitySchemes"]["bearer"] = {{"type", "http"},
                                      {"scheme", "bearer"},
                                      {"bearerFormat", "sk-lf-KEY"},
                                      {"description",
                                       "An API key: `sk-lf-` and 43 URL-safe characters. A server "
                                       "on loopback without keys asks for none."}};
  return all;
}

}  // namespace

Json openapi_document(const std::vector<Procedure>& procedures, const std::string& version) {
  Json paths = Json::object();
  for (const auto& procedure : procedures) {
    std::string method = procedure.http_method;
    std::ranges::transform(method, method.begin(),
                           [](unsigned char letter) { return std::tolower(letter); });
    paths[procedure.http_path][method] = operation(procedure);
  }
  return {{"openapi", "3.1.0"},
          {"info",
           {{"title", "Lightfast"},
            {"version", version},
            {"description",
             "An organisation's shared context for agents: the files of its `.lightfast` "
             "repository, and what happened in its tools."}}},
          {"paths", paths},
          {"components", components(procedures)}};
}

}  // namespace lightfast::contract
