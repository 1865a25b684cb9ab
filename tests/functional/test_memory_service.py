#!/usr/bin/env python3
"""`lightfast memory`: documents go in and are found, whoever asks, whatever is sent, killed, full or damaged."""
import concurrent.futures
import contextlib
import json
import os
import re
import resource
import signal
import socket
import sqlite3
import threading
import time
import unittest

import harness
from harness import HANG_GUARD, LIGHTFAST, WEIGHT, eventually
from http_server import status_of_raw
from memory_server import MemoryServer, document

REQUEST_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
ENDS_WITHIN = 5 * WEIGHT  # seconds


class MemoryCase(unittest.TestCase):
    def setUp(self):
        self.home = harness.make_home(self)
        self.data = self.home / "data"

    def serve(self, **how):
        return MemoryServer(self.data, **how)

    def command(self, *words, code=0, text="", environment=None):
        said = harness.run([LIGHTFAST, "memory", *map(str, words), "--data-dir", str(self.data)], text,
                           {"HOME": str(self.home), **(environment or {})})
        self.assertEqual(said.returncode, code, said)
        return said

    def assert_refused(self, reply, status, code, field=None):
        self.assertEqual((reply.status, reply.json["code"], reply.json["status"]), (status, code, status), reply)
        self.assertRegex(reply.headers["X-Request-ID"], REQUEST_ID)
        if field:
            self.assertEqual(reply.json["data"]["field"], field)


