#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "tools/documents/chunks.h"

namespace lightfast::documents {
namespace {

std::string repeated(std::string_view text, std::size_t bytes) {
  std::string result;
  while (result.size() < bytes) result += text;
  return result;
}

// As Store puts them together again.
std::string joined(const std::vector<Chunk>& chunks) {
  std::string text;
  for (const auto& chunk : chunks) {
    text.resize(chunk.begin);
    text += chunk.text;
  }
  return text;
}

TEST_CASE("a text that fits is one piece", "[documents]") {
  for (const auto& text : {std::string(), std::string("one line"), std::string(kMostChunk, 'x')}) {
    const auto chunks = chunks_of(text);
    REQUIRE(chunks.size() == 1);
    CHECK(chunks.front().text == text);
  }
}

TEST_CASE("whatever the text, pieces are small, overlap and leave nothing out", "[documents]") {
  const std::vector<std::string> texts = {repeated("A sentence of some words. ", 10'000),
                                          repeated("A line without a full stop\r\n", 10'000),
                                          repeated("One paragraph of it.\r\n\r\n", 10'000),
                                          std::string(10'000, 'x'),
                                          std::string(10'000, ' '),
                                          std::string(10'000, '\n'),
                                          std::string(10'000, '\0'),
                                          repeated("\u00e4\u00f6", 10'000),
                                          "x" + repeated("\u6f22\u5b57\u3002", 10'000),
                                          "x" + repeated("\U0001F600", 10'000),
                                          std::string(kMostChunk + 1, 'x'),
                                          std::string(kMostChunk - 1, 'x') + "\u00e4",
                                          std::string(10'000, '\x80')};  // no UTF-8 at all
  for (const auto& text : texts) {
    const auto chunks = chunks_of(text);
    CHECK(joined(chunks) == text);
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      CHECK(chunks[i].text.size() <= kMostChunk);
      if (i == 0) continue;
      const auto end_before = chunks[i - 1].begin + chunks[i - 1].text.size();
      CHECK(chunks[i].begin > chunks[i - 1].begin);
      CHECK(chunks[i].begin + kOverlap >= end_before);
      CHECK(chunks[i].begin <= end_before);
    }
  }
}

TEST_CASE("no piece begins or ends within a character", "[documents]") {
  for (const auto* character : {"\u00e4", "\u6f22", "\U0001F600"}) {
    for (std::size_t shift = 0; shift < 4; ++shift) {
      const auto text = std::string(shift, 'x') + repeated(character, 5'000);
      for (const auto& chunk : chunks_of(text)) CHECK(visible_text(chunk.text) == chunk.text);
    }
  }
}

TEST_CASE("pieces end with a paragraph, else a line, a sentence or a word", "[documents]") {
  const std::string words = repeated("word ", 1'000);
  const std::vector<std::pair<std::string, std::string_view>> cases = {
      {words + ".\nA line. It goes on\n\nA new one. " + words, "on\n\n"},
      {words + ".\r\nA line. It goes on\r\n\r\nA new one. " + words, "on\r\n\r\n"},
      {words + "The end\nA line. " + words, "The end\n"},
      {words + "The end. A sentence " + words, "The end. "},
      {words + words, "word "}};
  for (const auto& [text, end] : cases) CHECK(chunks_of(text).front().text.ends_with(end));
}

TEST_CASE("pieces begin with a word", "[documents]") {
  const auto text = repeated("elsewhere\r\n", 5'000);
  for (const auto& chunk : chunks_of(text)) CHECK(chunk.text.starts_with("elsewhere"));
}

}  // namespace
}  // namespace lightfast::documents
