// The suite's resources: a table of constant ones, and a template.
#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "tests/conformance/fixtures.h"

namespace lightfast::conformance {
namespace {

constexpr const char* kTemplate = "test://template/{id}/data";
constexpr std::string_view kBeforeId = "test://template/";
constexpr std::string_view kAfterId = "/data";

struct Constant {
  const char *uri, *name, *description, *type, *key;
  std::string (*content)();
};

std::string static_text() { return "This is the content of the static text resource."; }
std::string watched() { return "This is the content of the watched resource."; }

std::span<const Constant> constants() {
  static constexpr std::array kConstants = {
      Constant{"test://static-text", "static-text", "A text.", "text/plain", "text", static_text},
      Constant{"test://static-binary", "static-binary", "An image.", "image/png", "blob", png},
      Constant{"test://watched-resource", "watched-resource", "A text to subscribe to.",
               "text/plain", "text", watched},
  };
  return kConstants;
}

// The variable of kTemplate in `uri`; nothing where there is none.
std::optional<std::string> id_in(std::string_view uri) {
  if (!uri.starts_with(kBeforeId) || !uri.ends_with(kAfterId)) return std::nullopt;
  if (uri.size() <= kBeforeId.size() + kAfterId.size()) return std::nullopt;
  uri.remove_prefix(kBeforeId.size());
  uri.remove_suffix(kAfterId.size());
  return std::string(uri);
}

class FixtureResources final : public mcp::Resources {
 public:
  [[nodiscard]] std::expected<mcp::Page, mcp::ProtocolError> list(
      const std::string& cursor, const std::stop_token& /*stop*/) override {
    if (!cursor.empty()) {
      return std::unexpected(
          mcp::ProtocolError{mcp::ErrorCode::InvalidParams, "unknown \"cursor\"", nullptr});
    }
    mcp::Page page;
    for (const auto& one : constants()) {
      page.items.push_back({{"uri", one.uri},
                            {"name", one.name},
                            {"description", one.description},
                            {"mimeType", one.type}});
    }
    return page;
  }

  [[nodiscard]] Json templates() const override {
    return Json::array({{{"uriTemplate", kTemplate},
                         {"name", "template"},
                         {"description", "Data by its id."},
                         {"mimeType", "application/json"}}});
  }

  [[nodiscard]] std::expected<Json, mcp::ProtocolError> read(
      const std::string& uri, const std::stop_token& /*stop*/) override {
    const auto all = constants();
    const auto found = std::ranges::find(all, std::string_view(uri), &Constant::uri);
    if (found != all.end()) {
      return Json::array(
          {{{"uri", uri}, {"mimeType", found->type}, {found->key, found->content()}}});
    }
    const auto id = id_in(uri);
    if (!id) {
      return std::unexpected(mcp::ProtocolError{
          mcp::ErrorCode::ResourceNotFound, "there is no such resource", {{"uri", uri}}});
    }
    const Json data = {{"id", *id}, {"templateTest", true}, {"data", "Data for ID: " + *id}};
    return Json::array({{{"uri", uri}, {"mimeType", "application/json"}, {"text", data.dump()}}});
  }

  [[nodiscard]] std::string version(const std::string& /*uri*/) override { return "constant"; }

  [[nodiscard]] std::optional<mcp::Completion> complete(const std::string& uri_template,
                                                        const std::string& /*argument*/,
                                                        const std::string& /*value*/,
                                                        const std::stop_token& /*stop*/) override {
    if (uri_template != kTemplate) return std::nullopt;
    return mcp::Completion();
  }
};

}  // namespace

std::unique_ptr<mcp::Resources> make_resources() { return std::make_unique<FixtureResources>(); }

}  // namespace lightfast::conformance
