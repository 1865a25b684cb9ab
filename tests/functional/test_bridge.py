#!/usr/bin/env python3
"""`lightfast mcp --base-url` passes calls on to a server: what it sends there, what comes of every answer, and of none."""
import json
import os
import signal
import socket
import subprocess
import threading
import unittest

import harness
from fault_server import FaultServer
from harness import LIGHTFAST, Server, eventually
from http_double import HttpDouble

KEY = "sk-lf-" + "K" * 43
ODD = "\u0000\u001b[31m \U0001f600 \u202e \\ \" \r\n\t é \\xFF \ufeff\ufffd \x7f"
MIB = 1 << 20


def output(stdout="hello\n", **fields):
    return {"stdout": stdout, "stderr": "", "exitCode": 0, "timedOut": False, "commit": "c" * 40, "durationMs": 3,
            "truncated": {"stdout": False, "stderr": False, "stdoutBytes": 6, "stderrBytes": 0, "stdoutLines": 1}, **fields}


def error(code, status, message, **data):
    return {"defined": True, "code": code, "status": status, "message": message, **({"data": data} if data else {})}


def answers(status, body, headers=(), **options):
    return lambda exchange: exchange.reply(status, body, headers, **options)


def says(octets):
    def behave(exchange):
        exchange.raw(octets)
        return True
    return behave


WELL = answers(200, output())


class Bridge(Server):
    """`lightfast mcp` as a bridge to `url`."""

    def __init__(self, url, *options, key=KEY, **environment):
        super().__init__("unused", "unused")
        self.command = [LIGHTFAST, "mcp", "--base-url", url, *options]
        self.environment |= {"LIGHTFAST_API_KEY": key, **environment} if key else environment

    def __enter__(self):
        super().__enter__()
        self.initialize()
        return self


class Case(unittest.TestCase):
    def setUp(self):
        self.home = harness.make_home(self)
        self.addCleanup(harness.fail_if_anything_is_left)


