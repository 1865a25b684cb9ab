#!/usr/bin/env python3
"""What happened, as providers' webhooks tell it, ends in the store of events: once, and whatever is killed, full, held or damaged."""
import base64
import contextlib
import fcntl
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import threading
import time
import unittest
import uuid

import harness
from git_server import GitServer
from github_hooks import SECRET, headers_of
from harness import HANG_GUARD, LIGHTFAST, eventually
from http_server import HttpServer
from npm import install, install_node
from webhook_senders import ENVIRONMENT, PAYLOADS, SECRETS, SUBJECTS, VARIABLES, delivery, digest

GITHUB = "/api/ingest/github"


def issue(number, action="opened", **more):
    return {"action": action, "sender": {"login": "mia"}, "organization": {"login": "acme"},
            "repository": {"id": 7, "full_name": "acme/web", "default_branch": "main", "owner": {"login": "acme"}},
            "issue": {"number": number, "title": f"issue {number}", "state": "open", "body": "x" * 500, "user": {"login": "tom"},
                      "created_at": "2026-03-01T10:00:00Z", "updated_at": "2026-03-01T10:00:00Z"} | more}


class EventsCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.git = GitServer()
        cls.git.start()
        cls.addClassCleanup(cls.git.stop)

    def setUp(self):
        self.home = harness.make_home(self)
        self.name = self.id().rpartition(".")[2]
        self.git.create(self.name)
        self.git.commit(self.name, {"README.md": "first\n"})
        self.file = self.home / "events" / "store.db"

    def server(self, **environment):
        return HttpServer(self.git.https_url(self.name), self.home / "data", environment={
            "LIGHTFAST_CA_FILE": str(self.git.ca_file), "LIGHTFAST_POLL_INTERVAL": "0", "LIGHTFAST_STORE": str(self.file),
            "LIGHTFAST_GITHUB_WEBHOOK_SECRET": SECRET} | ENVIRONMENT | environment)

    def post(self, server, payload, event="issues", number=None):
        body = json.dumps(payload).encode()
        return server.request("POST", GITHUB, body, headers_of(body, event, number))

    def send(self, server, sender, route=None, **how):
        body, headers = delivery(sender, **how)
        return server.request("POST", f"/api/ingest/{route or sender}", body, headers)

    def store(self, *words, code=0):
        said = harness.run([LIGHTFAST, "store", *words, "--store", str(self.file)])
        self.assertEqual(said.returncode, code, said)
        return said.stdout

    def select(self, sql):
        with contextlib.suppress(sqlite3.OperationalError), \
                contextlib.closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as connection:
            return connection.execute(sql).fetchall()
        return []

    def ids(self):
        return {row[0] for row in self.select("SELECT id FROM events")}

    def subjects(self):
        return {row[0] for row in self.select("SELECT subject FROM events")}

    def deliveries(self, *words):
        said = harness.run([LIGHTFAST, "deliveries", *words, "--data-dir", self.home / "data"])
        self.assertEqual(said.returncode, 0, said)
        return [line.split(maxsplit=6) for line in said.stdout.splitlines()[1:]]

    def all_done(self):
        return eventually(lambda: not self.deliveries("list", "--status", "waiting"))


