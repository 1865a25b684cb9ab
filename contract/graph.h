// What follows from the events of an organisation, by four procedures: `graph.query` (entities of a
// type at a time), `graph.traverse` (what is connected), `related` (what is around an event or an
// entity) and `contents` (the whole text of them).
#pragma once

#include <cstddef>
#include <string>

#include "contract/procedure.h"

namespace lightfast::contract {

Procedure graph_query_procedure();
Procedure graph_traverse_procedure();
Procedure related_procedure();
Procedure contents_procedure();

// Bounds and defaults of the inputs, which the schemas state.
inline constexpr int kDefaultEntities = 50;
inline constexpr int kMaxEntities = 200;
inline constexpr int kMaxGraphNodes = 500;
inline constexpr int kDefaultGraphDepth = 2;
inline constexpr int kMaxGraphDepth = 4;
inline constexpr int kMaxRelatedDepth = 3;
inline constexpr int kMaxContents = 50;
inline constexpr int kLeastContentsBytes = 1024;
inline constexpr int kDefaultContentsBytes = 11'264;
inline constexpr int kMaxContentsBytes = 1'048'576;
inline constexpr int kMaxContentsOffset = 10'485'760;

// Which part of a text `contents` shows, of `whole` bytes, and how to go on.
std::string cut_note(std::size_t begin, std::size_t end, std::size_t whole);

// What an answer takes at most where the caller did not ask for more: bytes of JSON. Codex cuts
// what it shows a model at 12,000 bytes, in the middle.
inline constexpr std::size_t kUsualAnswerBytes = 11'500;

}  // namespace lightfast::contract
