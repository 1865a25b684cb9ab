// A delivery of GitHub's as its kinds read it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/providers/draft.h"
#include "tools/providers/providers.h"
#include "tools/providers/value.h"

namespace lightfast::providers {

class Hook {
 public:
  explicit Hook(const Notice& notice);

  Value operator[](std::string_view member) const { return payload_[member]; }
  [[nodiscard]] const std::string& event() const { return event_; }
  [[nodiscard]] const std::string& action() const { return action_; }  // empty: it has none
  [[nodiscard]] const std::string& repo() const { return repo_; }      // OWNER/NAME

  // `EVENT.ACTION`
  [[nodiscard]] std::string type() const;

  // The best entity there is when nothing better is known: the repository, organisation,
  // enterprise, installation or sender.
  [[nodiscard]] std::string place() const;

  // One of the repository's things: `pr:acme/web#142`, `commit:acme/web@SHA`, `label:acme/web/bug`.
  [[nodiscard]] std::string thing(std::string_view type, char mark, const Value& name) const;
  [[nodiscard]] std::string commit(const Value& sha) const;
  // Of a ref, `refs/heads/main`, `refs/tags/v1`, or a branch's name alone.
  [[nodiscard]] std::string branch_or_tag(std::string_view ref) const;

  // A draft of what the sender did, about a part of the repository.
  [[nodiscard]] Draft draft(std::string_view type, std::string subject) const;
  void finish(Draft& draft, Events& events) const { draft.finish(events, occasion_); }
  [[nodiscard]] std::string id(const Draft& draft) const { return draft.id(occasion_); }

 private:
  Value payload_;
  std::string event_, action_, repo_;
  Occasion occasion_;
};

// Whom an object with a `login` is about; empty when it has none.
std::string person(const Value& user);
// Who owns or installs: a person, or else an organisation.
std::string account(const Value& account);
std::string team(const Value& team, const Value& organization);

// The names of a list's objects, by one of their members.
std::vector<std::string> names_of(const Value& list, std::string_view member);

// Makes events of one kind of delivery.
struct Kind {
  std::string_view event;  // X-GitHub-Event
  void (*read)(const Hook& hook, Events& events);
};
std::span<const Kind> pull_request_kinds();
std::span<const Kind> issue_kinds();
std::span<const Kind> push_kinds();
std::span<const Kind> run_kinds();
std::span<const Kind> repository_kinds();

// What GitHub sends of any other kind, as far as its parts can be told.
void read_other(const Hook& hook, Events& events);

}  // namespace lightfast::providers