class Taken(EventsCase):
    def test_all_of_github_s_own_examples_become_events(self):
        examples = json.loads(install("@octokit/webhooks-examples", "7.6.1", "@octokit/webhooks-examples/api.github.com/index.json")
                              .read_text())
        posted, numbers = [(event["name"], payload) for event in examples for payload in event["examples"]], []
        self.assertEqual(len(posted), 329)
        with self.server() as server:
            for event, payload in posted:
                numbers.append(str(uuid.uuid4()))
                answer = self.post(server, payload, event, numbers[-1])
                self.assertEqual((answer.status, answer.json), (202, {"status": "accepted"}), event)
            self.assertTrue(self.all_done())
            first = self.ids()
            for event, payload in random.Random(3).sample(posted, len(posted)):  # told again by another hook
                self.post(server, payload, event)
            self.assertTrue(self.all_done())
        self.assertGreater(len(first), 150)
        # What says no time of its own is known by its delivery; of all else nothing has come twice.
        again = self.ids() - first
        self.assertTrue(all(len(name.rpartition(":")[2]) == 36 for name in again), again)
        stats = json.loads(self.store("stats", "--json"))
        self.assertEqual(stats["bySource"], {"github": len(self.ids())})
        self.assertLessEqual({event for event, _ in posted} - {"create", "delete", "fork"},
                             {kind.partition(".")[0] for kind in stats["byType"]})
        self.store("check")
        self.assertEqual(self.deliveries("list", "--status", "dead"), [])
        self.assertEqual(stats["payloads"], self.select("SELECT count(DISTINCT delivery) FROM payload WHERE provider = 'github'")[0][0])
        sent = {json.dumps(payload) for _, payload in posted}
        for (name,) in self.select("SELECT e.id FROM events e JOIN payload p ON p.seq = e.seq"):
            self.assertIn(json.dumps(json.loads(self.store("payload", name))), sent)

    def test_what_each_sender_tells_is_kept(self):
        with self.server() as server:
            for sender in SECRETS:
                self.assertEqual(self.send(server, sender).json, {"status": "accepted"}, sender)
            self.send(server, "generic", "webhook", payload={"id": "deal-1", "source": "crm", "type": "deal.won", "subject": "deal:1",
                                                             "occurredAt": "2026-03-01T12:00:00Z"})
            self.assertTrue(eventually(lambda: self.subjects() >= set(SUBJECTS.values()) | {"deal:1"}), self.subjects())
            self.assertTrue(eventually(lambda: 'lightfast_events_kept{org="default"} 5' in server.get("/metrics").body.decode()))
        self.assertEqual(self.select("SELECT target FROM edge_now WHERE source = 'deployment:dpl_9' AND type = 'deploys'"),
                         [("commit:acme/web@" + "1" * 40,)])
        self.assertIn("crm", json.loads(self.store("stats", "--json"))["bySource"])
        self.assertEqual(sorted(self.select("SELECT provider FROM payload")), [(name,) for name in ["generic", *sorted(SECRETS)]])
        self.assertEqual(json.loads(self.store("payload", "deal-1"))["type"], "deal.won")
        self.store("compact", "--payload-days", "0")
        self.store("payload", "deal-1", code=2)

    def test_a_push_of_the_repository_does_both(self):
        with self.server() as server:
            server.wait_until_ready()
            self.git.commit(self.name, {"README.md": "second\n"})
            push = issue(1) | {"ref": "refs/heads/main", "before": "0" * 40, "after": "1" * 40, "commits": []}
            self.assertEqual(self.post(server, push, "push").json, {"status": "accepted"})
            self.assertTrue(eventually(lambda: server.shell("cat README.md").json["stdout"] == "second\n"))
            self.assertTrue(eventually(lambda: "branch:acme/web@main" in self.subjects()))

    def test_one_fact_told_by_several_hooks_is_one_event_in_any_order(self):
        told = [issue(7, action, state=state, updated_at=f"2026-03-01T1{hour}:00:00Z", closed_at=f"2026-03-01T1{hour}:00:00Z",
                      labels=[{"name": label}])
                for hour, (action, state, label) in enumerate((("opened", "open", "bug"), ("labeled", "open", "wip"), ("closed", "closed", "bug"),
                                                               ("reopened", "open", "bug"), ("closed", "closed", "wip")))]
        states = []
        for seed in range(2):
            self.file = self.home / f"store-{seed}" / "store.db"
            order = random.Random(seed).sample(told * 3, len(told) * 3)
            with self.server() as server:
                for payload in order:
                    self.post(server, payload)
                self.assertTrue(self.all_done())
            states.append([self.select(sql) for sql in (
                "SELECT id FROM events ORDER BY id", "SELECT id, since, properties FROM entity_now ORDER BY id",
                "SELECT source, type, target, since FROM edge_now ORDER BY 1, 2, 3")])
        self.assertEqual(len(states[0][0]), 5)
        self.assertEqual(states[0], states[1])
        self.assertIn('"state":"closed"', str(states[0][1]))