class Passing(Case):
    def test_a_call_goes_to_the_route_of_its_procedure_with_the_key(self):
        for prefix in ("", "/", "/some/where", "/some/where/"):
            with self.subTest(prefix), HttpDouble(WELL) as double, Bridge(double.url + prefix) as bridge:
                answer = bridge.shell("cat x", maxOutputBytes=2048)
                self.assertEqual((answer.texts, answer.is_error), (["hello\n"], False))
                self.assertEqual((answer.exit_code, answer.meta["commit"]), (0, "c" * 40))
                [request] = double.requests
                self.assertEqual((request.method, request.path), ("POST", prefix.rstrip("/") + "/v1/shell"))
                self.assertEqual(json.loads(request.body), {"command": "cat x", "timeoutMs": 10000, "maxOutputBytes": 2048})
                self.assertEqual(request.headers["authorization"], f"Bearer {KEY}")
                self.assertEqual(request.headers["content-type"], "application/json")
                self.assertEqual(request.headers["host"], f"127.0.0.1:{double.port}")

    def test_without_a_key_none_is_sent(self):
        with HttpDouble(WELL) as double, Bridge(double.url, key=None) as bridge:
            self.assertEqual(bridge.shell("ls").out, "hello\n")
            self.assertNotIn("authorization", double.requests[0].headers)

    def test_the_key_may_be_in_a_file(self):
        file = self.home / "key"
        file.write_text(KEY + "\n")
        for options, environment in ((("--api-key-file", str(file)), {}), ((), {"LIGHTFAST_API_KEY_FILE": str(file)})):
            with HttpDouble(WELL) as double, Bridge(double.url, *options, key=None, **environment) as bridge:
                bridge.shell("ls")
                self.assertEqual(double.requests[0].headers["authorization"], f"Bearer {KEY}")

    def test_the_tools_are_those_of_a_server_of_ones_own(self):
        repository = harness.make_repository(self.home / "repository", {"README.md": "hello\n"})
        with HttpDouble(WELL) as double, Bridge(double.url) as bridge, \
                Server(repository, self.home / "data", ["--store", str(self.home / "store.db")]) as local:
            local.initialize()
            listed = [server.answer(server.request("tools/list"))["result"] for server in (bridge, local)]
            self.assertEqual(*listed)
            self.assertEqual(double.requests, [])

    def test_the_model_is_told_where_the_repository_is(self):
        with HttpDouble(WELL) as double, Bridge(double.url) as bridge:
            told = bridge.initialize()["result"]["instructions"]
            self.assertIn("`.lightfast` repository", told)
            self.assertIn(double.url, told)

    def test_odd_text_passes_unchanged(self):
        with HttpDouble(answers(200, output(ODD))) as double, Bridge(double.url) as bridge:
            self.assertEqual(bridge.shell(f"echo '{ODD[1:]}'").out, ODD)
            self.assertEqual(json.loads(double.requests[0].body)["command"], f"echo '{ODD[1:]}'")

    def test_bodies_in_chunks_and_up_to_the_end_are_read(self):
        body = json.dumps(output("x" * 100_000)).encode()
        chunked = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:9000], body[9000:])) + b"0\r\n\r\n"
        for name, octets in (("chunks", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked),
                             ("to the end", b"HTTP/1.1 200 OK\r\n\r\n" + body), ("1.0", b"HTTP/1.0 200 OK\r\n\r\n" + body),
                             ("continue", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" + body)):
            with self.subTest(name), HttpDouble(says(octets)) as double, Bridge(double.url) as bridge:
                for _ in range(2):
                    self.assertEqual(bridge.shell("ls").out, "x" * 100_000)

    def test_a_refused_input_is_not_sent(self):
        with HttpDouble(WELL) as double, Bridge(double.url) as bridge:
            answer = bridge.shell("ls", timeoutMs=5)
            self.assertTrue(answer.is_error)
            self.assertIn("timeoutMs", answer.all)
            self.assertEqual(double.requests, [])

    def test_proxies_of_the_environment_are_not_used(self):
        nowhere = "http://127.0.0.1:1"
        with HttpDouble(WELL) as double, Bridge(double.url, http_proxy=nowhere, HTTP_PROXY=nowhere, ALL_PROXY=nowhere) as bridge:
            self.assertEqual(bridge.shell("ls").out, "hello\n")

    def test_calls_at_once_have_a_connection_each(self):
        everyone = threading.Barrier(20)

        def behave(exchange):
            everyone.wait(harness.HANG_GUARD)
            exchange.reply(200, output(json.loads(exchange.request.body)["command"]))
        with HttpDouble(behave) as double, Bridge(double.url) as bridge:
            numbers = {bridge.start_shell(f"echo {n}"): n for n in range(20)}
            for number, n in numbers.items():
                self.assertEqual(harness.Answer(bridge.answer(number)).out, f"echo {n}")


class Errors(Case):
    def assert_answers(self, behave, *words, key=KEY):
        """What the model is told; afterwards the bridge works as before."""
        with HttpDouble(behave) as double, Bridge(double.url, key=key) as bridge:
            answer = bridge.shell("ls")
            self.assertTrue(answer.is_error, answer)
            self.assertEqual(len(answer.texts), 1)
            for word in words:
                self.assertIn(word.replace("URL", double.url), answer.all)
            self.assertLess(len(answer.all), 600)
            double.behave = WELL
            self.assertEqual(bridge.shell("ls").out, "hello\n")
            self.assertNotIn(KEY, answer.all + bridge.log())
            return answer.all

    def test_errors_of_the_contract_read_as_they_do_there(self):
        cases = [
            (error("BAD_REQUEST", 400, "field 'x' must be y", field="x", reason="field 'x' must be y"), "bad request: field 'x' must be y"),
            (error("UNAUTHORIZED", 401, "the API key is revoked"), "not permitted: the server refused the API key: the API key is revoked"),
            (error("FORBIDDEN", 403, "the key may not do this"), "not permitted: the key may not do this"),
            (error("NOT_FOUND", 404, "no such entity"), "not found: no such entity"),
            (error("PAYLOAD_TOO_LARGE", 413, "over 1 MiB"), "limit reached: over 1 MiB"),
            (error("TOO_MANY_REQUESTS", 429, "too many; wait 3 s", retryAfterSeconds=3), "limit reached: too many; wait 3 s"),
            (error("INTERNAL_SERVER_ERROR", 500, "whatever", requestId="0b9f6a0e-3c1d-4f6e-9d2b-5a7c8e1f2a3b"),
             "internal error: the request failed inside the server; its log has the reason under request "
             "0b9f6a0e-3c1d-4f6e-9d2b-5a7c8e1f2a3b"),
            (error("UNAVAILABLE", 503, "no snapshot of the repository yet"), "unavailable: no snapshot of the repository yet"),
            (error("SOMETHING_NEW", 422, "cannot"), "bad request: cannot"),
        ]
        for body, expected in cases:
            with self.subTest(body["code"]):
                self.assertEqual(self.assert_answers(answers(body["status"], body)), expected)

    def test_a_server_that_wants_a_key_is_told_apart_from_one_that_refuses_it(self):
        self.assert_answers(answers(401, error("UNAUTHORIZED", 401, "no key")), "asks for an API key", "LIGHTFAST_API_KEY", key=None)

    def test_answers_of_proxies_and_strangers(self):
        html = b"<html>\x1b[31mno\xff " + b"x" * 5000
        cases = [
            ("502", answers(502, html), ("unavailable: 'URL' answered 502 Said So: <html>\\x1B[31mno\\xFF xxx",)),
            ("503", answers(503, html, ["Retry-After: 17"]), ("unavailable: ", "503", "try again in 17 s")),
            ("429", answers(429, b"", ["Retry-After: 9"]), ("limit reached: ", "429", "try again in 9 s")),
            ("429 date", answers(429, b"", ["Retry-After: Fri, 31 Dec 1999 23:59:59 GMT"]), ("limit reached: ", "429")),
            ("500 json", answers(500, {"detail": "no"}), ("unavailable: ", "answered 500")),
            ("401", answers(401, html), ("not permitted: the server refused the API key: ",)),
            ("403", answers(403, html), ("not permitted: ", "403")),
            ("404", answers(404, html), ("unavailable: ", "404", "--base-url")),
            ("413", answers(413, html), ("limit reached: ", "413")),
            ("204", answers(204, b""), ("damaged data: ", "does not answer as a lightfast server", "204")),
            ("html", answers(200, html), ("damaged data: 'URL' does not answer as a lightfast server: its answer is not JSON",)),
            ("empty", answers(200, b""), ("damaged data: ", "not JSON")),
            ("other json", answers(200, {"jsonrpc": "2.0"}), ("damaged data: ", "no output of 'shell'")),
            ("wrong type", answers(200, output(exitCode="0")), ("damaged data: ", "no output of 'shell', at 'exitCode'")),
            ("deep", answers(200, b"[" * 5_000_000), ("damaged data: ", "nested more than")),
            ("redirect", answers(308, b"", ["Location: https://elsewhere.example/v1/shell"]),
             ("unavailable: 'URL' redirects to 'https://elsewhere.example/v1/shell'", "not followed", "--base-url")),
        ]
        for name, behave, words in cases:
            with self.subTest(name):
                self.assert_answers(behave, *words)

    def test_answers_that_are_no_http_or_end_too_early(self):
        head = b"HTTP/1.1 200 OK\r\n"
        cases = [
            ("nothing", says(b""), ("gave no whole answer: it closed the connection",)),
            ("garbage", says(b"\xff\0" * 3000 + b"\r\n"), ("does not answer as a lightfast server", "HTTP")),
            ("ssh", says(b"SSH-2.0-OpenSSH_9.2\r\n"), ("does not answer as a lightfast server", "HTTP")),
            ("half a head", says(head + b"Content-"), ("closed the connection",)),
            ("half a body", answers(200, b'{"stdout": ', length=1000), ("closed the connection",)),
            ("half a chunk", says(head + b"Transfer-Encoding: chunked\r\n\r\n100\r\nabc"), ("closed the connection",)),
            ("endless garbage", says(b"\xff\0" * MIB), ("too large",)),
            ("long reason", says(b"HTTP/1.1 200 " + b"A" * 5 * MIB), ("too large",)),
            ("allowed reason", says(b"HTTP/1.1 500 " + b"A" * 8000 + b"\r\n\r\n"), ("answered 500 AAA",)),
            ("long header", says(head + b"X: " + b"a" * 100_000), ("too large",)),
            ("many headers", says(head + b"X: y\r\n" * 100_000), ("too large",)),
        ]
        for name, behave, words in cases:
            if name == "half a body":
                behave = lambda exchange, reply=behave: reply(exchange) or True
            with self.subTest(name):
                self.assert_answers(behave, *words)

    def test_a_body_over_16_mib_is_not_read(self):
        def behave(exchange):
            exchange.raw(f"HTTP/1.1 200 OK\r\nContent-Length: {100 * MIB}\r\n\r\n".encode())
            for _ in range(100):
                exchange.raw(b" " * MIB)
        self.assert_answers(behave, "limit reached: the answer of 'URL' is too large: over 16 MiB")

        def endless(exchange):
            exchange.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                exchange.raw(b"100000\r\n" + b" " * MIB + b"\r\n")
        self.assert_answers(endless, "over 16 MiB")

    def test_the_key_is_not_repeated_by_a_server_that_does(self):
        def echo(status, shape):
            return lambda exchange: exchange.reply(status, shape(exchange.request.headers["authorization"]))
        self.assert_answers(echo(401, lambda key: error("UNAUTHORIZED", 401, f"{key} is unknown")), "Bearer [API key] is unknown")
        self.assert_answers(echo(502, lambda key: b"x" * 180 + key.encode()), "502")
        self.assert_answers(echo(200, lambda key: {key: key}), "no output")
        self.assert_answers(lambda exchange: exchange.reply(302, b"", ["Location: /?" + exchange.request.headers["authorization"]]),
                            "redirects to '/?Bearer [API key]'")


class Reaching(Case):
    def free_port(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            return listener.getsockname()[1]

    def test_nobody_listening_is_said_and_heals(self):
        double = HttpDouble(WELL)
        double.port = self.free_port()
        with Bridge(double.url) as bridge:
            for _ in range(2):
                answer = bridge.shell("ls")
                self.assertTrue(answer.is_error)
                self.assertIn(f"unavailable: cannot reach '{double.url}': Connection refused", answer.all)
                with double:
                    self.assertEqual(bridge.shell("ls").out, "hello\n")

    def test_a_server_that_comes_up_meanwhile_is_met_by_the_second_try(self):
        double = HttpDouble(WELL)
        double.port = self.free_port()
        with Bridge(double.url) as bridge:
            def comes_up():  # the pause is 200 ms, so some of the calls meet it
                number = bridge.start_shell("ls")
                with double:
                    return harness.Answer(bridge.answer(number)).out == "hello\n"
            self.assertTrue(eventually(comes_up))

    def test_an_unknown_host_is_said(self):
        with Bridge("https://host.invalid") as bridge:
            answer = bridge.shell("ls")
            self.assertIn("unavailable: cannot reach 'https://host.invalid': looking up 'host.invalid': ", answer.all)

    def test_a_connection_is_kept_for_the_next_call(self):
        with HttpDouble(WELL) as double, Bridge(double.url) as bridge:
            for _ in range(50):
                self.assertEqual(bridge.shell("ls").out, "hello\n")
            self.assertEqual(double.accepted, 1)

    def test_one_that_the_server_closed_is_replaced(self):
        def answer_and_close(exchange):
            exchange.reply(200, output())
            return True
        with HttpDouble(answer_and_close) as double, Bridge(double.url) as bridge:
            for _ in range(50):
                self.assertEqual(bridge.shell("ls").out, "hello\n")
            self.assertEqual(double.accepted, 50)

    def test_one_that_is_closed_at_the_next_request_is_replaced_and_the_request_made_again(self):
        def only_first(exchange):
            if exchange.request.connection in seen:
                return True
            seen.add(exchange.request.connection)
            exchange.reply(200, output())
        seen = set()
        with HttpDouble(only_first) as double, Bridge(double.url) as bridge:
            for _ in range(20):
                self.assertEqual(bridge.shell("ls").out, "hello\n")
            self.assertEqual((double.accepted, len(double.requests)), (20, 39))

    def test_a_restarted_server_is_met_again(self):
        with HttpDouble(WELL) as double, Bridge(double.url) as bridge:
            for _ in range(3):
                self.assertEqual(bridge.shell("ls").out, "hello\n")
                double.__exit__()
                double.__enter__()

    def test_nothing_is_asked_twice_once_some_of_an_answer_came(self):
        def half(exchange):
            if len(double.requests) == 1:
                return exchange.reply(200, output())
            exchange.raw(b"HTTP/1.1 2")
            return True
        with HttpDouble(half) as double, Bridge(double.url) as bridge:
            bridge.shell("ls")
            self.assertIn("closed the connection", bridge.shell("ls").all)
            self.assertEqual(len(double.requests), 2)

    def test_what_comes_beyond_an_answer_is_no_answer_to_the_next_call(self):
        stray = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

        body = json.dumps(output()).encode()
        whole = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        with HttpDouble(lambda exchange: exchange.raw(whole + stray)) as double, Bridge(double.url) as bridge:
            for _ in range(5):
                self.assertEqual(bridge.shell("ls").out, "hello\n")

    def test_the_first_answer_waits_for_no_server(self):
        with socket.create_server(("127.0.0.1", 0)) as silent, Bridge(f"http://127.0.0.1:{silent.getsockname()[1]}") as bridge:
            self.assertIn("lightfast_shell", json.dumps(bridge.answer(bridge.request("tools/list"))))
            silent.settimeout(0)
            self.assertRaises(BlockingIOError, silent.accept)


class Ending(Case):
    def test_a_cancelled_call_closes_its_connection_and_is_not_answered(self):
        with HttpDouble(lambda exchange: exchange.hang()) as double, Bridge(double.url) as bridge:
            for _ in range(3):
                double.hanging.clear()
                double.hung_up.clear()
                number = bridge.start_shell("sleep 1000", timeoutMs=60000)
                self.assertTrue(double.hanging.wait(harness.HANG_GUARD))
                bridge.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}})
                self.assertTrue(double.hung_up.wait(harness.HANG_GUARD))
            double.behave = WELL
            self.assertEqual(bridge.shell("ls").out, "hello\n")
            self.assertNotIn(number, bridge.answers)

    def test_calls_are_cancelled_in_any_phase(self):
        """While a connection is made to one that does not accept, and while TLS waits for the other side."""
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
            port = full.getsockname()[1]
            waiting = [socket.socket() for _ in range(4)]
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(("127.0.0.1", port))
            for scheme in ("http", "https"):
                with self.subTest(scheme), Bridge(f"{scheme}://127.0.0.1:{port}") as bridge:
                    numbers = [bridge.start_shell("ls") for _ in range(70)]  # more than it has threads
                    for number in numbers:
                        bridge.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}})
                    self.assertIn("result", bridge.answer(bridge.request("tools/list")))
                    bridge.close_input()
                    self.assertEqual(bridge.process.wait(harness.HANG_GUARD), 0)
            for one in waiting:
                one.close()

    def test_a_server_that_does_not_answer_costs_the_calls_time_and_is_named(self):
        with HttpDouble(lambda exchange: exchange.hang()) as double, Bridge(double.url) as bridge:
            answer = bridge.shell("ls", timeoutMs=100)
            self.assertTrue(answer.is_error)
            self.assertEqual(answer.all, f"timed out: no answer of '{double.url}' within its timeoutMs of 100 and 10 s for the server's queue")
            self.assertTrue(double.hung_up.wait(harness.HANG_GUARD))

    def test_one_that_drips_has_no_longer(self):
        def drip(exchange):
            exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not stop.wait(0.1):
                exchange.raw(b" ")
        stop = threading.Event()
        self.addCleanup(stop.set)
        with HttpDouble(drip) as double, Bridge(double.url) as bridge:
            self.assertIn("within its timeoutMs of 100", bridge.shell("ls", timeoutMs=100).all)

    def test_whatever_ends_the_bridge_ends_its_calls(self):
        ways = {"end of input": lambda bridge: bridge.close_input(),
                **{name: lambda bridge, name=name: os.kill(bridge.pid, getattr(signal, name)) for name in ("SIGTERM", "SIGINT", "SIGHUP")}}
        for way, end in ways.items():
            with self.subTest(way), HttpDouble(lambda exchange: exchange.hang()) as double, Bridge(double.url) as bridge:
                bridge.start_shell("sleep 1000", timeoutMs=60000)
                self.assertTrue(double.hanging.wait(harness.HANG_GUARD))
                end(bridge)
                self.assertEqual(bridge.process.wait(harness.HANG_GUARD), 0)
                self.assertTrue(double.hung_up.wait(harness.HANG_GUARD))


