#include "tools/repo/git/fetch.h"

#include <git2.h>
#include <spdlog/fmt/fmt.h>

#include "base/handles.h"
#include "base/text.h"
#include "tools/repo/git/git_error.h"
#include "tools/repo/git/names.h"
#include "tools/repo/git/repository.h"
#include "tools/repo/git/ssh_access.h"
#include "tools/repo/git/stall_guard.h"
#include "tools/repo/git/tcp_stream.h"
#include "tools/repo/git/transport.h"
#include "tools/repo/git/url.h"

namespace lightfast::repo {
namespace {

constexpr std::string_view kBranchPrefix = "refs/heads/";
constexpr const char* kMirrorReference = "refs/lightfast/head";

// One conversation with the remote, and what its callbacks found out.
class Session {
 public:
  // `ssh` when the URL is one of ssh; what it needs outlives the session.
  Session(const SyncRequest& request, const RemoteUrl& url, SshAccess* ssh)
      : request_(request),
        url_(url),
        ssh_(ssh),
        guard_(request.stall_limit, fmt::format("connecting to '{}'", display_path(url_.host))) {}

  Result<Head> run(git_repository* mirror) {
    if (ssh_ == nullptr) TRY(use_prompt_connections(url_.host, url_.port));
    git_remote* raw = nullptr;
    const auto address = ssh_ != nullptr ? ssh_->address() : url_.text;
    if (git_remote_create_anonymous(&raw, mirror, address.c_str()) != 0) {
      return git_failure(ErrorKind::Internal, "preparing the fetch");
    }
    const CHandle<git_remote, git_remote_free> remote(raw);
    git_fetch_options options = TRY(fetch_options());
    TRY(connect(raw, options));
    const Branches branches = TRY(branches_of(raw));
    Head head = TRY(choose_branch(branches, request_.branch));
    guard_.begin(fmt::format("fetching from '{}'", display_path(url_.host)));
    TRY(download(raw, options, head));
    TRY(remember(mirror, head));
    return head;
  }

 private:
  Result<git_fetch_options> fetch_options() {
    git_fetch_options options;
    if (git_fetch_options_init(&options, GIT_FETCH_OPTIONS_VERSION) != 0) {
      return git_failure(ErrorKind::Internal, "preparing the fetch");
    }
    options.prune = GIT_FETCH_NO_PRUNE;
    options.update_fetchhead = 0;
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
    options.follow_redirects = GIT_REMOTE_REDIRECT_NONE;  // to other hosts, that is
    options.proxy_opts.type = GIT_PROXY_NONE;
    options.callbacks.credentials = &Session::on_credentials;
    options.callbacks.transport = &Session::on_transport;
    // Not of https: its answer would replace the library's own check.
    if (ssh_ != nullptr) options.callbacks.certificate_check = &Session::on_host_key;
    options.callbacks.transfer_progress = &Session::on_progress;
    options.callbacks.sideband_progress = &Session::on_message;
    options.callbacks.payload = this;
    return options;
  }

  Result<void> connect(git_remote* remote, const git_fetch_options& options) {
    git_remote_connect_options connect;
    git_remote_connect_options_init(&connect, GIT_REMOTE_CONNECT_OPTIONS_VERSION);
    connect.callbacks = options.callbacks;
    connect.proxy_opts = options.proxy_opts;
    connect.follow_redirects = options.follow_redirects;
    const int code = git_remote_connect_ext(remote, GIT_DIRECTION_FETCH, &connect);
    return code == 0 ? Result<void>() : failure(code);
  }

  Result<Branches> branches_of(git_remote* remote) {
    const git_remote_head** heads = nullptr;
    std::size_t count = 0;
    if (const int code = git_remote_ls(&heads, &count, remote); code != 0) return failure(code);
    Branches branches;
    for (std::size_t index = 0; index < count; ++index) {
      const std::string_view name = heads[index]->name;
      if (!name.starts_with(kBranchPrefix)) continue;
      std::string commit(GIT_OID_HEXSZ, '\0');
      git_oid_fmt(commit.data(), &heads[index]->oid);
      branches.commits.emplace(name.substr(kBranchPrefix.size()), std::move(commit));
    }
    git_buf standard = GIT_BUF_INIT;
    if (git_remote_default_branch(&standard, remote) == 0) {
      const std::string_view name(standard.ptr, standard.size);
      if (name.starts_with(kBranchPrefix)) branches.standard = name.substr(kBranchPrefix.size());
    }
    git_buf_dispose(&standard);
    return branches;
  }