class Documents(MemoryCase):
    def test_are_found_by_their_words_and_come_back_whole(self):
        page = document("wiki/1", title="How we retry uploads", body="After a 503 the client waits.\r\n", url="https://acme.test/1",
                        occurredAt="2024-03-01T12:00:00Z", subject="page:1", metadata={"author": "mia"})
        with self.serve() as memory:
            reply = memory.add(page, document("wiki/2", title="Lunch"))
            self.assertEqual((reply.status, reply.json["accepted"], reply.json["replaced"]), (200, 2, 0))
            self.assertEqual(reply.json["requestId"], reply.headers["X-Request-ID"])

            answer = memory.search("retry an upload").json
            self.assertRegex(answer.pop("requestId"), REQUEST_ID)
            self.assertLess(answer["tiers"]["memory"].pop("ms"), 1000 * WEIGHT)
            self.assertEqual(answer, {
                "results": [{"id": "wiki/1", "title": "How we retry uploads", "snippet": "After a 503 the client waits.", "score": 1.0,
                             "source": "wiki", "type": "page", "url": "https://acme.test/1", "occurredAt": "2024-03-01T12:00:00Z",
                             "subject": "page:1", "tier": "memory", "reason": "words: retry, upload"}],
                "total": 1, "partial": False,
                "tiers": {"store": {"state": "off", "ms": 0, "count": 0}, "memory": {"state": "ok", "count": 1}}})

            contents = memory.contents("wiki/1", "gone").json
            item = contents["items"][0]
            self.assertEqual((item["content"], item["metadata"], item["title"]), (page["body"], {"author": "mia"}, page["title"]))
            self.assertEqual((contents["missing"], item["occurredAt"], item["url"]), (["gone"], page["occurredAt"], page["url"]))

    def test_are_replaced_by_id_and_removed(self):
        with self.serve() as memory:
            memory.add(document("a", body="aardvark"), document("b", body="aardvark"))
            reply = memory.add(document("a", body="zebra"))
            self.assertEqual((reply.json["accepted"], reply.json["replaced"]), (1, 1))
            self.assertEqual((memory.found("aardvark"), memory.found("zebra")), (["b"], ["a"]))
            self.assertEqual(memory.ask("/v1/documents/delete", {"ids": ["a", "gone"]}).json["removed"], 1)
            self.assertEqual(memory.found("zebra"), [])
            self.assertEqual(memory.contents("a").json["missing"], ["a"])

    def test_are_filtered_and_paged(self):
        with self.serve() as memory:
            memory.add(*[document(f"d{number}", body="zebra", source="github" if number % 2 else "wiki", type="issue.opened",
                                  occurredAt=f"2024-01-{number + 1:02}") for number in range(30)])
            memory.add(document("timeless", body="zebra"))
            self.assertEqual(memory.search("zebra").json["total"], 31)
            self.assertEqual(memory.search("zebra", sources=["github"]).json["total"], 15)
            self.assertEqual(memory.search("zebra", types=["issue"]).json["total"], 30)
            self.assertEqual(memory.search("zebra", after="2024-01-11", before="2024-01-21T00:00:00Z").json["total"], 10)
            pages = [memory.found("zebra", limit=10, offset=offset) for offset in range(0, 40, 10)]
            self.assertEqual([len(page) for page in pages], [10, 10, 10, 1])
            self.assertEqual(len({name for page in pages for name in page}), 31)
            self.assertEqual(memory.found("zebra", mode="fast", limit=1), memory.found("zebra", limit=1))

    def test_that_are_long_are_one_result_and_are_read_in_parts(self):
        body = "A sentence that says nothing.\n" * 20_000 + "Here is the zebra.\n" + "Nothing either.\n" * 20_000
        self.assertGreater(len(body), 900_000)
        with self.serve() as memory:
            self.assertEqual(memory.add(document("long", body=body)).status, 200)
            answer = memory.search("zebra").json
            self.assertEqual(answer["total"], 1)
            self.assertIn("Here is the zebra", answer["results"][0]["snippet"])
            read = ""
            while len(read) < len(body):
                item = memory.contents("long", offset=len(read)).json["items"][0]
                self.assertIn(f" of {len(body)}", item["cut"])
                read += item["content"]
            self.assertEqual(read, body)

    def test_are_kept_however_odd_they_are(self):
        names = ["../../etc/passwd", "a b\n\t", "'; DROP TABLE documents; --", "\u6f22\u5b57\U0001F600", "a\0b", "%", "x" * 512]
        with self.serve() as memory:
            for name in names:
                odd = document(name, title="\u202eodd\0", body="zebra \U0001F600 \0 \x1b[31m <b>\u00e9</b> \ufffe", metadata={"\u00e4": [[1, None]]})
                self.assertEqual(memory.add(odd).status, 200)
                item = memory.contents(name).json["items"][0]
                self.assertEqual((item["id"], item["content"], item["title"], item["metadata"]),
                                 (name, odd["body"], odd["title"], odd["metadata"]))
            self.assertEqual(sorted(memory.found("zebra")), sorted(names))

    def test_go_in_while_others_are_searched_for(self):
        with self.serve() as memory, concurrent.futures.ThreadPoolExecutor(12) as pool:
            memory.add(document("first", body="zebra"))
            adding = [pool.submit(memory.add, *[document(f"{batch}.{number}", body="zebra " * 200) for number in range(50)])
                      for batch in range(20)]
            searching = [pool.submit(memory.search, "zebra") for _ in range(100)]
            self.assertEqual({each.result().status for each in adding + searching}, {200})
            self.assertEqual(memory.search("zebra").json["total"], 1001)


