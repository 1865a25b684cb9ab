#include "contract/shell_view.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <ostream>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

namespace lightfast::contract {
namespace {

using Lines = std::vector<std::string>;

// `412033`, or `at least 412033` when the command was stopped while it still wrote.
std::string total(const Json& truncated, const char* count) {
  return fmt::format("{}{}", truncated.value("atLeast", false) ? "at least " : "",
                     truncated[count].get<std::uint64_t>());
}

// The commands below end in the number of lines, or bytes, that were shown, so that one page is as
// long as the other.
std::string stdout_cut_line(const Json& truncated) {
  const auto bytes = truncated.value("stdoutKeptBytes", std::uint64_t{0});
  const auto lines = truncated.value("stdoutKeptLines", std::uint64_t{0});
  const std::string sizes = fmt::format("{} of {} bytes", bytes, total(truncated, "stdoutBytes"));
  const std::string all_lines = total(truncated, "stdoutLines");
  if (lines == 0) {
    return fmt::format(
        "[stdout cut: {}, inside line 1 of {}; page with: ... | tail -c +{} | head -c {}]", sizes,
        all_lines, bytes + 1, bytes);
  }
  return fmt::format("[stdout cut: {}, lines 1-{} of {}; page with: ... | sed -n '{},{}p']", sizes,
                     lines, all_lines, lines + 1, 2 * lines);
}

std::string stderr_cut_line(const Json& truncated) {
  const auto bytes = truncated.value("stderrKeptBytes", std::uint64_t{0});
  return fmt::format(
      "[stderr cut: {} of {} bytes; page with: {{ ...; }} 2>&1 >/dev/null | tail -c +{} | head -c "
      "{}]",
      bytes, total(truncated, "stderrBytes"), bytes + 1, bytes);
}

bool was_stopped(const Json& output) {
  return output["timedOut"].get<bool>() || output.value("stopped", false);
}

// How the command ended, where that is more than an exit code.
void add_ending(const Json& output, Lines& lines) {
  const std::string limit = output.value("limit", "");
  if (output["timedOut"].get<bool>()) {
    const double seconds = static_cast<double>(output.value("timeoutMs", std::int64_t{0})) / 1000.0;
    lines.push_back(fmt::format("[timed out after {:g} s]", seconds));
  } else if (!was_stopped(output) && output.contains("signal")) {
    lines.push_back(fmt::format("[killed by {}]", output["signal"].get<std::string>()));
  }
  if (!limit.empty())
    lines.push_back(
        fmt::format("[{}: {}]", output.value("stopped", false) ? "killed" : "reached", limit));
}

// How old what a stale answer shows may be, in the largest unit of which there are two.
std::string age_of(const Json& output) {
  constexpr std::array<std::pair<std::int64_t, const char*>, 3> kUnits = {
      {{86'400, "days"}, {3'600, "hours"}, {60, "minutes"}}};
  const auto seconds = output.value("ageSeconds", std::int64_t{0});
  const auto* const unit = std::ranges::find_if(
      kUnits, [seconds](const auto& each) { return seconds >= 2 * each.first; });
  if (unit != kUnits.end())
    return fmt::format("; this is the state of {} {} ago", seconds / unit->first, unit->second);
  return seconds == 0 ? "" : fmt::format("; this is the state of {} s ago", seconds);
}

// All status lines but the exit code's.
Lines status_lines(const Json& output) {
  Lines lines;
  add_ending(output, lines);
  const Json& truncated = output["truncated"];
  if (truncated["stdout"].get<bool>()) lines.push_back(stdout_cut_line(truncated));
  if (truncated["stderr"].get<bool>()) lines.push_back(stderr_cut_line(truncated));
  if (output.contains("stale"))
    lines.push_back(
        fmt::format("[stale: {}{}]", output["stale"].get<std::string>(), age_of(output)));
  return lines;
}

// `text`, then `lines`, which begin on a line of their own.
std::string with_lines(std::string text, const Lines& lines) {
  if (!text.empty() && text.back() != '\n' && !lines.empty()) text.push_back('\n');
  return text + fmt::format("{}", fmt::join(lines, "\n"));
}

}  // namespace

ModelView shell_for_model(const Json& output) {
  Lines lines = status_lines(output);
  const int exit_code = output["exitCode"].get<int>();
  if (exit_code != 0 && !was_stopped(output))
    lines.insert(lines.begin(), fmt::format("[exit {}]", exit_code));
  ModelView view = {.texts = {output["stdout"].get<std::string>()},
                    .is_error = was_stopped(output)};
  std::string said = with_lines(output["stderr"].get<std::string>(), lines);
  if (!said.empty()) view.texts.push_back(std::move(said));
  view.meta["lightfast/result"] = {{"exitCode", exit_code},
                                   {"timedOut", output["timedOut"]},
                                   {"truncated", output["truncated"]},
                                   {"commit", output["commit"]},
                                   {"branch", output.value("branch", Json())},
                                   {"ageSeconds", output.value("ageSeconds", Json())},
                                   {"stale", output.value("stale", Json())}};
  return view;
}

int shell_for_terminal(const Json& output, std::ostream& out, std::ostream& err) {
  const Lines lines = status_lines(output);
  out << output["stdout"].get_ref<const std::string&>();
  err << with_lines(output["stderr"].get<std::string>(), lines) << (lines.empty() ? "" : "\n");
  return output["exitCode"].get<int>();
}

}  // namespace lightfast::contract
