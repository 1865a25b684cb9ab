// The subcommand of one procedure, made from its declaration: its input properties are options
// (`timeoutMs` is --timeout-ms), an object's as often as it has members (`--where state=open`), its
// positional property takes the plain words.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "contract/procedure.h"

namespace CLI {  // NOLINT(*-identifier-naming): CLI11
class App;
}

namespace lightfast {

class ProcedureOptions {
 public:
  // Adds the subcommand to `root`, below groups where its key is longer: `graph query`. It and
  // `procedure` outlive this.
  ProcedureOptions(CLI::App& root, const contract::Procedure& procedure);
  ProcedureOptions(const ProcedureOptions&) = delete;  // the parser writes into it
  ProcedureOptions& operator=(const ProcedureOptions&) = delete;

  // Whether it is what was asked for.
  [[nodiscard]] bool is_chosen() const;
  // Whether the REST response is to be printed.
  [[nodiscard]] bool as_json() const { return json_ || format_ == "json"; }
  // One of the procedure's own; empty: its usual text.
  [[nodiscard]] std::string format() const;

  // What the options and words make, and the words behind `--`: a JSON object, which is checked by
  // its schema when the procedure is called.
  [[nodiscard]] Result<std::string> input(const std::vector<std::string>& further_words) const;

 private:
  void add_input(const std::string& property, const Json& schema);
  void add_formats();

  const contract::Procedure& procedure_;
  CLI::App* command_;
  std::map<std::string, std::vector<std::string>> values_;  // by property
  std::vector<std::string> words_;
  bool json_ = false;
  std::string format_;
};

}  // namespace lightfast
