#include "tools/store/handles.h"

#include <algorithm>
#include <utility>

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "base/text.h"
#include "tools/store/event.h"
#include "tools/store/names.h"
#include "tools/store/twins.h"

namespace lightfast::store {
namespace {

constexpr std::size_t kMostTypes = 100;
constexpr std::size_t kMostLooked = 5'000;  // rows of one name
constexpr std::size_t kMostNamed = 10;      // in a message
constexpr std::size_t kLeastSha = 7, kMostSha = 64;

constexpr const char* kIsThere = "SELECT 1 FROM entity WHERE id = ?1 LIMIT 1";
constexpr const char* kCalled = "SELECT entity FROM alias WHERE name = ?1";
constexpr const char* kBeginning = "SELECT entity FROM alias WHERE name >= ?1 AND name < ?2";
constexpr const char* kNextId = "SELECT id FROM entity WHERE id >= ?1 ORDER BY id LIMIT 1";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

bool may_be_id(std::string_view text) {
  return !text.empty() && text.size() <= kMaxId && !has_control(text);
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

// `LIN-482`, of any project.
bool is_key(std::string_view text) {
  const auto dash = text.rfind('-');
  if (dash == std::string_view::npos || dash == 0 || !is_letter(text[0])) return false;
  const auto is_fine = [](char c) { return is_letter(c) || is_digit(c); };
  return is_number(text.substr(dash + 1)) && std::ranges::all_of(text.substr(0, dash), is_fine);
}

// One of digits alone is a number to most people.
bool is_sha(std::string_view text) {
  const auto is_hex = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  return text.size() >= kLeastSha && text.size() <= kMostSha && std::ranges::all_of(text, is_hex) &&
         std::ranges::any_of(text, is_digit) && !is_number(text);
}

Handle id(std::string_view text) { return {.form = Handle::Form::Id, .name = std::string(text)}; }

Handle called(std::string name, std::string type = {}, std::string scope = {}) {
  return {.form = Handle::Form::Name,
          .name = std::move(name),
          .type = std::move(type),
          .scope = std::move(scope)};
}

// 142, #142, web#142, acme/web#142, of `type` where that is known.
std::vector<Handle> numbered(std::string_view rest, const std::string& type) {
  const auto mark = rest.rfind('#');
  const auto number = mark == std::string_view::npos ? rest : rest.substr(mark + 1);
  if (!is_number(number)) return {};
  auto scope = mark == std::string_view::npos ? std::string() : lower(rest.substr(0, mark));
  // A repository's name begins behind its owner's, an owner's behind the type.
  if (!scope.empty())
    scope = fmt::format("{}{}", scope.find('/') == std::string::npos ? '/' : ':', scope);
  return {called(fmt::format("#{}", number), type, std::move(scope))};
}

// TYPE:REST, with the colon at `colon`.
std::vector<Handle> typed(std::string_view text, std::size_t colon) {
  const auto type = lower(text.substr(0, colon));
  const auto rest = text.substr(colon + 1);
  std::vector<Handle> handles = {id(text)};
  auto numbers = numbered(rest, type);
  if (numbers.empty()) handles.push_back(called(short_name(text), type, {}));
  std::ranges::move(numbers, std::back_inserter(handles));
  if (is_number(rest)) handles.push_back(called(std::string(rest), type, {}));
  return handles;
}

// `src/upload.cc` of any repository.
std::vector<Handle> of_path(std::string_view text) {
  while (text.starts_with("./")) text.remove_prefix(2);
  while (text.starts_with('/')) text.remove_prefix(1);
  const auto slash = text.rfind('/');
  if (slash == std::string_view::npos || slash + 1 == text.size()) return {};
  return {called(lower(text.substr(slash + 1)), "file", fmt::format("/{}", lower(text)))};
}

std::vector<Handle> of_url(std::string_view text) {
  std::vector<Handle> handles;
  if (const auto entity = entity_of_url(text); !entity.empty()) handles.push_back(id(entity));
  if (auto url = canonical_url(text); !url.empty()) handles.push_back(called(std::move(url)));
  return handles;
}

// Whether an entity of this id is what `handle` says besides a name.
bool fits(const Handle& handle, const std::string& entity) {
  const auto own = lower(entity);
  if (!handle.type.empty() && entity_type(own) != handle.type) return false;
  if (handle.scope.empty()) return true;
  return std::string_view(own).substr(0, own.rfind('#')).ends_with(handle.scope);
}

class Finder {
 public:
  explicit Finder(Reader& reader) : reader_(reader) {}

  Result<void> find(const Handle& handle) {
    const std::string_view name = handle.name;
    const auto take = [&](const SqlRow& row) { return add(handle, row.text(0)); };
    switch (handle.form) {
      case Handle::Form::Id:
        return reader_.run(kIsThere, {name}, [&](const SqlRow&) { add(handle, handle.name); });
      case Handle::Form::Name:
        return reader_.run_while(kCalled, {name}, take);
      case Handle::Form::Beginning:
        break;
    }
    const auto end = handle.name + '\x7F';
    return reader_.run_while(kBeginning, {name, std::string_view(end)}, take);
  }

  Found take() { return std::move(found_); }

 private:
  // False when there are enough.
  bool add(const Handle& handle, std::string entity) {
    if (!fits(handle, entity)) return ++looked_ < kMostLooked || (found_.is_all = false);
    if (std::ranges::find(found_.ids, entity) != found_.ids.end()) return true;
    found_.is_all = found_.ids.size() < kMostFound;
    if (found_.is_all) found_.ids.push_back(std::move(entity));
    return found_.is_all;
  }

  Reader& reader_;
  Found found_;
  std::size_t looked_ = 0;
};

Error ambiguous(std::string_view text, const Found& found, const std::string& field) {
  const auto shown = std::min(found.ids.size(), kMostNamed);
  const auto all = fmt::format("{}", fmt::join(std::span(found.ids).first(shown), ", "));
  const bool has_more = shown < found.ids.size() || !found.is_all;
  return {ErrorKind::InvalidArgument,
          fmt::format("'{}' may be {}{}: give the one that is meant", visible_line(text),
                      visible_line(all), has_more ? ", or others" : ""),
          field};
}

}  // namespace

std::vector<Handle> handles_of(std::string_view text) {
  if (!may_be_id(text)) return {};
  if (text.find("://") != std::string_view::npos) return of_url(text);
  if (text[0] == '@') return {called(lower(text.substr(1)), "person")};
  if (is_sha(text))
    return {{.form = Handle::Form::Beginning, .name = lower(text), .type = "commit"}};
  if (is_key(text)) return {called(lower(text))};
  if (const auto colon = text.find(':');
      colon != std::string_view::npos && colon > 0 && colon + 1 < text.size())
    return typed(text, colon);
  return text.find('#') == std::string_view::npos ? of_path(text) : numbered(text, "");
}

Result<Found> find_entities(Reader& reader, const std::vector<Handle>& handles) {
  Finder finder(reader);
  for (const auto& handle : handles) TRY(finder.find(handle));
  auto found = finder.take();
  std::vector<std::string> meant;
  for (auto& id : found.ids) {
    id = TRY(meant_by(reader, std::move(id)));
    if (std::ranges::find(meant, id) == meant.end()) meant.push_back(std::move(id));
  }
  found.ids = std::move(meant);
  return found;
}

Result<std::string> resolve_entity(Reader& reader, std::string_view text,
                                   const std::string& field) {
  if (!may_be_id(text)) {
    return Error{
        ErrorKind::InvalidArgument,
        fmt::format("{}: must be an id or a handle of 1 to {} bytes on one line", field, kMaxId),
        field};
  }
  auto handles = handles_of(text);
  if (handles.empty()) handles.push_back(called(lower(text)));
  // An id is itself, whatever else it may mean.
  auto found = TRY(find_entities(reader, {id(text)}));
  if (found.ids.empty()) found = TRY(find_entities(reader, handles));
  if (found.ids.size() == 1 && found.is_all) return std::move(found.ids.front());
  if (!found.ids.empty()) return ambiguous(text, found, field);
  return Error{ErrorKind::NotFound,
               fmt::format("there is no entity '{}'; ids read like 'pr:acme/web#142', "
                           "'person:mia', 'issue:LIN-482'",
                           visible_line(text)),
               field};
}

Result<std::vector<std::string>> entity_types(Reader& reader) {
  std::vector<std::string> types;
  std::string next;
  const auto take = [&next](const SqlRow& row) { next = entity_type(row.view(0)); };
  for (std::string from; types.size() < kMostTypes; from = types.back() + ';') {  // behind ':'
    next.clear();
    TRY(reader.run(kNextId, {std::string_view(from)}, take));
    if (next.empty()) break;
    types.push_back(next);
  }
  return types;
}

}  // namespace lightfast::store
