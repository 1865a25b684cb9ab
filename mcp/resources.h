// What a client can read and which ready-made messages it can ask for, as this room sees them.
// Knows nothing of where they come from.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "mcp/message.h"
#include "mcp/tools.h"

namespace lightfast::mcp {

// One page of a list; `next_cursor` is empty on the last.
struct Page {
  Json items = Json::array();
  std::string next_cursor = {};
};

// What a value may become: at most 100 of `total`.
struct Completion {
  std::vector<std::string> values;
  std::size_t total = 0;
};

// All may wait, for instance for the first sync, until `stop` is requested, and may run on several
// threads at once.
class Resources {
 public:
  Resources() = default;
  Resources(const Resources&) = delete;
  Resources& operator=(const Resources&) = delete;
  virtual ~Resources() = default;

  // The page that `cursor` leads to, the first for an empty one. InvalidParams for a cursor that is
  // not, or no longer, known.
  [[nodiscard]] virtual std::expected<Page, ProtocolError> list(const std::string& cursor,
                                                                const std::stop_token& stop) = 0;

  // The resource templates, which do not change.
  [[nodiscard]] virtual Json templates() const = 0;

  // The `contents` of `uri`. ResourceNotFound when there is no such resource.
  [[nodiscard]] virtual std::expected<Json, ProtocolError> read(const std::string& uri,
                                                                const std::stop_token& stop) = 0;

  // What is another text when the content of `uri` is another, whether it is there or not. Waits
  // for nothing.
  [[nodiscard]] virtual std::string version(const std::string& uri) = 0;

  // For `argument` of the template `uri_template`; nothing for a template that is not there.
  [[nodiscard]] virtual std::optional<Completion> complete(const std::string& uri_template,
                                                           const std::string& argument,
                                                           const std::string& value,
                                                           const std::stop_token& stop) = 0;
};

// As Resources.
class Prompt {
 public:
  Prompt() = default;
  Prompt(const Prompt&) = delete;
  Prompt& operator=(const Prompt&) = delete;
  virtual ~Prompt() = default;

  // The prompt as prompts/list shows it, at least `name`. The same at every call.
  [[nodiscard]] virtual Json definition() const = 0;

  // An object with `messages` and, if it likes, `description`; or, of the modern revision, one with
  // `resultType` `input_required`, see ToolResult. `arguments` is an object of strings, in which no
  // required one is missing.
  [[nodiscard]] virtual std::expected<Json, ProtocolError> get(const Json& arguments,
                                                               const ClientInput& input,
                                                               const std::stop_token& stop) = 0;

  [[nodiscard]] virtual Completion complete(const std::string& argument, const std::string& value,
                                            const std::stop_token& stop) = 0;
};

using Prompts = std::vector<std::unique_ptr<Prompt>>;

}  // namespace lightfast::mcp
