#!/usr/bin/env python3
"""`lightfast store`: events go in and come out, whatever is killed, full, damaged or of somebody else."""
import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import time
import unittest

import harness
from harness import HANG_GUARD, LIGHTFAST


def event(number, **more):
    return {"id": f"e{number}", "source": "test", "type": "pr.changed", "occurredAt": f"2026-03-01T12:{number // 60 % 60:02}:{number % 60:02}Z",
            "subject": f"pr:acme/web#{number % 50}", "title": f"change {number}", "body": "some words of it",
            "relations": [{"entity": f"person:p{number % 7}", "type": "authored_by"}],
            "attributes": {"number": number % 50, "state": "open" if number % 3 else "merged"}} | more


class StoreCase(unittest.TestCase):
    def setUp(self):
        self.home = harness.make_home(self)
        self.file = self.home / "store.db"

    def command(self, *words):
        return [LIGHTFAST, "store", *map(str, words), "--store", str(self.file)]

    def store(self, *words, code=0, text=""):
        said = harness.run(self.command(*words), text, {"HOME": str(self.home)})
        self.assertEqual(said.returncode, code, said)
        return said

    def lines(self, events):
        return "".join(json.dumps(each) + "\n" for each in events)

    def take(self, events, **how):
        return json.loads(self.store("import", "-", "--json", text=self.lines(events), **how).stdout)

    def stats(self):
        return json.loads(self.store("stats", "--json").stdout)

    def select(self, sql):
        with contextlib.closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as connection:
            return connection.execute(sql).fetchall()


class Events(StoreCase):
    def test_events_go_in_once_and_come_out_as_they_went_in(self):
        events = [event(number) for number in range(3000)]
        self.assertEqual(self.take(events), {"taken": 3000, "duplicates": 0, "bad": 0})
        self.assertEqual(self.take(events[:10]), {"taken": 0, "duplicates": 10, "bad": 0})
        out = [json.loads(line) for line in self.store("export").stdout.splitlines()]
        self.assertEqual(out, events)
        stats = self.stats()
        self.assertEqual((stats["events"], stats["entities"], stats["bySource"]), (3000, 57, {"test": 3000}))
        self.assertEqual(stats["oldest"], "2026-03-01T12:00:00Z")
        self.assertIn("3000 events, 57 entities", self.store("stats").stdout)
        self.store("check")

    def test_of_several_organisations_each_has_its_own(self):
        config = self.home / "config.json"
        config.write_text(json.dumps({"dataDir": str(self.home / "data"),
                                      "orgs": [{"id": name, "repo": "/nowhere"} for name in ("acme", "bolt")]}))
        run = lambda *words: subprocess.run([LIGHTFAST, "store", *words, "--config", str(config)], capture_output=True, text=True,
                                            input=self.lines([event(1)]), check=False, timeout=HANG_GUARD,
                                            env={"PATH": "/usr/bin:/bin", "HOME": str(self.home)})
        self.assertEqual(run("import", "-", "--org", "acme").returncode, 0)
        self.assertIn(" 1 events", run("stats", "--org", "acme").stdout)
        self.assertEqual(run("stats", "--org", "bolt").returncode, 2)
        self.assertIn("acme, bolt", run("stats").stderr)

    def test_a_bad_line_is_said_by_its_number_and_the_others_are_taken(self):
        lines = [json.dumps(event(1)), "", "{", json.dumps(event(2, occurredAt="now")), json.dumps(event(3)), json.dumps(event(4, extra=1)), "x" * 2_000_000]
        said = self.store("import", "-", "--json", text="\n".join(lines), code=1)
        self.assertEqual(json.loads(said.stdout), {"taken": 2, "duplicates": 0, "bad": 4})
        self.assertEqual([line.partition(":")[0] for line in said.stderr.splitlines()], ["line 3", "line 4", "line 6", "line 7"])
        self.assertIn("line 4: occurredAt: must be a time of ISO 8601", said.stderr)

    def test_any_tool_may_read_it(self):
        self.take([event(number) for number in range(100)])
        self.assertEqual(self.select("SELECT count(*) FROM open_pull_requests"), [(33,)])
        self.assertEqual(self.select("SELECT title FROM events_readable ORDER BY seq LIMIT 1"), [("change 0",)])
        self.assertEqual(self.select("SELECT target FROM edge_now WHERE source = 'pr:acme/web#1' ORDER BY target LIMIT 1"), [("person:p1",)])

    def test_a_rebuild_makes_the_same_rows(self):
        events = [event(number) for number in range(500)]
        random.Random(3).shuffle(events)
        self.take(events)
        tables = ("SELECT * FROM entity ORDER BY 1, 3, 5", "SELECT * FROM edge ORDER BY 1, 2, 3, 4, 6")
        before = [self.select(sql) for sql in tables]
        with contextlib.closing(sqlite3.connect(self.file)) as connection:
            connection.execute("DELETE FROM entity WHERE type = 'pr'")
            connection.commit()
        self.assertIn("whose subject is not there: 500", self.store("check", code=1).stdout)
        made = json.loads(self.store("rebuild", "--json").stdout)
        self.assertEqual((made["events"], made["entities"]), (500, self.stats()["entities"]))
        self.store("check")
        self.assertEqual([self.select(sql) for sql in tables], before)
        self.assertEqual(json.loads(self.store("compact", "--json").stdout), {"forgottenEvents": 0, "forgottenPayloads": 0})
        self.assertEqual([self.select(sql) for sql in tables], before)

    def test_what_cannot_be_read_is_said(self):
        self.assertIn("there is none", self.store("stats", code=2).stderr)
        self.assertIn("no such file", self.store("import", self.home / "nothing", code=2).stderr)
        self.file.write_text("no database at all, but some text that is long enough to be looked at")
        for words in (("stats",), ("import", "-")):
            self.assertIn("not a database", self.store(*words, code=2).stderr)
        self.assertTrue(self.file.read_text().startswith("no database"))


