#include "base/log.h"

#include <unistd.h>

#include <map>
#include <mutex>
#include <utility>

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/dist_sink.h>

#include "base/files.h"

namespace lightfast {
namespace {

// Standard error, written when it is flushed and not before: spdlog's own writes every line by
// itself, whoever asks for what.
class StderrSink final : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    formatter_->format(message, lines_);
    if (lines_.size() > kMost) flush_();
  }
  void flush_() override {
    (void)write_all(STDERR_FILENO, {lines_.data(), lines_.size()});  // or nobody reads it
    lines_.clear();
  }

 private:
  static constexpr std::size_t kMost = 16UL << 10U;
  spdlog::memory_buf_t lines_;
};

// Every logger writes to this one sink; what is behind it may be exchanged once at start.
struct Loggers {
  std::mutex mutex;
  std::shared_ptr<spdlog::sinks::dist_sink_mt> sink =
      std::make_shared<spdlog::sinks::dist_sink_mt>();
  spdlog::level::level_enum level = spdlog::level::info;
  std::map<std::string, std::unique_ptr<spdlog::logger>> by_room;

  Loggers() {
    sink->add_sink(std::make_shared<StderrSink>());
    sink->set_pattern(kPattern);
  }
  static constexpr const char* kPattern = "%Y-%m-%dT%H:%M:%S.%e%z %l %n: %v";
};

Loggers& loggers() {
  static auto* all = new Loggers;  // outlives every thread and static destructor
  return *all;
}

}  // namespace

Result<void> configure_logging(const LogOptions& options) {
  static const std::map<std::string, spdlog::level::level_enum> levels = {
      {"error", spdlog::level::err},
      {"warn", spdlog::level::warn},
      {"info", spdlog::level::info},
      {"debug", spdlog::level::debug},
      {"off", spdlog::level::off}};
  const auto level = levels.find(options.level);
  if (level == levels.end()) {
    return Error{ErrorKind::InvalidArgument,
                 "log level '" + options.level + "': use error, warn, info, debug or off",
                 "log-level"};
  }
  auto& all = loggers();
  const std::lock_guard lock(all.mutex);
  if (!options.file.empty()) {
    // spdlog would make missing directories, wherever a mistyped path leads.
    const auto directory = std::filesystem::absolute(options.file).parent_path();
    if (!std::filesystem::is_directory(directory)) {
      return Error{ErrorKind::InvalidArgument,
                   "log file '" + options.file.string() + "': its directory does not exist",
                   "log-file"};
    }
    try {
      all.sink->set_sinks(
          {std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file.string())});
    } catch (const spdlog::spdlog_ex&) {
      return Error{ErrorKind::InvalidArgument,
                   "opening log file '" + options.file.string() + "' for writing: not possible",
                   "log-file"};
    }
    all.sink->set_pattern(Loggers::kPattern);
  }
  all.level = level->second;
  for (auto& [room, logger] : all.by_room) logger->set_level(level->second);
  return {};
}

spdlog::logger& log_for(const std::string& room) {
  auto& all = loggers();
  const std::lock_guard lock(all.mutex);
  auto& logger = all.by_room[room];
  if (!logger) {
    logger = std::make_unique<spdlog::logger>(room, all.sink);
    logger->set_level(all.level);
    logger->flush_on(spdlog::level::debug);
  }
  return *logger;
}

}  // namespace lightfast