class Refused(EventsCase):
    def test_what_is_not_signed_by_the_sender_s_secret_is_refused_and_not_kept(self):
        with self.server(**{VARIABLES["linear"] + "_PREVIOUS": "the one before"}) as server:
            for sender in SECRETS:
                body, headers = delivery(sender)
                name = next(header for header in headers if header.lower().endswith("signature"))
                attempts = {
                    "no signature": (body, {key: value for key, value in headers.items() if key != name}),
                    "another's secret": delivery(sender, secret="whsec_" + base64.b64encode(b"another one's").decode()),
                    "another body": (body + b" ", headers),
                    "cut": (body, headers | {name: headers[name][:-1]}),
                    "two of them": (body, headers | {name: headers[name] + ", " + headers[name]}),
                    "GitHub's": (body, headers_of(body)),
                }
                for what, (octets, said) in attempts.items():
                    with self.subTest(sender, what=what):
                        answer = server.request("POST", f"/api/ingest/{sender}", octets, said)
                        self.assertEqual((answer.status, answer.json["code"]), (401, "UNAUTHORIZED"))
                        self.assertEqual(answer.headers["WWW-Authenticate"].lower(), name.lower())
            for sender, sent in (("linear", time.time() - 9 * 3600), ("generic", time.time() - 400), ("generic", time.time() + 400)):
                self.assertEqual(self.send(server, sender, sent=sent).status, 401)
            self.assertEqual(self.deliveries("list"), [])
            self.assertEqual(self.send(server, "linear", secret="the one before").status, 202)
            self.assertEqual(self.send(server, "linear", sent=time.time() - 7 * 3600).status, 202)
            self.assertNotIn(SECRETS["linear"], server.log())

    def test_each_is_taken_only_where_its_secret_is_set(self):
        with self.server(**{name: "" for name in ENVIRONMENT}) as server:
            for sender, variable in VARIABLES.items():
                answer = self.send(server, sender)
                self.assertEqual(answer.status, 503)
                self.assertIn(variable, answer.json["message"])
            self.assertEqual(server.post("/api/ingest/gitlab", {}).status, 404)

    def test_what_other_programs_sign_is_taken(self):
        library = install("standardwebhooks", "1.0.0", "standardwebhooks/dist/index.js")
        script = ('const {Webhook} = require(process.argv[1]); const when = new Date(); process.stdout.write(Math.floor(when / 1000) + " " '
                  '+ new Webhook(process.argv[2]).sign("msg_1", when, process.argv[3]))')
        body = json.dumps(PAYLOADS["generic"])
        said = subprocess.run([install_node(), "-e", script, library, SECRETS["generic"], body], capture_output=True, text=True, check=True,
                              timeout=HANG_GUARD).stdout
        seconds, _, signature = said.partition(" ")
        with self.server() as server:
            answer = server.request("POST", "/api/ingest/generic", body.encode(), {
                "webhook-id": "msg_1", "webhook-timestamp": seconds, "webhook-signature": signature})
            self.assertEqual(answer.json, {"status": "accepted"})

    def test_a_digest_of_another_kind_is_none(self):
        with self.server() as server:
            body, headers = delivery("vercel")
            answer = server.request("POST", "/api/ingest/vercel", body,
                                    headers | {"x-vercel-signature": digest("sha256", body, SECRETS["vercel"])})
            self.assertEqual(answer.status, 401)