class Confinement(Case):
    def test_it_is_one_process_without_privilege_that_writes_nothing(self):
        before = set(self.home.iterdir())
        with HttpDouble(WELL) as double, Bridge(double.url, HOME=str(self.home)) as bridge:
            bridge.shell("ls")
            status = harness.status_of(bridge.pid)
            self.assertEqual((status["CapEff"], status["CapPrm"], status["NoNewPrivs"]), ("0" * 16, "0" * 16, "1"))
            self.assertEqual(bridge.processes(), [])
            self.assertNotIn("confined=no", bridge.log())
        self.assertEqual(set(self.home.iterdir()), before)


class Tls(Case):
    @classmethod
    def setUpClass(cls):
        cls.place = harness.make_home(cls)

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.place, check=True, capture_output=True)

    def certificate(self, name, names):
        """A certificate for `names` by an authority of the tests; the paths of it and its key."""
        if not (self.place / "ca.pem").exists():
            self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
                         "-subj", "/CN=Tests", "-addext", "basicConstraints=critical,CA:TRUE")
        (self.place / "names").write_text(f"subjectAltName={names}\n")
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", "/CN=localhost")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", f"{name}.pem",
                     "-days", "2", "-extfile", "names")
        return str(self.place / f"{name}.pem"), str(self.place / f"{name}.key")

    def test_an_own_authority_is_believed_when_it_is_named(self):
        with HttpDouble(WELL, self.certificate("good", "DNS:localhost,IP:127.0.0.1")) as double:
            for url in (double.url, double.url.replace("localhost", "127.0.0.1")):
                with Bridge(url, LIGHTFAST_CA_FILE=str(self.place / "ca.pem")) as bridge:
                    for _ in range(3):
                        self.assertEqual(bridge.shell("ls").out, "hello\n")
            self.assertEqual(double.accepted, 2)

    def test_certificates_that_are_not_right_are_refused_before_anything_is_sent(self):
        ca = {"LIGHTFAST_CA_FILE": str(self.place / "ca.pem")}
        cases = [
            ("unknown authority", "DNS:localhost", {}, ("certificate is refused: ", "LIGHTFAST_CA_FILE")),
            ("another name", "DNS:elsewhere.example", ca, ("certificate is refused: hostname mismatch",)),
            ("an address only", "IP:127.0.0.1", ca, ("certificate is refused: hostname mismatch",)),
        ]
        for name, names, environment, words in cases:
            certificate = self.certificate(name.replace(" ", "-"), names)
            with self.subTest(name), HttpDouble(WELL, certificate) as double, Bridge(double.url, **environment) as bridge:
                answer = bridge.shell("ls")
                self.assertTrue(answer.is_error)
                for word in ("unavailable: cannot reach", *words):
                    self.assertIn(word, answer.all)
                self.assertEqual(double.requests, [])

    def test_a_kept_connection_that_is_closed_is_replaced(self):
        def answer_and_close(exchange):
            exchange.reply(200, output())
            return True
        with HttpDouble(answer_and_close, self.certificate("good", "DNS:localhost")) as double, \
                Bridge(double.url, LIGHTFAST_CA_FILE=str(self.place / "ca.pem")) as bridge:
            for _ in range(20):
                self.assertEqual(bridge.shell("ls").out, "hello\n")

    def test_a_cancelled_call_closes_its_connection(self):
        with HttpDouble(lambda exchange: exchange.hang(), self.certificate("good", "DNS:localhost")) as double, \
                Bridge(double.url, LIGHTFAST_CA_FILE=str(self.place / "ca.pem")) as bridge:
            number = bridge.start_shell("sleep 1000", timeoutMs=60000)
            self.assertTrue(double.hanging.wait(harness.HANG_GUARD))
            bridge.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}})
            self.assertTrue(double.hung_up.wait(harness.HANG_GUARD))

    def test_a_server_without_tls_is_said_to_have_none(self):
        def plain(_server, connection):
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        with FaultServer(plain) as server, Bridge(f"https://localhost:{server.port}") as bridge:
            self.assertIn("TLS failed: wrong version number", bridge.shell("ls").all)


