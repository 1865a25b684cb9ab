#!/usr/bin/env python3
"""GitHub's webhooks, posted as GitHub posts them: what is taken, what is refused, and what comes of a push."""
import hashlib
import hmac
import json
import os
import random
import signal
import subprocess
import threading
import time
import unittest
import urllib.parse
import uuid

import harness
from git_server import GitServer
from github_hooks import SECRET, headers_of, signature
from harness import HANG_GUARD, LIGHTFAST
from http_server import HttpServer, status_of_raw
from npm import install

PREVIOUS = "the one before"
PATH = "/api/ingest/github"
MIB = 1 << 20
BRANCH = {"repository": {"id": 1, "full_name": "acme/.lightfast", "default_branch": "main"}}
PUSH = {"ref": "refs/heads/main", "before": "0" * 40, "after": "1" * 40, "created": False, "deleted": False, "forced": False} | BRANCH

# Event, payload, and what is said of it where there is no store for what happened.
EVENTS = {
    "a push": ("push", PUSH, "accepted"),
    "a forced push": ("push", PUSH | {"forced": True}, "accepted"),
    "a push of many commits": ("push", PUSH | {"commits": [{"id": f"{n:040}"} for n in range(2000)]}, "accepted"),
    "a push whose commits were left out": ("push", PUSH | {"commits": [], "head_commit": None}, "accepted"),
    "the default branch deleted": ("push", PUSH | {"deleted": True, "after": "0" * 40}, "accepted"),
    "a push that does not say which branch is the default": ("push", {"ref": "refs/heads/main"}, "accepted"),
    "a push to another branch": ("push", PUSH | {"ref": "refs/heads/topic"}, "ignored"),
    "a branch whose name begins alike": ("push", PUSH | {"ref": "refs/heads/main/2"}, "ignored"),
    "a tag": ("push", PUSH | {"ref": "refs/tags/main"}, "ignored"),
    "a push of odd parts": ("push", {"ref": 7, "repository": []}, "ignored"),
    "a ping": ("ping", {"zen": "Keep it logically awesome.", "hook_id": 1}, "ignored"),
    "another default branch": ("repository", BRANCH | {"action": "edited", "changes": {"default_branch": {"from": "old"}}}, "accepted"),
    "the repository renamed": ("repository", BRANCH | {"action": "renamed"}, "accepted"),
    "the repository transferred": ("repository", BRANCH | {"action": "transferred"}, "accepted"),
    "the repository deleted": ("repository", BRANCH | {"action": "deleted"}, "accepted"),
    "another repository made": ("repository", BRANCH | {"action": "created"}, "ignored"),
    "the app installed": ("installation", {"action": "created", "installation": {"id": 2}}, "accepted"),
    "the app suspended": ("installation", {"action": "suspend", "installation": {"id": 2}}, "accepted"),
    "repositories added": ("installation_repositories", {"action": "added"}, "accepted"),
    "a pull request": ("pull_request", {"action": "opened"}, "ignored"),
    "an event that nobody knows": ("surprise", {"action": 7}, "ignored"),
}


class WebhookCase(unittest.TestCase):
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

    def server(self, **environment):
        """One that hears of pushes only by webhooks."""
        return HttpServer(self.git.https_url(self.name), self.home / "data", environment={
            "LIGHTFAST_CA_FILE": str(self.git.ca_file), "LIGHTFAST_POLL_INTERVAL": "0", "LIGHTFAST_GITHUB_WEBHOOK_SECRET": SECRET,
            "LIGHTFAST_GITHUB_WEBHOOK_SECRET_PREVIOUS": PREVIOUS} | environment)

    def post(self, server, payload, event="push", **more):
        body = json.dumps(payload).encode()
        return server.request("POST", PATH, body, headers_of(body, event, **more))

    def deliveries(self, *arguments):
        """What the command says; the rows of its table."""
        said = subprocess.run([LIGHTFAST, "deliveries", "--data-dir", self.home / "data", *arguments], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False, timeout=HANG_GUARD)
        return said, [line.split() for line in said.stdout.splitlines()[1:]]

    def becomes(self, number, status):
        return harness.eventually(lambda: [number, status] in [[row[0], row[5]] for row in self.deliveries("list")[1]])