class WhoAsks(MemoryCase):
    def test_has_the_key_where_there_is_one(self):
        with self.serve(key="our-secret") as memory:
            self.assertEqual(memory.add(document("a")).status, 200)
            for value in (None, "Bearer", "Bearer our-secre", "Bearer our-secret2", "Basic our-secret", "our-secret"):
                for path in ("/v1/search", "/v1/contents", "/v1/documents", "/v1/documents/delete"):
                    reply = memory.post(path, {"query": "x"}, **({"Authorization": value} if value else {}))
                    self.assert_refused(reply, 401, "UNAUTHORIZED")
                    self.assertIn("Bearer", reply.headers["WWW-Authenticate"])
            self.assertEqual(memory.get("/healthz").body, b"ok\n")
            self.assertNotIn("our-secret", memory.log())

    def test_may_read_the_key_from_a_file(self):
        file = self.home / "key"
        file.write_text("from-a-file\n")
        file.chmod(0o600)
        server = self.serve()
        server.environment["LIGHTFAST_MEMORY_API_KEY_FILE"] = str(file)
        with server as memory:
            self.assert_refused(memory.search("x"), 401, "UNAUTHORIZED")
            self.assertEqual(memory.post("/v1/search", {"query": "x"}, Authorization="Bearer from-a-file").status, 200)

    def test_is_told_when_the_service_is_open_and_that_it_may_not_be_to_others(self):
        with self.serve() as memory:
            self.assertIn("open=yes", memory.log())
        for listen in ("0.0.0.0:0", "[::]:0"):
            said = self.command("serve", "--listen", listen, code=2)
            self.assertIn("LIGHTFAST_MEMORY_API_KEY", said.stderr)
        with self.serve(key="k", listen="0.0.0.0:0") as memory:
            self.assertEqual(memory.search("x").status, 200)

    def test_is_no_page_that_took_a_name_here(self):
        with self.serve() as memory:
            self.assert_refused(memory.post("/v1/search", {"query": "x"}, Host="evil.test"), 403, "FORBIDDEN")
            self.assert_refused(memory.post("/v1/search", {"query": "x"}, Origin="https://evil.test"), 403, "FORBIDDEN")

    def test_is_told_what_there_is(self):
        with self.serve() as memory:
            self.assert_refused(memory.get("/v1/search"), 405, "METHOD_NOT_ALLOWED")
            self.assertEqual(memory.get("/v1/search").headers["Allow"], "POST")
            self.assert_refused(memory.get("/v1/nothing"), 404, "NOT_FOUND")
            self.assert_refused(memory.post("/v1/search", {"query": "x"}, Content_Type="text/plain"), 415, "UNSUPPORTED_MEDIA_TYPE")


class HostileInput(MemoryCase):
    def test_is_answered_with_the_field_at_fault(self):
        cases = [({}, "documents"), ({"documents": []}, "documents"), ({"documents": [document("")]}, "documents[0].id"),
                 ({"documents": [document("a"), document("b", body=7)]}, "documents[1].body"),
                 ({"documents": [document("a", body="x" * (2**20 + 1))]}, "documents[0].body"),
                 ({"documents": [document("a", occurredAt="soon")]}, "documents[0].occurredAt"),
                 ({"documents": [document("a", tags=[])]}, "documents[0].tags"),
                 ({"documents": [document(str(number)) for number in range(101)]}, "documents")]
        with self.serve() as memory:
            for body, field in cases:
                self.assert_refused(memory.ask("/v1/documents", body), 400, "BAD_REQUEST", field)
            self.assert_refused(memory.search("x", limit=0), 400, "BAD_REQUEST", "limit")
            self.assert_refused(memory.search(""), 400, "BAD_REQUEST", "query")
            self.assert_refused(memory.search("x", after="then"), 400, "BAD_REQUEST", "after")
            self.assert_refused(memory.contents(), 400, "BAD_REQUEST", "ids")
            self.assert_refused(memory.contents(*map(str, range(51))), 400, "BAD_REQUEST", "ids")
            self.assertEqual(memory.search("words").json["total"], 0)

    def test_that_is_no_request_is_refused_and_the_service_goes_on(self):
        bodies = [b"", b"{", b"null", b"[]", b'"x"', b"[" * 100_000, b'{"documents":' + b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe", b"\0",
                  b'{"documents":[{"id":"\xff"}]}', b'{"documents":[{"id":"\\ud800"}]}', b"1e999999", b'{"query": ' + b"9" * 10_000 + b"}"]
        with self.serve() as memory:
            for path in ("/v1/search", "/v1/contents", "/v1/documents", "/v1/documents/delete"):
                for body in bodies:
                    self.assert_refused(memory.ask(path, body), 400, "BAD_REQUEST")
            self.assertEqual(memory.add(document("a")).status, 200)

    def test_that_is_huge_is_not_read(self):
        with self.serve() as memory:
            for path, most in (("/v1/documents", 16 << 20), ("/v1/search", 256 << 10)):
                head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {most + 1}\r\n\r\n"
                self.assertEqual(status_of_raw(memory.raw(head.encode())), 413)
            largest = [document(str(number), body="zebra " * 150_000) for number in range(16)]
            self.assertEqual(memory.add(*largest).status, 200)
            self.assertEqual(memory.contents(*map(str, range(16))).json["missing"], [])
            answer = memory.search("zebra", waitMs=10_000).json  # in ten thousand pieces, of which the newest are ranked
            self.assertTrue(answer["partial"] or answer["total"] == 16, answer)

    def test_of_queries_finds_nothing_and_breaks_nothing(self):
        queries = ['"', "*", "title:x", "NEAR(a b)", "a AND", "-", "\0", "\u6f22", "the of and", "%' OR 1=1", "x" * 4096, "a " * 2000]
        with self.serve() as memory:
            memory.add(document("a"))
            for query in queries:
                reply = memory.search(query)
                self.assertEqual((reply.status, reply.json["tiers"]["memory"]["state"]), (200, "ok"), query)


