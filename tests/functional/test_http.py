#!/usr/bin/env python3
"""`lightfast serve` as its clients and operators meet it: routes, sessions, streams, cancellation, keys, TLS, its end."""
import json
import pathlib
import re
import signal
import subprocess
import threading
import unittest

from harness import (HANG_GUARD, LIGHTFAST, bash_says, eventually, fail_if_anything_is_left, make_checkout, make_home, make_repository)
from http_server import HttpServer, read_all

FILES = {"README.md": "# Acme\n\nWe say tone, not voice.\n", "brand.md": "tone: calm\n", "deep/a.txt": "a\n", "logo.png": b"\x89PNG\x00\xff"}


def tearDownModule():
    fail_if_anything_is_left()


class HttpCase(unittest.TestCase):
    options = ()

    @classmethod
    def setUpClass(cls):
        cls.home = make_home(cls)
        cls.repository = make_repository(cls.home / "repository", FILES)
        cls.server = cls.enterClassContext(HttpServer(cls.repository, cls.home / "data", cls.options)).wait_until_ready()


class Routes(HttpCase):
    def test_it_tells_of_itself(self):
        self.assertEqual(self.server.get("/healthz").body, b"ok\n")
        ready = self.server.get("/readyz").json
        self.assertTrue(ready["ready"])
        self.assertEqual(len(ready["commit"]), 40)
        self.assertEqual(self.server.get("/openapi.json").json["openapi"], "3.1.0")
        self.server.shell("true")
        metrics = self.server.get("/metrics").body.decode()
        for name in ("lightfast_http_connections", "lightfast_sandbox_tier", "lightfast_repo_ready", "lightfast_build_info",
                     "lightfast_calls_total", "lightfast_call_duration_seconds_bucket", "lightfast_http_requests_total"):
            self.assertRegex(metrics, rf"(?m)^{name}(\{{.*\}})? \d")

    def test_metrics_are_in_the_text_format(self):
        """Prometheus' exposition format 0.0.4: each family's HELP and TYPE before its samples, each sample once."""
        samples, families = set(), set()
        for line in self.server.get("/metrics").body.decode().splitlines():
            comment = re.fullmatch(r"# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)", line)
            sample = re.fullmatch(r"([a-zA-Z_:][\w:]*)(\{(\w+=\"[^\"\\]*\",?)*\})? (-?[\d.]+(e[-+]?\d+)?|NaN|[-+]Inf)", line)
            self.assertTrue(comment or sample, line)
            if comment:
                families.add(comment[2])
                continue
            self.assertIn(re.sub("_(bucket|sum|count)$", "", sample[1]), families)
            self.assertNotIn((sample[1], sample[2]), samples)
            samples.add((sample[1], sample[2]))

    def test_every_reply_names_its_request(self):
        for path in ("/healthz", "/nowhere", "/v1/shell"):
            self.assertRegex(self.server.get(path).headers["X-Request-ID"], "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")

    def test_a_command_answers_as_bash_does(self):
        checkout = make_checkout(self.repository, self.home / "checkout")
        for command in ("grep -rn tone .", "cat nothing", "ls | wc -l; exit 3"):
            with self.subTest(command):
                reply = self.server.shell(command)
                expected = bash_says(command, checkout)
                self.assertEqual(reply.status, 200)
                self.assertEqual(sorted(reply.json["stdout"].splitlines()), sorted(expected.stdout.decode().splitlines()))
                self.assertEqual(reply.json["exitCode"], expected.returncode)

    def test_what_is_wrong_is_said_in_one_form(self):
        cases = [
            (self.server.get("/nowhere"), 404, "NOT_FOUND"),
            (self.server.get("/v1/shell"), 405, "METHOD_NOT_ALLOWED"),
            (self.server.request("PUT", "/healthz"), 405, "METHOD_NOT_ALLOWED"),
            (self.server.request("POST", "/v1/shell", b"x", {"Content-Type": "text/plain"}), 415, "UNSUPPORTED_MEDIA_TYPE"),
            (self.server.post("/v1/shell", b"{"), 400, "BAD_REQUEST"),
            (self.server.post("/v1/shell", b"[]"), 400, "BAD_REQUEST"),
            (self.server.post("/v1/shell", b'{"command":' + b"[" * 100_000), 400, "BAD_REQUEST"),
            (self.server.post("/v1/shell", {"comand": "ls"}), 400, "BAD_REQUEST"),
            (self.server.post("/v1/shell", {"command": ""}), 400, "BAD_REQUEST"),
        ]
        for reply, status, code in cases:
            with self.subTest(reply.body[:100]):
                self.assertEqual(reply.status, status)
                error = reply.json
                self.assertEqual((error["defined"], error["code"], error["status"]), (True, code, status))
                self.assertTrue(error["message"])
        self.assertEqual(self.server.get("/v1/shell").headers["Allow"], "POST")
        self.assertEqual(self.server.post("/v1/shell", {"command": ""}).json["data"]["field"], "command")

    def test_head_has_no_body(self):
        with self.server.socket() as connection:
            connection.sendall(b"HEAD /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = read_all(connection, HANG_GUARD)
        self.assertTrue(answer.endswith(b"\r\n\r\n"), answer)
        self.assertIn(b"Content-Length: 3\r\n", answer)

    def test_requests_behind_each_other_are_answered_in_order(self):
        with self.server.socket() as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"
                               b"GET /healthz HTTP/1.0\r\n\r\n")
            answer = read_all(connection, HANG_GUARD)
        self.assertEqual(re.findall(rb"HTTP/1\.1 (\d+) ", answer), [b"200", b"404", b"200"])

    def test_the_access_log_names_no_secret(self):
        secret = "sk-lf-" + "S" * 43
        self.server.get("/healthz?token=" + secret, Authorization="Bearer " + secret)
        self.assertTrue(eventually(lambda: "path=/healthz" in self.server.log()))
        self.assertNotIn("SSSS", self.server.log())


