#include "app/repo_resources.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <spdlog/fmt/fmt.h>

#include "app/repo_files.h"
#include "base/base64.h"
#include "base/text.h"
#include "tools/files/uri.h"

namespace lightfast {
namespace {

using mcp::ErrorCode;
using mcp::ProtocolError;

constexpr std::size_t kPageSize = 200;
constexpr std::size_t kLargestRead = std::size_t{1} << 20U;

Json resource_of(const files::File& file) {
  Json resource = {{"uri", files::uri_of(file.path)}, {"name", visible_line(file.path)}};
  if (const auto type = files::media_type(file.path); !type.empty()) resource["mimeType"] = type;
  resource["size"] = file.bytes;
  return resource;
}

// `COMMIT:INDEX`, of the snapshot that the list is of and the first file of the page.
std::string cursor_of(const CommitId& commit, std::size_t index) {
  return fmt::format("{}:{}", commit.value, index);
}

std::optional<std::size_t> index_in(std::string_view cursor, const CommitId& commit) {
  if (cursor.empty()) return 0;
  if (!cursor.starts_with(commit.value + ":")) return std::nullopt;
  cursor.remove_prefix(commit.value.size() + 1);
  std::size_t index = 0;
  const auto [end, failed] = std::from_chars(cursor.begin(), cursor.end(), index);
  if (failed != std::errc() || end != cursor.end()) return std::nullopt;
  return index;
}

// What holds nothing that a reader would have to be shown by other means.
bool is_text(const std::string& bytes) { return visible_text(bytes) == bytes; }

class RepoResources final : public mcp::Resources {
 public:
  explicit RepoResources(repo::Repo& repo) : repo_(repo), files_(repo) {}

  std::expected<mcp::Page, ProtocolError> list(const std::string& cursor,
                                               const std::stop_token& stop) override {
    const auto current = files_.current(stop);
    if (!current) return std::unexpected(protocol_error(current.error()));
    const auto& files = *current->files;
    const auto& commit = current->snapshot->record().commit;
    const auto first = index_in(cursor, commit);
    if (!first || *first > files.size()) {
      return std::unexpected(ProtocolError{
          ErrorCode::InvalidParams,
          "unknown \"cursor\": the repository has changed since; ask for the list from its start"});
    }
    const auto last = std::min(*first + kPageSize, files.size());
    mcp::Page page;
    for (auto i = *first; i < last; ++i) page.items.push_back(resource_of(files[i]));
    if (last < files.size()) page.next_cursor = cursor_of(commit, last);
    return page;
  }

  [[nodiscard]] Json templates() const override {
    return Json::array({{{"uriTemplate", files::kUriTemplate},
                         {"name", "file"},
                         {"title", "A file of the organisation's repository"},
                         {"description",
                          "A file by its path from the root, for example "
                          "lightfast://repo/README.md. lightfast_shell finds files and searches "
                          "in them."}}});
  }

  std::expected<Json, ProtocolError> read(const std::string& uri,
                                          const std::stop_token& stop) override {
    const auto path = files::path_of(uri);
    if (!path) return std::unexpected(missing(uri, "not a URI of the form lightfast://repo/PATH"));
    const auto current = files_.current(stop);
    if (!current) return std::unexpected(protocol_error(current.error()));
    const auto content = files::read_file_of(current->snapshot->root(), *path, kLargestRead);
    if (!content) return std::unexpected(unreadable(uri, content.error()));
    Json resource = {{"uri", uri}};
    const auto type = files::media_type(*path);
    const bool text = is_text(*content);
    resource["mimeType"] = !type.empty() ? type : text ? "text/plain" : "application/octet-stream";
    if (text) {
      resource["text"] = *content;
    } else {
      resource["blob"] = base64(*content);
    }
    return Json::array({std::move(resource)});
  }

  // Unchanged files are the same file in the next snapshot.
  std::string version(const std::string& uri) override {
    const auto path = files::path_of(uri);
    const auto snapshot = repo_.last();
    return path && snapshot ? files::version_of(snapshot->root(), *path) : std::string();
  }

  std::optional<mcp::Completion> complete(const std::string& uri_template,
                                          const std::string& argument, const std::string& value,
                                          const std::stop_token& stop) override {
    if (uri_template != files::kUriTemplate) return std::nullopt;
    const auto current = files_.current(stop);
    if (argument != "path" || !current) return mcp::Completion();
    return paths_beginning_with(*current->files, value);
  }

 private:
  static ProtocolError missing(const std::string& uri, const std::string& why) {
    return {.code = ErrorCode::ResourceNotFound, .message = why, .data = {{"uri", uri}}};
  }

  static ProtocolError unreadable(const std::string& uri, const Error& error) {
    if (error.kind == ErrorKind::NotFound) return missing(uri, error.message);
    auto answer = protocol_error(error);
    if (error.kind == ErrorKind::LimitExceeded)
      answer.message += "; read it in parts with lightfast_shell, for example by head -c";
    answer.data = {{"uri", uri}};
    return answer;
  }

  repo::Repo& repo_;
  RepoFiles files_;
};

}  // namespace

std::unique_ptr<mcp::Resources> make_repo_resources(repo::Repo& repo) {
  return std::make_unique<RepoResources>(repo);
}

}  // namespace lightfast