class Faults(MemoryCase):
    def test_what_was_answered_is_there_after_a_kill(self):
        acknowledged = []

        def send(memory):
            for batch in range(1000):
                names = [f"{batch}.{number}" for number in range(20)]
                try:
                    reply = memory.add(*[document(name, body="zebra " * 300) for name in names])
                except OSError:
                    return
                if reply.status == 200:
                    acknowledged.extend(names)

        for round_number in range(1, 4):
            acknowledged.clear()
            server = self.serve()
            with server as memory:
                memory.ask("/v1/documents/delete", {"ids": [f"{batch}.{number}" for batch in range(50) for number in range(20)]})
                sender = threading.Thread(target=send, args=(memory,))
                sender.start()
                self.assertTrue(eventually(lambda: len(acknowledged) >= 60 * round_number))
                memory.process.kill()
                sender.join(HANG_GUARD)
                memory.process.wait()
            with self.serve() as memory:
                found = memory.search("zebra", waitMs=10_000).json["total"]
                self.assertGreaterEqual(found, len(acknowledged))
                self.assertEqual(found % 20, 0)  # a request is taken whole or not at all
                for start in range(0, len(acknowledged), 50):
                    self.assertEqual(memory.contents(*acknowledged[start:start + 50]).json["missing"], [])
            with contextlib.closing(sqlite3.connect(self.data / "memory.db")) as connection:
                self.assertEqual(connection.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
                connection.execute("INSERT INTO chunks_text (chunks_text, rank) VALUES ('integrity-check', 1)")

    def test_the_end_is_quick_and_what_runs_is_answered(self):
        with self.serve() as memory:
            memory.add(*[document(str(number), body="zebra " * 2000) for number in range(50)])
            idle = memory.socket()
            began = time.monotonic()
            memory.process.send_signal(signal.SIGTERM)
            self.assertEqual(memory.process.wait(HANG_GUARD), 0)
            self.assertLess(time.monotonic() - began, ENDS_WITHIN)
            idle.close()
        with self.serve() as memory:
            self.assertEqual(memory.search("zebra").json["total"], 50)

    def test_a_full_disk_refuses_what_comes_and_keeps_what_was_taken(self):
        def full():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, 2 << 20))

        with self.serve(before=full) as memory:
            self.assertEqual(memory.add(document("small", body="zebra")).status, 200)
            reply = memory.add(*[document(str(number), body="elephant " * 10_000) for number in range(50)])
            self.assert_refused(reply, 503, "UNAVAILABLE")
            self.assertIn("memory", memory.log())
            self.assertEqual((memory.found("zebra"), memory.found("elephant")), (["small"], []))

    def test_a_file_of_somebody_else_is_left_alone(self):
        self.data.mkdir(mode=0o700)
        file = self.data / "memory.db"
        with contextlib.closing(sqlite3.connect(file)) as connection:
            connection.execute("CREATE TABLE theirs (x)")
            connection.commit()
        for content in (file.read_bytes(), b"no database at all" * 1000):
            file.write_bytes(content)
            for words in (("serve", "--listen", "127.0.0.1:0"), ("import", "-")):
                said = self.command(*words, code=2)
                self.assertIn("memory.db", said.stderr)
                self.assertEqual(said.stderr.count("\n"), 1, said.stderr)
            self.assertEqual(file.read_bytes(), content)

    def fill(self):
        with self.serve() as memory:
            memory.add(*[document(str(number), body=f"zebra {number} " * 200) for number in range(50)])
        return self.data / "memory.db"

    def test_damage_is_said_and_the_service_goes_on(self):
        with contextlib.closing(sqlite3.connect(self.fill())) as connection:
            connection.execute("UPDATE chunks_text_data SET block = randomblob(length(block)) WHERE id > 10")
            connection.commit()
        with self.serve() as memory:
            self.assert_refused(memory.search("zebra", waitMs=10_000), 503, "UNAVAILABLE")
            self.assertRegex(memory.log(), "path=/v1/search request=[0-9a-f-]+ failed: .*malformed")
            self.assertEqual(memory.contents("7").json["missing"], [])

    def test_damage_of_all_is_said_at_the_start(self):
        file = self.fill()
        octets = file.read_bytes()
        file.write_bytes(octets[:8192] + os.urandom(len(octets) - 8192))
        said = self.command("serve", "--listen", "127.0.0.1:0", code=2)
        self.assertIn(f"move '{file}' away", said.stderr)
        self.assertEqual(said.stderr.count("\n"), 1, said.stderr)

    def test_a_port_that_is_taken_is_said(self):
        with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken:
            said = self.command("serve", "--listen", "127.0.0.1:%d" % taken.getsockname()[1], code=2)
            self.assertEqual(said.stderr.count("\n"), 1, said.stderr)