class Kept(EventsCase):
    def test_what_was_acknowledged_is_in_the_store_after_kills(self):
        chance, acknowledged, numbers = random.Random(5), [], iter(range(1, 1_000_000))
        for _ in range(20):
            with self.server() as server:
                end = threading.Event()

                def keep_posting(server=server, end=end):
                    while not end.is_set():
                        number = next(numbers)
                        try:
                            if self.post(server, issue(number)).status == 202:
                                acknowledged.append(number)
                        except OSError:
                            return

                posters = [threading.Thread(target=keep_posting) for _ in range(4)]
                for poster in posters:
                    poster.start()
                time.sleep(chance.uniform(0.05, 0.5))
                os.kill(server.pid, signal.SIGKILL)
                end.set()
                for poster in posters:
                    poster.join()
        self.assertGreater(len(acknowledged), 200)
        with self.server():
            self.assertTrue(self.all_done())
            missing = {f"issue:acme/web#{number}" for number in acknowledged} - self.subjects()
            self.assertEqual(missing, set())
        self.store("check")

    def test_events_wait_while_somebody_else_writes_the_store(self):
        self.file.parent.mkdir()
        with self.server() as server, open(f"{self.file}.lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for number in range(20):
                self.assertEqual(self.post(server, issue(number + 1)).status, 202)
            time.sleep(3)
            self.assertEqual((self.file.exists(), len(self.deliveries("list", "--status", "waiting"))), (False, 20))
            fcntl.flock(lock, fcntl.LOCK_UN)
            self.assertTrue(eventually(lambda: len(self.ids()) == 20))
            # The server does not hold it when it has nothing to write.
            self.assertTrue(eventually(lambda: self.is_free(lock)))

    def test_a_store_that_somebody_holds_does_not_hold_up_the_end(self):
        with self.server() as server:
            self.post(server, issue(1))
            self.assertTrue(eventually(lambda: len(self.ids()) == 1) and self.all_done())
            with contextlib.closing(sqlite3.connect(self.file, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                self.assertEqual(self.post(server, issue(2)).status, 202)
                self.assertTrue(eventually(self.is_being_written))
                begun = time.monotonic()
                self.assertEqual(server.end(), [])
                self.assertLess(time.monotonic() - begun, 2 * harness.WEIGHT)
        with self.server():
            self.assertTrue(eventually(lambda: len(self.ids()) == 2))

    def is_being_written(self):
        with open(f"{self.file}.lock", encoding="utf-8") as lock:
            return not self.is_free(lock)

    @staticmethod
    def is_free(lock):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        fcntl.flock(lock, fcntl.LOCK_UN)
        return True

    def test_events_wait_on_a_full_disk_and_for_a_store_that_is_damaged(self):
        disk = harness.small_disk(self, self.home / "events", "16m")
        with self.server() as server:
            self.post(server, issue(1))
            self.assertTrue(eventually(lambda: len(self.ids()) == 1))
            harness.fill(disk / "filler")
            for number in range(2, 202):
                self.assertEqual(self.post(server, issue(number, body="y" * 20_000)).status, 202)
            is_full = lambda: re.search("full|No space left", str(self.deliveries("list", "--status", "waiting")))
            self.assertTrue(eventually(is_full, 10), self.deliveries("list", "--status", "waiting")[:2])
            (disk / "filler").unlink()
            self.assertTrue(eventually(lambda: len(self.ids()) == 201))
            whole = self.file.read_bytes()
            self.assertTrue(self.all_done())
            self.file.write_bytes(b"this is no database, but long enough to be looked at as if it were one" * 100)
            number = str(uuid.uuid4())
            self.assertEqual(self.post(server, issue(999), number=number).status, 202)
            self.assertTrue(eventually(lambda: "database" in str(self.deliveries("list", "--status", "waiting"))))
            self.file.write_bytes(whole)
            for rest in ("-wal", "-shm"):
                (disk / f"store.db{rest}").unlink(missing_ok=True)
            self.deliveries("replay", number)
            self.assertTrue(eventually(lambda: "issue:acme/web#999" in self.subjects()))
        self.store("check")


if __name__ == "__main__":
    unittest.main()
