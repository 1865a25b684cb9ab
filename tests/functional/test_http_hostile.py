#!/usr/bin/env python3
"""What a hostile or broken peer may send to `lightfast serve`: the right status or a closed connection, bounded memory, and others
are served meanwhile."""
import gzip
import json
import random
import re
import resource
import socket
import threading
import time
import unittest

from harness import HANG_GUARD, WEIGHT, eventually, fail_if_anything_is_left, make_home, make_repository, status_of
from http_server import HttpServer, read_all, status_of_raw

HEAD = b"POST /v1/shell HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
PING = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"}).encode()
MIB = 1 << 20

# What is sent, and the statuses of which one must come; None: closed without an answer.
BYTES = {
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200, {400, None}),
    "SSH": (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", {400}),
    "HTTP/2 without asking": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505}),
    "HTTP/0.9": (b"GET /healthz\r\n\r\n", {400, 505}),
    "a version that is not": (b"GET /healthz HTTP/3.7\r\nHost: localhost\r\n\r\n", {400, 505}),
    "no Host": (b"GET /healthz HTTP/1.1\r\n\r\n", {400}),
    "two Hosts": (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", {400}),
    "a foreign Host": (b"GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n", {403}),
    "a Host that looks near": (b"GET /healthz HTTP/1.1\r\nHost: localhost.evil.example:80\r\n\r\n", {403}),
    "a Host that is none": (b"GET /healthz HTTP/1.1\r\nHost: loc alhost\r\n\r\n", {403}),
    "a foreign Origin": (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n\r\n", {403}),
    "an Origin that is none": (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n\r\n", {403}),
    "10,000 headers": (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X-%d: y\r\n" % i for i in range(10_000)) + b"\r\n", {431}),
    "101 small headers": (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 100 + b"\r\n", {431}),
    "a header of 1 MiB": (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * MIB + b"\r\n\r\n", {431}),
    "a header that never ends": (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * MIB, {431}),
    "a target of 1 MiB": (b"GET /" + b"y" * MIB + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", {414, 431}),
    "a target of 9,000 bytes": (b"GET /" + b"y" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", {414}),
    "NUL in a header": (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n", {400}),
    "bare LF": (b"GET /healthz HTTP/1.1\nHost: localhost\n\n", {400, 505}),
    "a space before the colon": (b"GET /healthz HTTP/1.1\r\nHost : localhost\r\n\r\n", {400}),
    "both lengths": (HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
    "two lengths": (HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}", {400}),
    "a negative length": (HEAD + b"Content-Length: -1\r\n\r\n{}", {400}),
    "a length that is none": (HEAD + b"Content-Length: 0x10\r\n\r\n{}", {400}),
    "a length beyond 64 bits": (HEAD + b"Content-Length: 99999999999999999999\r\n\r\n{}", {400, 413}),
    "a length beyond the limit": (HEAD + b"Content-Length: 5000000\r\n\r\n", {413}),
    "a coding that is not known": (HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", {400, 501}),
    "chunked twice": (HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400, 501}),
    "chunked in HTTP/1.0": (HEAD.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
    "a chunk size that is none": (HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", {400}),
    "a negative chunk size": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n", {400}),
    "a chunk size beyond 64 bits": (HEAD + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", {400, 413}),
    "a chunk's extension without end": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"x" * MIB, {400}),
    "chunks past the limit": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + b" " * 65536 + b"\r\n") * 80, {413}),
    "a trailer without end": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: " + b"y" * MIB, {400, 431}),
    "a bomb of gzip": (HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(gzip.compress(b" " * 8 * MIB))
                       + gzip.compress(b" " * 8 * MIB), {415}),
    "an expectation that is not known": (HEAD + b"Expect: miracles\r\nContent-Length: 2\r\n\r\n{}", {417}),
    "JSON 100,000 deep": (HEAD + b"Content-Length: 100000\r\n\r\n" + b"[" * 100_000, {400}),
    "no UTF-8": (HEAD + b"Content-Length: 16\r\n\r\n" + b'{"command":"\xff"}  '[:16], {400}),
    "a method that is not known": (b"BREW /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n", {405}),
    "CONNECT": (b"CONNECT example.org:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", {400, 403, 404}),
    "an absolute target": (b"GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", {400, 404}),
    "dots in a path": (b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", {404}),
}


def tearDownModule():
    fail_if_anything_is_left()


class HostileCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = make_home(cls)
        cls.repository = make_repository(cls.home / "repository", {"README.md": "hi\n"})
        cls.server = cls.enterClassContext(HttpServer(cls.repository, cls.home / "data", ["--log-level", "error"])).wait_until_ready()

    def memory(self):
        """MiB that the server itself holds, without what a sanitizer would add."""
        return int(status_of(self.server.pid)["VmRSS"].split()[0]) / 1024 / WEIGHT

    def works(self):
        reply = self.server.shell("echo works")
        return reply.status == 200 and reply.json["stdout"] == "works\n"


class Bytes(HostileCase):
    def test_each_is_refused_and_others_are_served(self):
        before = self.memory()
        for name, (octets, statuses) in BYTES.items():
            with self.subTest(name):
                answer = self.server.raw(octets)
                self.assertIn(status_of_raw(answer), statuses, answer[:300])
                self.assertTrue(self.works())
        self.assertLess(self.memory() - before, 32)

    def test_each_refusal_says_why_in_its_body(self):
        for name in ("10,000 headers", "both lengths", "a foreign Host", "a bomb of gzip", "chunks past the limit"):
            with self.subTest(name):
                body = self.server.raw(BYTES[name][0]).partition(b"\r\n\r\n")[2]
                self.assertGreater(len(body), 15, body)

    def test_a_header_s_value_is_taken_as_it_is(self):
        for name in ("Mcp-Session-Id", "Origin", "X-Request-ID", "Accept"):
            answer = self.server.raw(b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n%s: a%%0d%%0aX-Evil: b\r\n"
                                     b"Content-Length: %d\r\n\r\n%s" % (name.encode(), len(PING), PING))
            self.assertIsNotNone(status_of_raw(answer))
            self.assertNotRegex(answer, rb"(?m)^X-Evil")

    def test_a_trailer_is_no_header(self):
        answer = self.server.raw(b"POST /v1/shell HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                                 b"10\r\n{\"command\":\"ls\"}\r\n0\r\nContent-Type: application/json\r\n\r\n")
        self.assertEqual(status_of_raw(answer), 415)

    def test_a_chunked_body_may_come_byte_by_byte(self):
        for body, status in ((b"0\r\n\r\n", 400), (b"00\r\n\r\n", 400), (b"10\r\n{\"command\":\"ls\"}\r\n0\r\n\r\n", 200)):
            with self.subTest(body), self.server.socket() as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
                for octet in body:
                    connection.sendall(bytes([octet]))
                    time.sleep(0.002)  # until it has been read
                self.assertEqual(status_of_raw(connection.recv(10_000)), status)

    def test_a_hundred_continue_is_said(self):
        with self.server.socket() as connection:
            connection.sendall(HEAD + b"Expect: 100-continue\r\nContent-Length: 17\r\n\r\n")
            self.assertTrue(connection.recv(1000).startswith(b"HTTP/1.1 100 "))
            connection.sendall(b'{"command": "ls"}')
            self.assertTrue(connection.recv(10_000).startswith(b"HTTP/1.1 200 "))

    def test_random_changes_of_a_good_request_break_nothing(self):
        chance = random.Random(4)
        good = HEAD + b'Content-Length: 18\r\n\r\n{"command":"true"}'
        for _ in range(300):
            octets = bytearray(good)
            for _ in range(chance.randint(1, 6)):
                place = chance.randrange(len(octets))
                change = chance.randrange(3)
                if change == 0:
                    octets[place] = chance.randrange(256)
                elif change == 1:
                    del octets[place]
                else:
                    octets.insert(place, chance.randrange(256))
            with self.server.socket() as connection:
                connection.sendall(octets)
                connection.shutdown(socket.SHUT_WR)
                read_all(connection, HANG_GUARD)
        self.assertTrue(self.works())


class Slow(HostileCase):
    def test_slow_and_silent_peers_are_ended_and_others_are_served(self):
        """All at once, for it takes up to a minute: each gets its bytes one at a time, or none."""
        drips = {
            "silent": b"",
            "a header by drops": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 500,
            "headers by drops": b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 200,
            "a body by drops": HEAD + b"Content-Length: 500\r\n\r\n" + b" " * 400,
            "chunks by drops": HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 200,
        }
        ended, started = {}, time.monotonic()

        def drip(name, octets):
            with self.server.socket() as connection:
                connection.settimeout(0.5)
                sent = octets.find(b"\r\n\r\n") + 4 if name in ("a body by drops", "chunks by drops") else 0
                answer = b""
                try:
                    connection.sendall(octets[:sent])
                    while time.monotonic() - started < 90:
                        if sent < len(octets):
                            connection.sendall(octets[sent:sent + 1])
                            sent += 1
                        try:
                            more = connection.recv(1000)
                            answer += more
                            if not more:
                                break
                        except TimeoutError:
                            pass
                    else:
                        return
                except OSError:
                    pass
                ended[name] = (time.monotonic() - started, status_of_raw(answer))

        threads = [threading.Thread(target=drip, args=item) for item in drips.items()]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            self.assertTrue(self.works())
            time.sleep(0.2)
        self.assertEqual(sorted(ended), sorted(drips))
        for name, (_, status) in ended.items():
            self.assertIn(status, {408, None}, name)

    def test_a_peer_that_does_not_read_is_cut_off(self):
        """Answers of a MiB each that nobody reads: the server holds one at a time, and lets go of all in the end."""
        before = self.memory()
        body = json.dumps({"command": "head -c 1000000 /dev/zero | tr '\\0' x", "maxOutputBytes": 1048576}).encode()
        request = HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        connections = []
        for _ in range(20):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect((self.server.host, self.server.port))
            connection.sendall(request * 20)
            connections.append(connection)
        self.assertTrue(eventually(self.works))
        self.assertLess(self.memory() - before, 120)
        for connection in connections:
            connection.close()
        self.assertTrue(self.works())


class Large(HostileCase):
    def test_bodies_that_are_not_finished_are_not_kept_without_bound(self):
        """A hundred peers send 3.9 MiB of 4 each, and then nothing: some are turned away, and calls go on."""
        before = self.memory()
        piece = HEAD + b"Content-Length: %d\r\n\r\n" % (4 * MIB) + b" " * (39 * MIB // 10)
        connections, statuses = [], []
        for _ in range(100):
            connection = self.server.socket()
            try:
                connection.sendall(piece)
            except OSError:
                pass  # turned away while it sent
            connections.append(connection)
        self.assertTrue(self.works())
        self.assertLess(self.memory() - before, 400)
        for connection in connections:
            statuses.append(status_of_raw(read_all(connection, 0.05)))
            connection.close()
        self.assertIn(503, statuses)
        self.assertTrue(self.works())
        self.assertTrue(eventually(lambda: self.memory() - before < 64))


class Many(HostileCase):
    def test_idle_connections_and_streams_do_not_hinder_calls(self):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 16384), hard))
        self.assertTrue(self.works())
        before = self.memory()
        idle = [self.server.socket() for _ in range(2000)]
        session = self.server.initialize()
        streams = []
        for _ in range(4000):
            stream = self.server.socket()
            stream.sendall(self.listen())
            streams.append(stream)
        for stream in streams:
            self.assertIn(b"acknowledged", stream.recv(4096))
        self.assertTrue(self.works())
        self.assertEqual(self.server.legacy({"jsonrpc": "2.0", "id": 1, "method": "ping"}, session).status, 200)
        grown = self.memory() - before
        self.assertLess(grown, 64)  # 6,000 connections
        metrics = self.server.get("/metrics").body.decode()
        self.assertGreaterEqual(int(re.search(r"(?m)^lightfast_http_streams (\d+)", metrics)[1]), 4000)
        for connection in idle + streams:
            connection.close()
        self.assertTrue(eventually(lambda: re.search(r"(?m)^lightfast_http_streams 0$", self.server.get("/metrics").body.decode())))

    @staticmethod
    def listen():
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": {
            "notifications": {"resourcesListChanged": True}, "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}}}).encode()
        return (b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nMCP-Protocol-Version: 2026-07-28\r\n"
                b"Mcp-Method: subscriptions/listen\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


class Full(unittest.TestCase):
    def test_connections_beyond_the_limit_are_turned_away_and_room_is_found_again(self):
        """The limit is what the descriptors allow."""
        home = make_home(self)
        repository = make_repository(home / "repository", {"README.md": "hi\n"})
        with HttpServer(repository, home / "data", ["--log-level", "error"],
                        wrap=["prlimit", "--nofile=600:600", "--"]) as server:
            server.wait_until_ready()
            held = [server.socket() for _ in range(400)]
            for connection in held:
                connection.settimeout(HANG_GUARD)
            with server.socket() as late:
                refused = read_all(late, 5)
            self.assertIn(status_of_raw(refused), {503, None}, refused)
            for connection in held:
                connection.close()
            self.assertTrue(eventually(lambda: self.serves(server)))

    @staticmethod
    def serves(server):
        try:
            return server.shell("true").status == 200
        except OSError:
            return False


if __name__ == "__main__":
    unittest.main()
