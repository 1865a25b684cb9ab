#!/usr/bin/env python3
"""What a hostile or broken client may send to `lightfast mcp`: the right error, and the session goes on or ends cleanly."""
import json
import os
import subprocess
import threading
import time
import unittest

from harness import (HANG_GUARD, LIGHTFAST, WEIGHT, Server, eventually, fail_if_anything_is_left, make_home, make_repository,
                     status_of)

MIB = 1 << 20
PING = {"jsonrpc": "2.0", "id": "after", "method": "ping"}

# A line and the code of the error that answers it; None: no answer.
LINES = {
    "garbage": (b"\x00\x01\xfe\xffgarbage", -32700),
    "no JSON": (b"hello", -32700),
    "half a message": (b'{"jsonrpc":"2.0","id":1,"meth', -32700),
    "a number": (b"7", -32600),
    "no version": (b'{"id":1,"method":"ping"}', -32600),
    "100,000 deep": (b"[" * 100_000, -32700),
    "100,000 deep within a message": (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":' + b'{"a":' * 100_000, -32700),
    "invalid UTF-8": (b'{"jsonrpc":"2.0","id":1,"method":"\xff\xfe"}', -32700),
    "a lone surrogate": (b'{"jsonrpc":"2.0","id":1,"method":"\\ud800"}', -32700),
    "a batch where there are none": (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600),
    "an empty batch": (b"[]", -32600),
    "an id that is none": (b'{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600),
    "an unknown method": (b'{"jsonrpc":"2.0","id":1,"method":"no/such"}', -32601),
    "parameters that are a list": (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}', -32602),
    "a tool that is not there": (b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"rm"}}', -32602),
    "an answer to nothing": (b'{"jsonrpc":"2.0","id":9,"result":{}}', None),
    "an unknown notification": (b'{"jsonrpc":"2.0","method":"notifications/what"}', None),
    "only blanks": (b"  \t \r", None),
}


def tearDownModule():
    fail_if_anything_is_left()


class HostileStdio(unittest.TestCase):
    def setUp(self):
        self.home = make_home(self)
        self.repository = make_repository(self.home / "repository", {"README.md": "hi\n"})

    def server(self):
        return Server(self.repository, self.home / "data", ["--log-level", "error"])

    def write(self, server, octets):
        server.process.stdin.write(octets)
        server.process.stdin.flush()

    def test_each_line_gets_its_error_and_the_session_goes_on(self):
        with self.server() as server:
            server.initialize()
            for name, (line, code) in LINES.items():
                with self.subTest(name):
                    before = len(server.lines)
                    self.write(server, line + b"\n")
                    server.send(PING)
                    self.assertEqual(server.answer("after")["result"], {})
                    said = [json.loads(answer) for answer in server.lines[before:-1]]
                    self.assertEqual([answer["error"]["code"] for answer in said], [] if code is None else [code])
            self.assertEqual(server.shell("echo works").out, "works\n")

    def test_a_line_of_64_mib_is_refused_without_being_kept(self):
        with self.server() as server:
            server.initialize()
            before = int(status_of(server.pid)["VmHWM"].split()[0])
            for _ in range(64):
                self.write(server, b"x" * MIB)
            self.write(server, b"\n")
            server.send(PING)
            server.answer("after")
            refused = json.loads(server.lines[-2])
            self.assertEqual(refused["error"]["code"], -32700)
            self.assertIn("at most", refused["error"]["message"])
            self.assertLess(int(status_of(server.pid)["VmHWM"].split()[0]) - before, 48 * 1024 * WEIGHT)

    def test_half_a_line_at_the_end_is_an_error_and_a_clean_end(self):
        with self.server() as server:
            server.initialize()
            self.write(server, b'{"jsonrpc":"2.0","id":1,"meth')
            server.close_input()
            self.assertEqual(server.process.wait(HANG_GUARD), 0)
            server.reader.join(HANG_GUARD)
            self.assertEqual(json.loads(server.lines[-1])["error"]["code"], -32700)

    def test_a_client_that_stops_reading_holds_up_nobody_but_itself(self):
        """Requests whose answers nobody reads: the server stops reading more, keeps little, and goes on when it is read again."""
        command = [LIGHTFAST, "mcp", "--repo", self.repository, "--data-dir", self.home / "data", "--log-level", "error"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as process:
            os.set_blocking(process.stdin.fileno(), False)
            line = b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}\n'
            sent, last = 0, time.monotonic()
            while time.monotonic() - last < 2:  # until it takes no more
                try:
                    sent += os.write(process.stdin.fileno(), line[sent % len(line):])
                    last = time.monotonic()
                except BlockingIOError:
                    time.sleep(0.01)
            self.assertLess(int(status_of(process.pid)["VmRSS"].split()[0]), 64 * 1024 * WEIGHT)
            answers = []
            reader = threading.Thread(target=lambda: answers.extend(process.stdout.read().splitlines()))
            reader.start()
            os.set_blocking(process.stdin.fileno(), True)
            process.stdin.write(line[sent % len(line):])
            process.stdin.close()
            reader.join(HANG_GUARD)
            self.assertEqual(process.wait(HANG_GUARD), 0)
            self.assertEqual(len(answers), sent // len(line) + 1)
            self.assertTrue(all("tools" in json.loads(answer)["result"] for answer in answers))

    def test_a_client_that_is_gone_ends_the_server(self):
        command = [LIGHTFAST, "mcp", "--repo", self.repository, "--data-dir", self.home / "data", "--log-level", "error"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as process:
            process.stdout.close()
            process.stdin.write(b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}\n' * 10)
            process.stdin.flush()
            self.assertTrue(eventually(lambda: process.poll() is not None))


if __name__ == "__main__":
    unittest.main()