  Result<void> download(git_remote* remote, const git_fetch_options& options, const Head& head) {
    std::string refspec = fmt::format("{0}{1}:{0}{1}", kBranchPrefix, head.branch);
    char* text = refspec.data();
    const git_strarray refspecs = {.strings = &text, .count = 1};
    const int code = git_remote_download(remote, &refspecs, &options);
    return code == 0 ? Result<void>() : failure(code);
  }

  // A reference of ours, so that the next fetch can say what is here. The remote's names stay out
  // of the mirror, where an old `a` would stand in the way of a new `a/b`.
  static Result<void> remember(git_repository* mirror, const Head& head) {
    git_oid oid;
    git_reference* reference = nullptr;
    if (git_oid_fromstr(&oid, head.commit.c_str()) != 0 ||
        git_reference_create(&reference, mirror, kMirrorReference, &oid, 1, nullptr) != 0) {
      return git_failure(ErrorKind::Corrupt, "storing the fetched branch");
    }
    git_reference_free(reference);
    return {};
  }

  Error failure(int code) const {
    const auto shown = display_path(url_.text);
    const auto doing = fmt::format("fetching '{}'", shown);
    const auto message = git_message();
    if (auto broken = broken_limit(message); !broken.empty()) {
      return {ErrorKind::LimitExceeded, fmt::format("{}: {}", doing, broken)};
    }
    if (advertisement_.is_of_sha256()) {
      return {ErrorKind::Unavailable,
              fmt::format("'{}' uses SHA-256 object ids, which are not supported", shown)};
    }
    if (ssh_ != nullptr && kind_of_last_error() != ErrorKind::Corrupt)
      return ssh_->failure(code, message);
    if (redirected_ || message.find("redirect") != std::string::npos) {
      return {ErrorKind::InvalidArgument,
              fmt::format("'{}' redirects to another address; configure that address", shown)};
    }
    if (code == GIT_ECERTIFICATE) {
      return {
          ErrorKind::PermissionDenied,
          fmt::format(
              "certificate of '{}' is not trusted (set LIGHTFAST_CA_FILE for an own authority): {}",
              display_path(url_.host), message)};
    }
    if (asked_ > 0) return authentication_failure(doing, message);
    if (message.find("status code: 404") != std::string::npos) {
      return {ErrorKind::NotFound, fmt::format("'{}' was not found (404): check the address; a "
                                               "private repository needs LIGHTFAST_REPO_TOKEN",
                                               shown)};
    }
    return {kind_of_last_error(), fmt::format("{}: {}{}", doing, message, hint_on(message))};
  }

  // The limit of ours that ended the fetch, for people; empty when it was none.
  std::string broken_limit(std::string_view message) const {
    if (too_large_) return fmt::format("more than {} to receive", size_text(kMaxReceivedBytes));
    if (advertisement_.is_too_large()) {
      return fmt::format("more than {} of branches and tags", size_text(kMaxAdvertisedBytes));
    }
    if (message == "too many objects") return fmt::format("more than {} objects", kMaxPackObjects);
    if (message.find("overly large object") != std::string_view::npos)
      return fmt::format("an object of more than {}", size_text(kMaxObjectBytes));
    if (message == "Out of memory") return "more memory needed than one sync may use";
    return {};
  }

  static std::string_view hint_on(std::string_view message) {
    const bool alert = message.find("fatal alert") != std::string_view::npos;
    return alert ? " (perhaps since it does not take TLS 1.2, the newest that is spoken here)" : "";
  }

  Error authentication_failure(const std::string& doing, const std::string& message) const {
    if (request_.remote.token.empty()) {
      return {ErrorKind::PermissionDenied,
              doing + ": authentication needed: set LIGHTFAST_REPO_TOKEN"};
    }
    if (asked_ > 1) {
      return {ErrorKind::PermissionDenied,
              doing + ": the token in LIGHTFAST_REPO_TOKEN was refused"};
    }
    return {kind_of_last_error(), fmt::format("{}: {}", doing, message)};
  }

