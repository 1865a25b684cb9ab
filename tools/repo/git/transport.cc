#include "tools/repo/git/transport.h"

#include <algorithm>
#include <memory>
#include <string_view>

#include <git2.h>
#include <git2/sys/transport.h>

namespace lightfast::repo {
namespace {

constexpr std::size_t kBeginningBytes = 4096;

// The library's structures stand first in ours, so that it can be given ours and we find them
// again.
struct Stream {
  git_smart_subtransport_stream base;
  git_smart_subtransport_stream* inner;
  Advertisement* advertisement;  // null when that is over
};

struct Transport {
  git_smart_subtransport base;
  git_smart_subtransport* inner;
  Advertisement* advertisement;
  bool has_one_stream;  // ssh: what follows the advertisement comes by the same stream
  Stream* stream;       // that one
};

void count(Advertisement& advertisement, std::string_view bytes) {
  const auto room = kBeginningBytes - advertisement.beginning.size();
  advertisement.beginning += bytes.substr(0, std::min(room, bytes.size()));
  advertisement.bytes += bytes.size();
}

int read_stream(git_smart_subtransport_stream* base, char* buffer, std::size_t size,
                std::size_t* read) {
  auto& stream = *reinterpret_cast<Stream*>(base);
  const int code = stream.inner->read(stream.inner, buffer, size, read);
  if (code != 0 || stream.advertisement == nullptr) return code;
  count(*stream.advertisement, {buffer, *read});
  if (!stream.advertisement->is_too_large()) return 0;
  git_error_set_str(GIT_ERROR_NET, "too many references");
  return GIT_EUSER;
}

int write_stream(git_smart_subtransport_stream* base, const char* buffer, std::size_t size) {
  auto* inner = reinterpret_cast<Stream*>(base)->inner;
  return inner->write(inner, buffer, size);
}

void free_stream(git_smart_subtransport_stream* base) {
  const std::unique_ptr<Stream> stream(reinterpret_cast<Stream*>(base));
  reinterpret_cast<Transport*>(base->subtransport)->stream = nullptr;
  stream->inner->free(stream->inner);
}

int start_action(git_smart_subtransport_stream** out, git_smart_subtransport* base, const char* url,
                 git_smart_service_t action) {
  auto& transport = *reinterpret_cast<Transport*>(base);
  git_smart_subtransport_stream* inner = nullptr;
  const int code = transport.inner->action(&inner, transport.inner, url, action);
  const bool is_advertisement = action == GIT_SERVICE_UPLOADPACK_LS;
  if (code == 0 && !is_advertisement && transport.has_one_stream && transport.stream != nullptr) {
    transport.stream->advertisement = nullptr;
    *out = &transport.stream->base;
    return 0;
  }
  if (code != 0 || !is_advertisement) {
    *out = inner;  // the pack has a bound of its own
    return code;
  }
  auto stream = std::make_unique<Stream>(
      Stream{{base, read_stream, write_stream, free_stream}, inner, transport.advertisement});
  transport.stream = stream.release();
  *out = &transport.stream->base;
  return 0;
}

int close_transport(git_smart_subtransport* base) {
  auto* inner = reinterpret_cast<Transport*>(base)->inner;
  return inner->close(inner);
}

void free_transport(git_smart_subtransport* base) {
  const std::unique_ptr<Transport> transport(reinterpret_cast<Transport*>(base));
  transport->inner->free(transport->inner);
}

int wrap(git_smart_subtransport** out, git_smart_subtransport* inner, void* advertisement,
         bool has_one_stream) {
  auto transport =
      std::make_unique<Transport>(Transport{{start_action, close_transport, free_transport},
                                            inner,
                                            static_cast<Advertisement*>(advertisement),
                                            has_one_stream,
                                            nullptr});
  *out = &transport.release()->base;
  return 0;
}

int make_http(git_smart_subtransport** out, git_transport* owner, void* advertisement) {
  git_smart_subtransport* inner = nullptr;
  const int code = git_smart_subtransport_http(&inner, owner, nullptr);
  return code != 0 ? code : wrap(out, inner, advertisement, false);
}

int make_ssh(git_smart_subtransport** out, git_transport* owner, void* advertisement) {
  git_smart_subtransport* inner = nullptr;
  const int code = git_smart_subtransport_ssh(&inner, owner, nullptr);
  return code != 0 ? code : wrap(out, inner, advertisement, true);
}

}  // namespace

bool Advertisement::is_of_sha256() const {
  return beginning.find("object-format=sha256") != std::string::npos;
}

int make_counting_transport(git_transport** out, git_remote* owner, Advertisement& advertisement,
                            Protocol protocol) {
  const bool is_http = protocol == Protocol::Http;
  git_smart_subtransport_definition definition = {is_http ? make_http : make_ssh, is_http ? 1U : 0U,
                                                  &advertisement};
  return git_transport_smart(out, owner, &definition);
}

}  // namespace lightfast::repo