class Taken(WebhookCase):
    def test_a_push_is_seen_by_the_next_command(self):
        with self.server() as server:
            server.wait_until_ready()
            for state in ("second\n", "third\n"):
                self.git.commit(self.name, {"README.md": state})
                answer = self.post(server, PUSH)
                self.assertEqual((answer.status, answer.json), (202, {"status": "accepted"}))
                self.assertTrue(harness.eventually(lambda state=state: server.shell("cat README.md").json["stdout"] == state))

    def test_each_event_is_answered_as_it_matters_for_the_repository(self):
        with self.server(LIGHTFAST_STORE="", HOME="") as server:
            for what, (event, payload, word) in EVENTS.items():
                with self.subTest(what):
                    answer = self.post(server, payload, event)
                    self.assertEqual((answer.status, answer.json), (202, {"status": word}))

    def test_another_branch_may_be_the_one_that_is_served(self):
        with self.server(LIGHTFAST_BRANCH="topic", LIGHTFAST_STORE="", HOME="") as server:
            self.assertEqual(self.post(server, PUSH).json, {"status": "ignored"})
            self.assertEqual(self.post(server, PUSH | {"ref": "refs/heads/topic"}).json, {"status": "accepted"})

    def test_the_same_delivery_again_is_no_other(self):
        number = str(uuid.uuid4())
        with self.server() as server:
            self.assertEqual(self.post(server, PUSH, number=number).json, {"status": "accepted"})
            for _ in range(3):
                again = self.post(server, PUSH, number=number)
                self.assertEqual((again.status, again.json), (202, {"status": "duplicate"}))
            self.assertTrue(self.becomes(number, "done"))
            self.assertIn(b"lightfast_webhooks_duplicate 3", server.get("/metrics").body)
        self.assertEqual([row[0] for row in self.deliveries("list")[1]].count(number), 1)

    def test_a_form_s_payload_is_read(self):
        with self.server() as server:
            body = urllib.parse.urlencode({"a": "b", "payload": json.dumps(PUSH | {"pusher": "ä & + %"})}).encode()
            answer = server.request("POST", PATH, body, headers_of(body) | {"Content-Type": "application/x-www-form-urlencoded"})
            self.assertEqual((answer.status, answer.json), (202, {"status": "accepted"}))

    def test_a_large_payload_is_taken_though_no_other_body_may_be_that_large(self):
        with self.server() as server:
            self.assertEqual(self.post(server, PUSH | {"commits": ["x" * 24 * MIB]}).status, 202)
            for path, length in ((PATH, 26 * MIB), ("/v1/shell", 5 * MIB)):
                answer = server.raw(b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (path.encode(), length))
                self.assertEqual(status_of_raw(answer), 413)

    def test_github_s_own_examples_are_taken(self):
        examples = json.loads(install("@octokit/webhooks-examples", "7.6.1", "@octokit/webhooks-examples/api.github.com/index.json")
                              .read_text())
        taken = 0
        with self.server() as server:
            for event in examples:
                for payload in event["examples"]:
                    answer = self.post(server, payload, event["name"])
                    self.assertEqual(answer.status, 202, (event["name"], answer))
                    taken += 1
        self.assertEqual(taken, 329)


class Refused(WebhookCase):
    def test_what_is_not_signed_by_either_secret_is_refused_and_not_kept(self):
        body = json.dumps(PUSH).encode()
        flipped = bytes([body[0] ^ 1]) + body[1:]
        sha1 = "sha1=" + hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
        good = headers_of(body)
        unsigned = {name: value for name, value in good.items() if name != "X-Hub-Signature-256"}
        attempts = {
            "no signature": (body, unsigned),
            "an empty one": (body, good | {"X-Hub-Signature-256": ""}),
            "one flipped bit of the body": (flipped, good),
            "one flipped bit of the signature": (body, good | {"X-Hub-Signature-256": signature(body)[:-1] + "x"}),
            "by another secret": (body, good | {"X-Hub-Signature-256": signature(body, "another")}),
            "by the empty secret": (body, good | {"X-Hub-Signature-256": signature(body, "")}),
            "in upper case": (body, good | {"X-Hub-Signature-256": signature(body).upper()}),
            "without its name": (body, good | {"X-Hub-Signature-256": signature(body)[7:]}),
            "cut short": (body, good | {"X-Hub-Signature-256": signature(body)[:20]}),
            "the old kind alone": (body, unsigned | {"X-Hub-Signature": sha1}),
            "two of them": (body, good | {"X-Hub-Signature-256": signature(body) + ", " + signature(body, "another")}),
            "with a key instead": (body, unsigned | {"Authorization": "Bearer sk-lf-" + "x" * 43}),
        }
        with self.server() as server:
            for what, (octets, headers) in attempts.items():
                with self.subTest(what):
                    answer = server.request("POST", PATH, octets, headers)
                    self.assertEqual((answer.status, answer.json["code"]), (401, "UNAUTHORIZED"))
                    self.assertNotIn(signature(body)[7:].encode(), answer.body)
            self.assertEqual(self.deliveries("list")[1], [])
            self.assertEqual(server.request("POST", PATH, body, good | {"X-Hub-Signature-256": signature(body, PREVIOUS)}).status, 202)
            self.assertNotIn(SECRET, server.log())

    def test_what_is_signed_but_no_delivery_is_said_to_be_none(self):
        bodies = {"no JSON": b"{", "no object": b"[]", "not UTF-8": b'{"a":"\xff"}', "nested too deep": b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
                  "nothing": b""}
        with self.server() as server:
            for what, body in bodies.items():
                with self.subTest(what):
                    self.assertEqual(server.request("POST", PATH, body, headers_of(body)).status, 400)
            body = json.dumps(PUSH).encode()
            for name in ("X-GitHub-Event", "X-GitHub-Delivery"):
                for value in ("", "a b", "x" * 200, "é"):
                    with self.subTest(name, value=value):
                        headers = {key: text for key, text in (headers_of(body) | {name: value.encode()}).items() if text}
                        self.assertEqual(server.request("POST", PATH, body, headers).status, 400)
            self.assertEqual(self.deliveries("list")[1], [])

    def test_other_ways_say_where_to_go(self):
        with self.server() as server:
            got = server.get(PATH)
            self.assertEqual((got.status, got.headers["Allow"]), (405, "POST"))
            self.assertEqual(server.post("/api/ingest/gitlab", {}).status, 404)
            body = json.dumps(PUSH).encode()
            for headers in ({}, headers_of(body)):
                self.assertEqual(server.request("POST", PATH + "/another-org", body, headers).status, 404)
            self.assertEqual(server.post(PATH + "/default", {}).status, 401)

    def test_without_a_secret_none_is_taken_and_the_answer_says_what_is_missing(self):
        with self.server(LIGHTFAST_GITHUB_WEBHOOK_SECRET="", LIGHTFAST_GITHUB_WEBHOOK_SECRET_PREVIOUS="") as server:
            for secret in ("", SECRET):
                body = json.dumps(PUSH).encode()
                answer = server.request("POST", PATH, body, headers_of(body) | {"X-Hub-Signature-256": signature(body, secret)})
                self.assertEqual(answer.status, 503)
                self.assertIn("LIGHTFAST_GITHUB_WEBHOOK_SECRET", answer.json["message"])


