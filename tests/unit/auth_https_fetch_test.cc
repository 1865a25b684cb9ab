#include <httplib.h>

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include <catch2/catch.hpp>

#include "auth/https_fetch.h"
#include "auth/jwks.h"
#include "certificates.h"
#include "temp_directory.h"

namespace lightfast::auth {
namespace {

using namespace std::chrono_literals;
using test::certificate_for;
using test::Key;
using test::pem_of;
using test::TempDirectory;

// A server on the loopback, with or without TLS.
class TestServer {
 public:
  explicit TestServer(std::unique_ptr<httplib::Server> server) : server_(std::move(server)) {
    server_->Get("/keys", [](const httplib::Request& request, httplib::Response& answer) {
      answer.set_content("keys" + request.get_param_value("p"), "application/json");
    });
    server_->Get("/missing", [](const auto&, httplib::Response& answer) { answer.status = 404; });
    server_->Get("/moved", [](const auto&, auto& answer) { answer.set_redirect("/keys"); });
    server_->Get("/large", [](const auto&, httplib::Response& answer) {
      answer.set_content(std::string(kMaxJwksBytes, 'x'), "application/json");
    });
    server_->Get("/too-large", [](const auto&, httplib::Response& answer) {
      answer.set_content(std::string(kMaxJwksBytes + 1, 'x'), "application/json");
    });
    server_->Get("/endless", [](const auto&, httplib::Response& answer) {
      answer.set_chunked_content_provider("text/plain", [](std::size_t, httplib::DataSink& sink) {
        const std::string piece(4096, 'x');
        return sink.write(piece.data(), piece.size());
      });
    });
    server_->Get("/hangs", [this](const auto&, httplib::Response&) {
      while (!ends_.stop_requested()) std::this_thread::sleep_for(1ms);
    });
    port_ = server_->bind_to_any_port("127.0.0.1");
    REQUIRE(port_ > 0);
    thread_ = std::jthread([this] { server_->listen_after_bind(); });
  }
  ~TestServer() {
    ends_.request_stop();
    server_->stop();
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  [[nodiscard]] std::string url(const std::string& scheme, const std::string& path) const {
    return scheme + "://127.0.0.1:" + std::to_string(port_) + path;
  }

 private:
  std::unique_ptr<httplib::Server> server_;
  std::stop_source ends_;
  int port_ = 0;
  std::jthread thread_;
};

Result<std::string> fetched(const std::string& url, const std::filesystem::path& ca_file = {}) {
  const auto fetch = make_https_fetch(ca_file);
  REQUIRE(fetch.has_value());
  return (*fetch)(url, {});
}

TEST_CASE("a document is fetched whole, with its query", "[https fetch]") {
  const TestServer server(std::make_unique<httplib::Server>());
  CHECK(fetched(server.url("http", "/keys")).value() == "keys");
  CHECK(fetched(server.url("http", "/keys?p=a%20b")).value() == "keysa b");
  CHECK(fetched(server.url("http", "/large")).value().size() == kMaxJwksBytes);
}

TEST_CASE("an answer that is none says why", "[https fetch]") {
  const TestServer server(std::make_unique<httplib::Server>());
  const auto [path, said] = GENERATE(table<std::string, std::string>({
      {"/missing", "status 404"},
      {"/nowhere", "status 404"},
      {"/moved", "status 302"},
      {"/too-large", "larger than"},
      {"/endless", "larger than"},
  }));
  const auto url = server.url("http", path);
  const auto answer = fetched(url);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().kind == ErrorKind::Unavailable);
  CHECK_THAT(answer.error().message, Catch::Contains(url) && Catch::Contains(said));
}

TEST_CASE("nobody there is an error, not an exception", "[https fetch]") {
  CHECK(fetched("http://127.0.0.1:1/keys").error().kind == ErrorKind::Unavailable);
  CHECK(fetched("https://127.0.0.1:1/keys").error().kind == ErrorKind::Unavailable);
  CHECK(fetched("https://no-such-host.invalid/").error().kind == ErrorKind::Unavailable);
}

TEST_CASE("a fetch that hangs ends when it is stopped", "[https fetch]") {
  const TestServer server(std::make_unique<httplib::Server>());
  const auto fetch = make_https_fetch({}).value();
  std::stop_source stop;
  const auto begun = std::chrono::steady_clock::now();
  const std::jthread stopper([&stop] {
    std::this_thread::sleep_for(100ms);
    stop.request_stop();
  });
  CHECK_FALSE(fetch(server.url("http", "/hangs"), stop.get_token()).has_value());
  CHECK(std::chrono::steady_clock::now() - begun < 4s);  // its time limit is 5 s
  CHECK_FALSE(fetch(server.url("http", "/keys"), stop.get_token()).has_value());
}

TEST_CASE("over TLS the server is who it says, or nothing is fetched", "[https fetch]") {
  const TempDirectory here;
  const Key key(::EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const auto right = certificate_for("IP:127.0.0.1", key.get());
  const auto wrong = certificate_for("DNS:other.example", key.get());
  const auto trusted = here.with_file("right.pem", pem_of(right.get()));
  const auto other = here.with_file("wrong.pem", pem_of(wrong.get()));
  {
    const TestServer server(std::make_unique<httplib::SSLServer>(right.get(), key.get()));
    CHECK(fetched(server.url("https", "/keys"), trusted).value() == "keys");
    CHECK_FALSE(fetched(server.url("https", "/keys")).has_value());  // unknown to the system
    CHECK_FALSE(fetched(server.url("http", "/keys"), trusted).has_value());
    const auto fetch = make_https_fetch(trusted).value();
    for (int i = 0; i < 3; ++i)
      CHECK(fetch(server.url("https", "/keys"), {}).value() == "keys");  // not only the first time
  }
  const TestServer server(std::make_unique<httplib::SSLServer>(wrong.get(), key.get()));
  CHECK_FALSE(fetched(server.url("https", "/keys"), other).has_value());  // of another name
}

TEST_CASE("a file of authorities that is none is refused", "[https fetch]") {
  const TempDirectory here;
  CHECK(make_https_fetch(here / "missing").error().kind == ErrorKind::InvalidArgument);
  CHECK(make_https_fetch(here.with_file("empty", "")).error().kind == ErrorKind::InvalidArgument);
  CHECK(make_https_fetch(here.with_file("text", "no PEM")).error().kind ==
        ErrorKind::InvalidArgument);
}

TEST_CASE("URLs are taken apart", "[https fetch]") {
  struct Case {
    std::string text;
    FetchUrl url;
  };
  const auto one = GENERATE(values<Case>({
      {"https://a.example", {true, "a.example", 443, "/"}},
      {"https://a.example/", {true, "a.example", 443, "/"}},
      {"https://a.example:8443/x/y?z=1", {true, "a.example", 8443, "/x/y?z=1"}},
      {"https://a.example?z=/", {true, "a.example", 443, "/?z=/"}},
      {"https://[2001:db8::1]:1/x", {true, "2001:db8::1", 1, "/x"}},
      {"https://[::1]", {true, "::1", 443, "/"}},
      {"http://localhost/x", {false, "localhost", 80, "/x"}},
      {"http://127.0.0.1:8080/", {false, "127.0.0.1", 8080, "/"}},
      {"http://[::1]:8080/", {false, "::1", 8080, "/"}},
  }));
  CHECK(parse_fetch_url(one.text).value() == one.url);
}

TEST_CASE("URLs that are not fetched", "[https fetch]") {
  const auto text = GENERATE(
      as<std::string>{}, "", "a.example", "ftp://a.example/", "HTTPS://a.example/", "https://",
      "https:///x", "https://:1/", "https://a.example:/", "https://a.example:0/",
      "https://a.example:65536/", "https://a.example:1x/", "https://a.example:1:2/",
      "https://[::1/", "https://[]/", "https://[::1]x/", "https://user@a.example/",
      "https://user:secret@a.example/", "https://a.example/#x", "https://a.example/a b",
      "https://a.example/\r\nX: y", "https://a.example/\xC3\xA4", "https://a.example\\@b.example/",
      "http://a.example/", "http://127.example/", "http://localhost.example/", "http://0.0.0.0/",
      "file:///etc/passwd", "https://a.example/" + std::string(3000, 'a'));
  CAPTURE(text);
  const auto url = parse_fetch_url(text);
  REQUIRE_FALSE(url.has_value());
  CHECK(url.error().kind == ErrorKind::InvalidArgument);
  CHECK_FALSE(url.error().message.contains("secret"));
}

}  // namespace
}  // namespace lightfast::auth