class Faults(StoreCase):
    def test_a_store_of_another_program_or_a_later_version_is_left_as_it_is(self):
        for change, words in (("PRAGMA application_id = 7", "another program's"), ("PRAGMA user_version = 99", "later version")):
            with self.subTest(words):
                self.file.unlink(missing_ok=True)
                self.take([event(1)])
                with contextlib.closing(sqlite3.connect(self.file)) as connection:
                    connection.execute(change)
                before = self.file.read_bytes()
                for command in (("stats",), ("import", "-"), ("rebuild",)):
                    self.assertIn(words, self.store(*command, code=2).stderr)
                self.assertEqual(self.file.read_bytes(), before)

    def test_damage_is_found(self):
        self.take([event(number) for number in range(2000)])
        whole = self.file.read_bytes()
        page = bytearray(whole)
        page[20 * 8192:20 * 8192 + 4000] = os.urandom(2000)
        for what, content in (("a page", bytes(page)), ("a file cut short", whole[:len(whole) // 2])):
            with self.subTest(what):
                self.file.write_bytes(content)
                said = harness.run(self.command("check"))
                self.assertIn(said.returncode, (1, 2), said)
                self.assertRegex(said.stdout + said.stderr, "the file: |malformed")
                self.assertEqual(self.file.read_bytes(), content)

    def damaged(self):
        """A store with noise for a page that counting entities reads."""
        self.take([event(number) for number in range(2000)])
        begin = 8192 * (self.select("SELECT rootpage FROM sqlite_schema WHERE name = 'entity_type'")[0][0] - 1)
        content = bytearray(self.file.read_bytes())
        content[begin:begin + 4000] = os.urandom(4000)
        self.file.write_bytes(content)
        return bytes(content)

    def test_damage_after_an_unclean_stop_is_set_aside_and_said(self):
        content = self.damaged()
        self.assertIn("`lightfast store check` tells", self.store("stats", code=2).stderr)  # who reads changes nothing
        self.file.with_name("store.db.lock").write_text("`lightfast store import` (process 1, since then)")
        said = self.store("import", "-", text=self.lines([event(1)]))
        kept = [path for path in self.home.iterdir() if ".damaged-" in path.name]
        self.assertEqual([path.read_bytes() for path in kept], [content])
        self.assertIn(str(kept[0]), said.stderr)
        self.assertIn("import your events again", said.stderr)
        self.assertEqual(self.stats()["events"], 1)
        self.assertNotIn("damaged", self.store("import", "-", text=self.lines([event(2)])).stderr)
        self.assertEqual(self.stats()["events"], 2)

    def test_after_a_clean_stop_nothing_is_set_aside(self):
        content = self.damaged()
        self.assertEqual(self.file.with_name("store.db.lock").read_text(), "")
        self.store("check", code=1)
        subprocess.run(self.command("import", "-"), input=self.lines([event(5000)]), text=True, capture_output=True, check=False)
        self.assertEqual([path for path in self.home.iterdir() if ".damaged-" in path.name], [])
        self.assertEqual(len(self.file.read_bytes()) >= len(content), True)

    def test_what_was_imported_survives_kills(self):
        chance, events = random.Random(11), [event(number) for number in range(20_000)]
        source = self.home / "events.ndjson"
        source.write_text(self.lines(events))
        least = 0
        for _ in range(20):
            process = subprocess.Popen(self.command("import", source), stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0.01, 0.4))
            process.send_signal(signal.SIGKILL)
            process.wait()
            if self.file.exists() and self.select("SELECT count(*) FROM sqlite_schema")[0][0]:
                self.store("check")
                taken = self.stats()["events"]
                self.assertEqual((taken >= least, taken % 1000), (True, 0))
                least = taken
        self.assertEqual(self.take([]), {"taken": 0, "duplicates": 0, "bad": 0})
        self.store("import", source)
        self.assertEqual([json.loads(line)["id"] for line in self.store("export").stdout.splitlines()], [each["id"] for each in events])

    def test_one_writes_and_eight_read(self):
        self.take([event(0)])
        with subprocess.Popen(self.command("import", "-"), stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as writer:
            writer.stdin.write(self.lines(event(number) for number in range(1, 1001)))
            writer.stdin.flush()
            self.assertTrue(harness.eventually(lambda: self.stats()["events"] > 1))
            said = self.store("import", "-", text=self.lines([event(5000)]), code=2)
            self.assertRegex(said.stderr, rf"being written by `lightfast store import` \(process {writer.pid}, since 20")
            readers = [subprocess.Popen(self.command("stats", "--json"), stdout=subprocess.PIPE, text=True) for _ in range(8)]
            writer.stdin.write(self.lines(event(number) for number in range(1001, 3000)))
            for reader in readers:
                self.assertGreater(json.loads(reader.communicate(timeout=HANG_GUARD)[0])["events"], 1)
        self.assertEqual(self.stats()["events"], 3000)

    def test_on_a_full_disk_what_was_taken_stays(self):
        self.file = harness.small_disk(self, self.home / "disk", "8m") / "store.db"
        said = self.store("import", "-", text=self.lines(event(number, body="x" * 1000) for number in range(20_000)), code=2)
        self.assertRegex(said.stderr, r"what came before line \d+ is in the store: .*full")
        taken = self.stats()["events"]
        self.assertGreater(taken, 0)
        self.assertEqual(int(said.stderr.partition("before line ")[2].split()[0]), taken + 1)
        self.store("check")
        self.assertEqual(self.select("SELECT max(seq) FROM events"), [(taken,)])

    def test_where_there_is_no_room_for_a_copy_what_was_to_be_forgotten_is(self):
        self.take([event(number, occurredAt="2020-01-01T12:00:00Z") for number in range(10)])
        self.take([event(number, occurredAt="2099-01-01T12:00:00Z", body=" " * 60_000) for number in range(100, 2100)])
        size = self.file.stat().st_size
        compact = self.command("compact", "--keep-days", "10")
        said = harness.run(compact, environment={"HOME": str(self.home), "TMPDIR": str(harness.small_disk(self, self.home / "disk", "1m"))})
        self.assertEqual(said.returncode, 2, said)
        self.assertIn("what was to be forgotten is; giving back the disk: database or disk is full", said.stderr)
        self.assertEqual(self.stats()["bySource"]["test"], 2000)
        self.store("check")
        self.assertIn("0 events forgotten", self.store("compact", "--keep-days", "10").stderr)
        self.assertLess(self.file.stat().st_size, size)

    def test_a_large_import_leaves_the_file_in_order(self):
        events = self.lines(event(number, subject=f"pr:acme/web#{number * 7919 % 20_000}", body="." * 5000) for number in range(20_000))
        full = {"HOME": str(self.home), "TMPDIR": str(harness.small_disk(self, self.home / "disk", "1m"))}
        said = harness.run(self.command("import", "-"), events, full)
        self.assertEqual(said.returncode, 0, said)
        self.assertIn("its file was not put in order: database or disk is full; `lightfast store compact` does it", said.stderr)
        self.store("check")
        size = self.file.stat().st_size
        self.file = self.home / "other.db"
        self.store("import", "-", text=events)
        self.store("check")
        self.assertLess(self.file.stat().st_size, size)
        settled = self.file.stat().st_size
        self.store("compact")
        self.assertEqual(self.file.stat().st_size, settled)

    def test_whoever_goes_on_from_the_line_that_is_told_loses_nothing(self):
        self.file = harness.small_disk(self, self.home / "disk", "8m") / "store.db"
        lines = []
        for number in range(20_000):  # blank and bad ones among them, and many before the first
            lines += [""] * (number % 3) + ["{"] * (50 if number == 0 else number % 2) + [json.dumps(event(number, body="x" * 1000))]
        said = self.store("import", "-", text="\n".join(lines), code=2)
        line = int(said.stderr.partition("what came before line ")[2].split()[0])
        before = sum(len(each) > 1 for each in lines[:line - 1])
        self.assertEqual((self.stats()["events"], len(lines[line - 1]) > 1), (before, True))
        self.assertGreater(before, 0)


if __name__ == "__main__":
    unittest.main()
