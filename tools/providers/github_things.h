// What issues, pull requests and discussions of GitHub have in common.
#pragma once

#include <string>

#include "tools/providers/github_hook.h"

namespace lightfast::providers {

std::string label(const Hook& hook, const Value& label);
std::string milestone(const Hook& hook, const Value& milestone);

// open, closed or merged; empty where it cannot be told: what an issue's payload says of a pull
// request does not always tell whether that was merged.
std::string state_of(const Value& thread);

// Its number, state, title, author and so on, as properties.
void describe_thread(Draft& draft, const Hook& hook, const Value& thread);

// Its author, assignees, labels and milestone.
void relate_assigned(Draft& draft, const Hook& hook, const Value& thread);

// What its title and body point at, and no more since they were edited.
void relate_thread_mentions(Draft& draft, const Hook& hook, const Value& thread);

// The label, person or milestone that the delivery takes away from it.
void relate_removed(Draft& draft, const Hook& hook);

// What of several tells this delivery from others of the same second: the label, the person, the
// milestone, or which members were edited.
std::string detail_of(const Hook& hook);

// Whether an action settles how a thing stands, or only saw that.
Order order_of(const std::string& action);

// The event is about a comment of the draft's subject. When it was deleted is not told, but no
// later than then `thread` was last changed, where there is one.
void describe_comment(Draft& draft, const Hook& hook, const Value& comment,
                      const Value& thread = {});

// Whether `thread`, as the payload has it, already was so when the event happened. What has changed
// since then, or may have, says nothing of that time.
bool stood_then(const Draft& draft, const Value& thread);

}  // namespace lightfast::providers
