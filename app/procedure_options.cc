#include "app/procedure_options.h"

#include <cctype>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "base/text.h"

namespace lightfast {
namespace {

// timeoutMs -> timeout-ms
std::string option_name(const std::string& property) {
  std::string name;
  for (const char c : property) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0) name.push_back('-');
    name.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return name;
}

// What a schema says a value is; `string` where it does not.
std::string type_of(const Json& schema) { return schema.value("type", "string"); }

CLI::App* group(CLI::App* parent, const std::string& name) {
  for (CLI::App* child : parent->get_subcommands({})) {
    if (child->get_name() == name) return child;
  }
  CLI::App* made = parent->add_subcommand(name, fmt::format("see lightfast {} --help", name));
  made->require_subcommand(1);
  return made;
}

// Takes `word`, `name=value` or an object, into `object`. What is no JSON is a text.
bool add_members(Json& object, const std::string& word) {
  if (word.starts_with('{')) {
    const auto members = Json::parse(word, nullptr, false);
    if (members.is_object()) object.update(members);
    return members.is_object();
  }
  const auto equals = word.find('=');
  if (equals == std::string::npos || equals == 0) return false;
  const auto text = word.substr(equals + 1);
  const auto value = Json::parse(text, nullptr, false);
  object[word.substr(0, equals)] = value.is_discarded() ? Json(text) : value;
  return true;
}

Result<Json> object_of(const std::string& property, const std::vector<std::string>& words) {
  Json object = Json::object();
  for (const auto& word : words) {
    if (add_members(object, word)) continue;
    return Error{ErrorKind::InvalidArgument,
                 fmt::format("--{}: '{}' is neither NAME=VALUE nor an object in JSON",
                             option_name(property), visible_text(word))};
  }
  return object;
}

// Words become what the schema asks for.
Result<Json> value_of(const std::string& property, const Json& schema,
                      const std::vector<std::string>& words) {
  const auto type = type_of(schema);
  if (type == "object") return object_of(property, words);
  if (type == "array") return Json(words);
  if (type == "string") return Json(words.back());
  auto value = Json::parse(words.back(), nullptr, false);
  if (value.is_discarded()) {
    return Error{ErrorKind::InvalidArgument,
                 fmt::format("--{}: '{}' is not of type {}", option_name(property),
                             visible_text(words.back()), type)};
  }
  return value;
}

}  // namespace

ProcedureOptions::ProcedureOptions(CLI::App& root, const contract::Procedure& procedure)
    : procedure_(procedure) {
  CLI::App* parent = &root;
  for (std::size_t depth = 0; depth + 1 < procedure.key.size(); ++depth)
    parent = group(parent, procedure.key[depth]);
  command_ = parent->add_subcommand(procedure.key.back(), procedure.summary);
  command_->add_flag("--json", json_, "print the result as JSON, as the REST API answers it");
  add_formats();
  for (const auto& [property, schema] : procedure.input_schema["properties"].items())
    add_input(property, schema);
}

void ProcedureOptions::add_input(const std::string& property, const Json& schema) {
  const auto help = schema.value("description", "");
  const auto type = type_of(schema);
  if (property == procedure_.positional) {
    command_->add_option(property, words_, help + " Put words that begin with - behind --.");
    return;
  }
  const auto what = type == "object" ? help + " NAME=VALUE, or an object in JSON." : help;
  CLI::Option* option = command_->add_option("--" + option_name(property), values_[property], what);
  if (type != "array") option->expected(1)->allow_extra_args(false);
  if (type == "object") option->take_all();
}

void ProcedureOptions::add_formats() {
  if (procedure_.presentation.formats.empty()) return;
  std::vector<std::string> names = {"text", "json"};
  for (const auto& format : procedure_.presentation.formats) names.emplace_back(format.name);
  command_->add_option("--format", format_, fmt::format("{}", fmt::join(names, ", ")))
      ->check(CLI::IsMember(names));
}

bool ProcedureOptions::is_chosen() const { return command_->parsed(); }

std::string ProcedureOptions::format() const {
  return as_json() || format_ == "text" ? std::string() : format_;
}

Result<std::string> ProcedureOptions::input(const std::vector<std::string>& further_words) const {
  Json input = Json::object();
  auto plain = words_;
  plain.insert(plain.end(), further_words.begin(), further_words.end());
  if (!procedure_.positional.empty() && plain.empty()) {
    return Error{ErrorKind::InvalidArgument,
                 fmt::format("{0}: no {1} given; put it behind --; see lightfast {0} --help",
                             procedure_.name(" "), procedure_.positional)};
  }
  const auto& properties = procedure_.input_schema["properties"];
  if (const auto& name = procedure_.positional; !name.empty()) {
    const bool is_list = type_of(properties[name]) == "array";
    input[name] = is_list ? Json(plain) : Json(fmt::format("{}", fmt::join(plain, " ")));
  }
  for (const auto& [property, words] : values_) {
    if (!words.empty()) input[property] = TRY(value_of(property, properties[property], words));
  }
  return input.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace lightfast