class Legacy(HttpCase):
    def test_a_session_lives_from_its_handshake_to_its_end(self):
        session = self.server.initialize()
        self.assertRegex(session, "^[!-~]+$")
        self.assertEqual(self.server.legacy({"jsonrpc": "2.0", "id": 1, "method": "ping"}, session).json["result"], {})
        self.assertEqual(self.server.request("DELETE", "/mcp", headers={"Mcp-Session-Id": session}).status, 204)
        self.assertEqual(self.server.legacy({"jsonrpc": "2.0", "id": 1, "method": "ping"}, session).status, 404)

    def test_who_has_no_session_is_told_what_to_do(self):
        ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        self.assertEqual(self.server.legacy(ping).status, 400)
        self.assertIn("initialize", self.server.legacy(ping).json["error"]["message"])
        self.assertEqual(self.server.legacy(ping, "unknown").status, 404)
        self.assertEqual(self.server.get("/mcp", Accept="text/event-stream").status, 400)
        self.assertEqual(self.server.request("DELETE", "/mcp").status, 400)
        self.assertEqual(self.server.legacy(ping, self.server.initialize(), MCP_Protocol_Version="1999-01-01").status, 400)

    def test_media_types_are_checked(self):
        session = self.server.initialize()
        self.assertEqual(self.server.request("POST", "/mcp", b"{}", {"Content-Type": "text/plain"}).status, 415)
        self.assertEqual(self.server.post("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "ping"}, Mcp_Session_Id=session,
                                          Accept="text/html").status, 406)
        self.assertEqual(self.server.get("/mcp", Mcp_Session_Id=session, Accept="application/json").status, 406)

    def test_a_batch_is_answered_as_one_where_there_are_batches(self):
        batch = [{"jsonrpc": "2.0", "id": 1, "method": "ping"}, {"jsonrpc": "2.0", "method": "notifications/x"},
                 {"jsonrpc": "2.0", "id": 2, "method": "ping"}]
        answers = self.server.legacy(batch, self.server.initialize("2025-03-26")).json
        self.assertEqual(sorted(answer["id"] for answer in answers), [1, 2])
        self.assertEqual(self.server.legacy(batch[1:2], self.server.initialize("2025-03-26")).status, 202)
        self.assertEqual(self.server.legacy(batch, self.server.initialize()).json["error"]["code"], -32600)

    def test_bad_json_is_an_error_and_the_session_goes_on(self):
        session = self.server.initialize()
        for body, code in ((b"{", -32700), (b"\xff", -32700), (b"[" * 100_000, -32700), (b'{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600)):
            reply = self.server.legacy(body, session)
            self.assertEqual((reply.status, reply.json["error"]["code"]), (400, code))
        self.assertEqual(self.server.legacy({"jsonrpc": "2.0", "id": 1, "method": "ping"}, session).status, 200)

    def test_a_change_of_the_repository_is_told_on_the_stream(self):
        repository = make_repository(self.home / "changing", FILES)
        with HttpServer(repository, self.home / "changing-data") as server:
            session = server.wait_until_ready().initialize()
            uri = "lightfast://repo/brand.md"
            server.legacy({"jsonrpc": "2.0", "id": 1, "method": "resources/subscribe", "params": {"uri": uri}}, session)
            with server.socket() as stream:
                stream.sendall(f"GET /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nMcp-Session-Id: {session}\r\n\r\n".encode())
                pathlib.Path(repository, "brand.md").write_text("tone: bold\n")
                subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qam", "Bold"], cwd=repository, check=True)
                server.shell("true")  # looks at the head
                told = b""
                while b"updated" not in told or b"list_changed" not in told:
                    octets = stream.recv(65536)
                    self.assertTrue(octets, told)
                    told += octets
            self.assertIn(b'"uri":"' + uri.encode(), told)

    def test_a_session_is_not_another_caller_s(self):
        data = self.home / "keyed-data"
        keys = [subprocess.run([LIGHTFAST, "keys", "create", "--data-dir", data], capture_output=True, text=True, check=True).stdout.strip()
                for _ in range(2)]
        with HttpServer(self.repository, data) as server:
            session = server.initialize(Authorization=f"Bearer {keys[0]}")
            ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
            self.assertEqual(server.legacy(ping, session, Authorization=f"Bearer {keys[0]}").status, 200)
            self.assertEqual(server.legacy(ping, session, Authorization=f"Bearer {keys[1]}").status, 404)


class Modern(HttpCase):
    def test_each_request_stands_for_itself(self):
        discovered = self.server.modern("server/discover").json["result"]
        self.assertEqual(discovered["supportedVersions"], ["2026-07-28"])
        self.assertEqual(self.server.call("cat brand.md")["content"][0]["text"], FILES["brand.md"])

    def test_a_long_command_tells_that_it_goes_on(self):
        reply = self.server.modern("tools/call", {"name": "lightfast_shell", "arguments": {"command": "sleep 3; echo done"}},
                                   meta={"progressToken": "p"})
        *progress, last = reply.messages
        self.assertTrue(progress)
        self.assertEqual({message["method"] for message in progress}, {"notifications/progress"})
        values = [message["params"]["progress"] for message in progress]
        self.assertEqual(values, sorted(set(values)))
        self.assertEqual(last["result"]["content"][0]["text"], "done\n")

    def test_one_who_takes_no_events_gets_the_answer_alone(self):
        reply = self.server.modern("tools/call", {"name": "lightfast_shell", "arguments": {"command": "sleep 2.5; echo done"}},
                                   meta={"progressToken": "p"}, Accept="application/json")
        self.assertEqual(reply.headers.get_content_type(), "application/json")
        self.assertEqual(reply.json["result"]["content"][0]["text"], "done\n")

    def test_closing_the_connection_kills_the_command(self):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
            "name": "lightfast_shell", "arguments": {"command": "sleep 55"}, "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}}})
        with self.server.socket() as connection:
            connection.sendall((f"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nMCP-Protocol-Version: 2026-07-28\r\n"
                                f"Mcp-Method: tools/call\r\nMcp-Name: lightfast_shell\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode())
            self.assertTrue(eventually(lambda: self.sleeps()))
        self.assertTrue(eventually(lambda: not self.sleeps()))

    def test_closing_a_rest_call_kills_its_command_too(self):
        connection = self.server.connection()
        connection.request("POST", "/v1/shell", json.dumps({"command": "sleep 55"}), {"Content-Type": "application/json"})
        self.assertTrue(eventually(lambda: self.sleeps()))
        connection.close()
        self.assertTrue(eventually(lambda: not self.sleeps()))

    def sleeps(self):
        return [process for process in self.server.processes() if process.name == "sleep"]

    def test_there_is_no_session_nor_a_stream(self):
        self.assertEqual(self.server.get("/mcp", MCP_Protocol_Version="2026-07-28", Accept="text/event-stream").status, 405)
        self.assertIsNone(self.server.modern("server/discover", Mcp_Session_Id="x").headers["Mcp-Session-Id"])


class Ends(unittest.TestCase):
    def setUp(self):
        self.home = make_home(self)
        self.repository = make_repository(self.home / "repository", FILES)

    def test_a_call_that_ends_in_time_is_answered(self):
        with HttpServer(self.repository, self.home / "data") as server:
            server.wait_until_ready()
            answers = []
            caller = threading.Thread(target=lambda: answers.append(server.call("sleep 1.5; echo done")))
            caller.start()
            self.assertTrue(eventually(lambda: any(process.name == "sleep" for process in server.processes())))
            server.process.send_signal(signal.SIGTERM)
            caller.join(HANG_GUARD)
            self.assertEqual(answers[0]["content"][0]["text"], "done\n")
            self.assertEqual(server.process.wait(HANG_GUARD), 0)

    def test_what_goes_on_is_cut_off_and_told(self):
        with HttpServer(self.repository, self.home / "data") as server:
            session = server.wait_until_ready().initialize()
            replies = []
            call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "lightfast_shell", "arguments": {"command": "sleep 55"}}}
            callers = [threading.Thread(target=lambda: replies.append(server.legacy(call, session).json)),
                       threading.Thread(target=lambda: replies.append(server.shell("sleep 55").json))]
            for caller in callers:
                caller.start()
            self.assertTrue(eventually(lambda: sum(process.name == "sleep" for process in server.processes()) == 2))
            with server.socket() as stream:
                stream.sendall(f"GET /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nMcp-Session-Id: {session}\r\n\r\n".encode())
                stream.recv(1000)
                server.process.send_signal(signal.SIGTERM)
                self.assertTrue(read_all(stream, HANG_GUARD).endswith(b"0\r\n\r\n"))  # ended, not broken
            for caller in callers:
                caller.join(HANG_GUARD)
            self.assertEqual(server.process.wait(HANG_GUARD), 0)
            self.assertIn("shutting down", json.dumps(replies))
            self.assertEqual(len(replies), 2)

    def test_a_second_server_is_told_that_the_port_is_taken(self):
        with HttpServer(self.repository, self.home / "data") as server:
            second = subprocess.run([LIGHTFAST, "serve", "--listen", f"127.0.0.1:{server.port}", "--repo", self.repository, "--data-dir",
                                     self.home / "data2"], capture_output=True, text=True, check=False, timeout=HANG_GUARD)
        self.assertEqual(second.returncode, 2)
        self.assertIn("in use", second.stderr)

    def test_killed_it_leaves_nothing(self):
        with HttpServer(self.repository, self.home / "data") as server:
            server.wait_until_ready()
            below = server.processes()
            self.assertTrue(below)
            server.process.kill()
            self.assertTrue(eventually(lambda: not any(process in below for process in server.processes())))


class Keys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = make_home(cls)
        cls.repository = make_repository(cls.home / "repository", FILES)

    def keys(self, data, *words):
        return subprocess.run([LIGHTFAST, "keys", *words, "--data-dir", data], capture_output=True, text=True, check=True)

    def test_with_a_key_only_its_holders_are_served(self):
        data = self.home / "held"
        key = self.keys(data, "create").stdout.strip()
        with HttpServer(self.repository, data) as server:
            server.wait_until_ready()
            refused = [server.shell("true"), server.shell("true", Authorization="Bearer sk-lf-" + "A" * 43),
                       server.shell("true", Authorization="Bearer x"), server.shell("true", Authorization="Basic " + key)]
            for reply in refused:
                self.assertEqual(reply.status, 401)
                self.assertTrue(reply.headers["WWW-Authenticate"].startswith("Bearer"))
                self.assertEqual(reply.body, refused[0].body)
            self.assertEqual(server.legacy({"jsonrpc": "2.0", "id": 1, "method": "ping"}).status, 401)
            self.assertEqual(server.shell("true", Authorization=f"Bearer {key}").status, 200)
            self.assertEqual(server.call("echo hi", Authorization=f"bearer {key}")["content"][0]["text"], "hi\n")
            self.assertIn("caller=key_", server.log())
            self.assertNotIn(key[6:], server.log())

    def test_a_revoked_key_is_worth_nothing_at_once(self):
        data = self.home / "revoked"
        key = self.keys(data, "create").stdout.strip()
        number = self.keys(data, "list").stdout.split("key_")[1][:12]
        with HttpServer(self.repository, data) as server:
            server.wait_until_ready()
            self.assertEqual(server.shell("true", Authorization=f"Bearer {key}").status, 200)
            self.keys(data, "revoke", f"key_{number}")
            self.assertEqual(server.shell("true", Authorization=f"Bearer {key}").status, 401)

    def test_an_open_server_closes_with_the_first_key(self):
        data = self.home / "closing"
        with HttpServer(self.repository, data) as server:
            server.wait_until_ready()
            self.assertIn("open=yes", server.log())
            self.assertEqual(server.shell("true").status, 200)
            key = self.keys(data, "create").stdout.strip()
            self.assertEqual(server.shell("true").status, 401)
            self.assertEqual(server.shell("true", Authorization=f"Bearer {key}").status, 200)

    def test_on_another_address_it_does_not_start_open_unless_told(self):
        arguments = [LIGHTFAST, "serve", "--listen", "0.0.0.0:0", "--repo", self.repository, "--data-dir", self.home / "other"]
        refused = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=HANG_GUARD)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("keys create", refused.stderr)
        with HttpServer(self.repository, self.home / "other", ["--open"], listen="0.0.0.0:0") as server:
            self.assertEqual(server.wait_until_ready().shell("true").status, 200)

    def test_too_many_requests_are_told_when_to_come_again(self):
        data = self.home / "limited"
        key = self.keys(data, "create").stdout.strip()
        with HttpServer(self.repository, data, ["--rate-limit", "8"]) as server:
            server.wait_until_ready()
            replies = [server.shell("true", Authorization=f"Bearer {key}") for _ in range(4)]
            limited = [reply for reply in replies if reply.status == 429]
            self.assertTrue(limited)
            self.assertGreaterEqual(int(limited[0].headers["Retry-After"]), 1)
            self.assertEqual(limited[0].json["code"], "TOO_MANY_REQUESTS")
            guesses = [server.shell("true", Authorization="Bearer sk-lf-" + "B" * 43).status for _ in range(4)]
            self.assertEqual((guesses[0], guesses[-1]), (401, 429))


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = make_home(cls)
        cls.repository = make_repository(cls.home / "repository", FILES)
        cls.certificate, cls.key = cls.home / "tls/cert.pem", cls.home / "tls/key.pem"
        cls.certificate.parent.mkdir()
        cls.make_certificate()

    @classmethod
    def make_certificate(cls):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=IP:127.0.0.1", "-keyout", cls.key, "-out", cls.certificate], check=True, capture_output=True)

    def test_it_serves_by_tls_and_reads_its_certificate_again(self):
        with HttpServer(self.repository, self.home / "data", ["--tls-cert", self.certificate, "--tls-key", self.key]) as server:
            self.assertEqual(server.scheme, "https")
            self.assertEqual(server.request("GET", "/healthz", ca_file=self.certificate).body, b"ok\n")
            body = json.dumps({"command": "head -c 300000 /dev/zero | tr '\\0' x", "maxOutputBytes": 400000})
            reply = server.request("POST", "/v1/shell", body, {"Content-Type": "application/json"}, ca_file=self.certificate)
            self.assertEqual(reply.json["stdout"], "x" * 300000)
            old = self.certificate.read_bytes()
            self.make_certificate()
            self.assertNotEqual(old, self.certificate.read_bytes())
            server.process.send_signal(signal.SIGHUP)
            self.assertTrue(eventually(lambda: "reloaded=tls" in server.log()), server.log())
            self.assertEqual(server.request("GET", "/healthz", ca_file=self.certificate).status, 200)
            with server.socket() as plain:
                plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                self.assertNotIn(b"200", read_all(plain, 5))

    def test_files_that_do_not_fit_are_refused(self):
        for options in (["--tls-cert", self.certificate], ["--tls-cert", self.key, "--tls-key", self.key], ["--tls-cert", "/no", "--tls-key", "/no"]):
            refused = subprocess.run([LIGHTFAST, "serve", "--listen", "127.0.0.1:0", "--repo", self.repository, "--data-dir",
                                      self.home / "bad", *options], capture_output=True, text=True, check=False, timeout=HANG_GUARD)
            self.assertEqual(refused.returncode, 2, refused)
            self.assertIn("--tls-", refused.stderr)


if __name__ == "__main__":
    unittest.main()