class Kept(WebhookCase):
    def test_a_delivery_that_cannot_be_worked_on_waits_and_is_after_a_restart(self):
        number = str(uuid.uuid4())
        with self.server() as server:
            server.wait_until_ready()
            self.git.path(self.name).rename(self.git.path("away"))
            self.assertEqual(self.post(server, PUSH, number=number).json, {"status": "accepted"})
            self.assertTrue(harness.eventually(lambda: "404" in self.deliveries("list")[0].stdout), self.deliveries("list"))
            self.assertEqual([row[5] for row in self.deliveries("list", "--status", "waiting")[1]], ["waiting"])
            os.kill(server.pid, signal.SIGKILL)
        self.git.path("away").rename(self.git.path(self.name))
        with self.server():
            self.assertTrue(self.becomes(number, "done"))

    def test_on_a_full_disk_none_is_acknowledged_and_afterwards_all_are(self):
        data = harness.small_disk(self, self.home / "data", "256m")
        large = PUSH | {"commits": ["x" * MIB]}
        with self.server() as server:
            server.wait_until_ready()
            harness.fill(data / "filler")
            acknowledged, answer = [], None
            for _ in range(64):  # SQLite may have some room of its own left
                number = str(uuid.uuid4())
                answer = self.post(server, large, number=number)
                if answer.status != 202:
                    break
                acknowledged.append(number)
            self.assertEqual((answer.status, answer.headers["Retry-After"]), (503, "30"))
            self.assertEqual(server.shell("cat README.md").json["stdout"], "first\n")
            (data / "filler").unlink()
            self.assertEqual(self.post(server, large, number=number).json, {"status": "accepted"})
            for number in acknowledged:
                self.assertEqual(self.post(server, large, number=number).json, {"status": "duplicate"})

    def test_a_delivery_is_replayed(self):
        number = str(uuid.uuid4())
        with self.server() as server:
            self.assertEqual(self.post(server, {"action": "opened"}, "pull_request", number=number).json, {"status": "accepted"})
            self.assertTrue(self.becomes(number, "done"))
            self.git.commit(self.name, {"README.md": "second\n"})
            said, _ = self.deliveries("replay", number)
            self.assertEqual(said.returncode, 0, said)
            self.assertTrue(self.becomes(number, "done"))
            self.assertEqual(server.shell("cat README.md").json["stdout"], "second\n")
        said, _ = self.deliveries("replay", "nothing")
        self.assertEqual(said.returncode, 2)
        self.assertIn("lightfast deliveries list", said.stderr)

    def test_what_was_acknowledged_survives_kills(self):
        chance, acknowledged = random.Random(5), []
        for _ in range(10):
            with self.server() as server:
                end = threading.Event()

                def keep_posting(server=server, end=end):
                    while not end.is_set():
                        number = str(uuid.uuid4())
                        try:
                            if self.post(server, PUSH, number=number).status == 202:
                                acknowledged.append(number)
                        except OSError:
                            return

                posters = [threading.Thread(target=keep_posting) for _ in range(4)]
                for poster in posters:
                    poster.start()
                time.sleep(chance.uniform(0.02, 0.4))
                os.kill(server.pid, signal.SIGKILL)
                end.set()
                for poster in posters:
                    poster.join()
        self.assertGreater(len(acknowledged), 50)
        with self.server() as server:
            for _ in range(2):
                for number in acknowledged[::7]:
                    self.assertEqual(self.post(server, PUSH, number=number).json, {"status": "duplicate"})
            self.assertTrue(harness.eventually(lambda: not self.deliveries("list", "--status", "waiting")[1]))


if __name__ == "__main__":
    unittest.main()
