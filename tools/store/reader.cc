#include "tools/store/reader.h"

#include <utility>

namespace lightfast::store {
namespace {

// What the caller is told of damage.
Error explained(Error error) {
  if (error.kind == ErrorKind::Corrupt)
    error.message += "; the store is damaged, `lightfast store check` says where";
  return std::move(error).during("reading the store of events");
}

}  // namespace

Result<Reader> Reader::open(const std::filesystem::path& file) {
  return Reader(TRY(Store::open(file)));
}

Result<SqlStatement*> Reader::statement(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    std::string text(sql);
    auto prepared = TRY(store_.database().prepare(text.c_str()));
    found = statements_.emplace(std::move(text), std::move(prepared)).first;
  }
  return &found->second;
}

Result<void> Reader::run(std::string_view sql, std::initializer_list<SqlValue> values,
                         const SqlStatement::EachRow& each) {
  return run_while(sql, values, [&each](const SqlRow& row) {
    each(row);
    return true;
  });
}

Result<void> Reader::run_while(std::string_view sql, std::initializer_list<SqlValue> values,
                               const SqlStatement::WhileRow& each) {
  auto prepared = statement(sql);
  if (!prepared) return explained(std::move(prepared.error()));
  auto done = (*prepared)->run_while(values, each);
  if (!done) return explained(std::move(done.error()));
  return {};
}

Result<void> Reader::begin() {
  return run("BEGIN", {}, [](const SqlRow& /*row*/) {});
}

void Reader::end() {
  (void)run("ROLLBACK", {}, [](const SqlRow& /*row*/) {});
}

}  // namespace lightfast::store