  // Corrupt when it is the mirror that failed, not the remote.
  static ErrorKind kind_of_last_error() {
    const git_error* last = git_error_last();
    const int group = last == nullptr ? GIT_ERROR_NONE : last->klass;
    const bool ours =
        group == GIT_ERROR_ODB || group == GIT_ERROR_REFERENCE || group == GIT_ERROR_REPOSITORY;
    return ours ? ErrorKind::Corrupt : ErrorKind::Unavailable;
  }

  static int on_credentials(git_credential** out, const char* url, const char* /*user*/,
                            unsigned allowed, void* payload) {
    auto& self = *static_cast<Session*>(payload);
    self.guard_.beat();
    if (self.ssh_ != nullptr) return self.give_key(out, url, allowed);
    ++self.asked_;
    const auto asking = parse_remote_url(url == nullptr ? "" : url);
    // The library follows a redirect within one host even so; then the question comes from another
    // port or scheme.
    self.redirected_ = !asking || asking->host != self.url_.host ||
                       asking->port != self.url_.port || asking->scheme != self.url_.scheme;
    const auto& token = self.request_.remote.token;
    const bool accepts_token = (allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT) != 0;
    // Once only: the library asks again and again while the server says no.
    if (self.redirected_ || token.empty() || self.asked_ > 1 || !accepts_token) return GIT_EAUTH;
    return git_credential_userpass_plaintext_new(out, "x-access-token", token.c_str());
  }

  static int on_transport(git_transport** out, git_remote* owner, void* payload) {
    auto& self = *static_cast<Session*>(payload);
    const auto protocol = self.ssh_ != nullptr ? Protocol::Ssh : Protocol::Http;
    return make_counting_transport(out, owner, self.advertisement_, protocol);
  }

  int give_key(git_credential** out, const char* url, unsigned allowed) {
    const bool takes_keys = (allowed & GIT_CREDENTIAL_SSH_MEMORY) != 0;
    if (!ssh_->gives_key(url == nullptr ? "" : url, takes_keys)) return GIT_EAUTH;
    git_error_clear();  // the library would keep an older message for the one to come
    const auto key = request_.remote.ssh_key + "\n";
    return git_credential_ssh_key_memory_new(out, url_.user.c_str(), nullptr, key.c_str(), nullptr);
  }

  // A key that the library does not give whole matches none.
  static int on_host_key(git_cert* certificate, int /*valid*/, const char* /*host*/,
                         void* payload) {
    auto& self = *static_cast<Session*>(payload);
    self.guard_.beat();
    if (certificate->cert_type != GIT_CERT_HOSTKEY_LIBSSH2) return GIT_ECERTIFICATE;
    const auto& offered = *reinterpret_cast<const git_cert_hostkey*>(certificate);
    std::string_view key, sha256;
    if ((offered.type & GIT_CERT_SSH_RAW) != 0) key = {offered.hostkey, offered.hostkey_len};
    if ((offered.type & GIT_CERT_SSH_SHA256) != 0)
      sha256 = {reinterpret_cast<const char*>(offered.hash_sha256), sizeof offered.hash_sha256};
    return self.ssh_->trusts(key, sha256) ? 0 : GIT_ECERTIFICATE;
  }

  static int on_progress(const git_indexer_progress* progress, void* payload) {
    auto& self = *static_cast<Session*>(payload);
    self.guard_.beat();
    self.too_large_ = progress->received_bytes > kMaxReceivedBytes;
    return self.too_large_ ? GIT_EUSER : 0;
  }

  static int on_message(const char* /*text*/, int /*size*/, void* payload) {
    static_cast<Session*>(payload)->guard_.beat();
    return 0;
  }

  const SyncRequest& request_;
  const RemoteUrl& url_;
  SshAccess* const ssh_;
  StallGuard guard_;
  Advertisement advertisement_;
  int asked_ = 0;
  bool redirected_ = false;
  bool too_large_ = false;
};

}  // namespace

Result<Head> fetch_branch(git_repository* mirror, const SyncRequest& request) {
  const RemoteUrl url = TRY(parse_remote_url(request.remote.url));
  if (url.scheme != Scheme::Ssh) return Session(request, url, nullptr).run(mirror);
  SshAccess ssh(url, request.remote);
  TRY(ssh.prefer_pinned_type(git_repository_path(mirror)));
  return Session(request, url, &ssh).run(mirror);
}

}  // namespace lightfast::repo