class AtTheStart(Case):
    def test_errors_of_use_are_one_line_that_says_what_to_do_and_holds_no_key(self):
        key = self.home / "key"
        key.write_text(f"{KEY}\nmore\n")
        url = "https://lightfast.example"
        cases = [
            (("--base-url", "http://lightfast.example"), {}, ("use https://",)),
            (("--base-url", "http://10.0.0.1:4114"), {}, ("use https://",)),
            (("--base-url", "lightfast.example"), {}, ("use a URL such as https://",)),
            (("--base-url", "ftp://lightfast.example"), {}, ("use a URL such as https://",)),
            (("--base-url", f"https://x:{KEY}@lightfast.example"), {}, ("LIGHTFAST_API_KEY", "--api-key-file")),
            (("--base-url", f"{url}/?key={KEY}"), {}, ("query",)),
            (("--base-url", url, "--repo", "/tmp"), {}, ("--repo", "--base-url")),
            (("--base-url", url), {"LIGHTFAST_REPO": "/tmp"}, ("LIGHTFAST_REPO", "LIGHTFAST_BASE_URL")),
            (("--base-url", url), {"LIGHTFAST_API_KEY": f"{KEY}\r\nX-Evil: 1"}, ("the API key", "line break")),
            (("--base-url", url), {"LIGHTFAST_API_KEY": f"{KEY} "}, ("the API key", "a space")),
            (("--base-url", url, "--api-key-file", str(key)), {}, ("the API key", "line break")),
            (("--base-url", url, "--api-key-file", "/no/such"), {}, ("No such file",)),
            (("--base-url", url), {"LIGHTFAST_CA_FILE": "/no/such"}, ("LIGHTFAST_CA_FILE", "/no/such")),
            (("--base-url", url), {"LIGHTFAST_CA_FILE": str(key)}, ("LIGHTFAST_CA_FILE",)),
        ]
        for arguments, environment, words in cases:
            with self.subTest(arguments):
                run = subprocess.run([LIGHTFAST, "mcp", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                                     timeout=harness.HANG_GUARD, env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **environment})
                self.assertEqual((run.returncode, run.stdout), (2, ""), run.stderr)
                self.assertRegex(run.stderr, r"\Alightfast: [^\n]+\n\Z")
                for word in words:
                    self.assertIn(word, run.stderr)
                self.assertNotIn(KEY, run.stderr)


if __name__ == "__main__":
    unittest.main()