class Imports(MemoryCase):
    def lines(self, *documents):
        return "".join(json.dumps(each) + "\n" for each in documents)

    def test_a_file_is_taken_in_and_served(self):
        file = self.home / "documents.ndjson"
        file.write_text(self.lines(*[document(f"d{number}", body=f"zebra {number}") for number in range(250)]))
        self.assertEqual(json.loads(self.command("import", file, "--json").stdout), {"accepted": 250, "replaced": 0, "bad": 0})
        self.assertEqual(json.loads(self.command("import", file, "--json").stdout), {"accepted": 250, "replaced": 250, "bad": 0})
        with self.serve() as memory:
            self.assertEqual(memory.search("zebra").json["total"], 250)
            self.command("import", "-", text=self.lines(document("while served", body="aardvark")))
            self.assertEqual(memory.found("aardvark"), ["while served"])

    def test_on_a_full_disk_the_line_is_told_from_which_on_nothing_was_taken(self):
        self.data.mkdir(mode=0o700)
        harness.small_disk(self, self.data, "4m")
        documents = [document(f"d{number}", body=f"zebra {number} " * 500) for number in range(2000)]
        text = "{\n\n" * 30 + self.lines(*documents)
        said = self.command("import", "-", text=text, code=2)
        line = int(said.stderr.partition("what came before line ")[2].split()[0])
        with contextlib.closing(sqlite3.connect(f"file:{self.data / 'memory.db'}?mode=ro", uri=True)) as connection:
            kept = connection.execute("SELECT count(*) FROM documents").fetchone()[0]
        self.assertEqual((kept, kept % 100), (line - 61, 0))

    def test_a_bad_line_is_named_and_the_others_are_taken(self):
        text = self.lines(document("a")) + "{\n\n" + self.lines(document("b", body=7), document("c"))
        said = self.command("import", "-", text=text, code=1)
        self.assertIn("line 2: ", said.stderr)
        self.assertIn("line 4: field 'body'", said.stderr)
        self.assertIn("2 documents taken, 0 of them in place of others, 2 lines could not be read", said.stderr)

    def test_a_file_that_is_not_there_is_said(self):
        self.assertIn("no such file", self.command("import", self.home / "none", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
