#!/usr/bin/env python3
"""A repository that is pushed to while it is read: every command sees one whole commit and none fails, whatever is killed or full."""
import json
import os
import pathlib
import random
import signal
import threading
import time
import unittest
import uuid

import harness
from git_server import GitServer
from github_hooks import SECRET, headers_of
from harness import eventually, is_alive, processes_below
from http_server import HttpServer

PATH = "/api/ingest/github"
PUSHES = int(os.environ.get("LIGHTFAST_PUSHES", "40"))
KILLS = int(os.environ.get("LIGHTFAST_KILLS", "15"))
PLACES = [f"{directory}file{number}.md" for directory in ("", "a/", "a/b/", "c/") for number in range(5)]
# All files of the commit, twice: a tree that changed under the command would show two numbers.
COMMAND = "cat $(find . -name '*.md'); sleep 0.02; find . -name '*.md' -exec cat {} +"


class PushCase(unittest.TestCase):
    def setUp(self):
        self.home = harness.make_home(self)
        self.git = GitServer()
        self.git.start()
        self.addCleanup(self.git.stop)
        self.git.create("docs")
        self.push(0)

    def push(self, number):
        """Every file of the new commit holds its number, and some are there in every other commit alone."""
        files = {place: ("100644", f"{number}\n") for place in PLACES}
        files |= {f"odd{number % 2}/extra.md": ("100644", f"{number}\n")}
        self.git.commit_tree("docs", files)

    def server(self, data=None, **environment):
        return HttpServer(self.git.https_url("docs"), data or self.home / "data", environment={
            "LIGHTFAST_CA_FILE": str(self.git.ca_file), "LIGHTFAST_POLL_INTERVAL": "0", "LIGHTFAST_GITHUB_WEBHOOK_SECRET": SECRET,
            "LIGHTFAST_RATE_LIMIT": "0"} | environment)

    def tell(self, server, number=None):
        """The webhook of a push; the id of the delivery if it was acknowledged."""
        number = number or str(uuid.uuid4())
        body = json.dumps({"ref": "refs/heads/main", "repository": {"default_branch": "main"}}).encode()
        return number if server.request("POST", PATH, body, headers_of(body, number=number)).status == 202 else None

    def state(self, answer):
        """The number of the one commit that an answer shows; fails when it shows anything else."""
        self.assertEqual(answer.status, 200, answer)
        result = answer.json
        lines = result["stdout"].split()
        self.assertEqual((result["exitCode"], len(lines), len(set(lines))), (0, 2 * (len(PLACES) + 1), 1), result)
        return int(lines[0])


class Reader(threading.Thread):
    """Runs commands until stop() is called; keeps what went wrong."""

    def __init__(self, case, server):
        super().__init__()
        self.case, self.server, self.ending, self.wrong, self.states = case, server, threading.Event(), [], []
        self.start()

    def run(self):
        while not self.ending.is_set():
            try:
                self.states.append(self.case.state(self.server.shell(COMMAND)))
            except (AssertionError, OSError) as error:
                self.wrong.append(error)

    def stop(self):
        self.ending.set()
        self.join()
        return self


class Pushes(PushCase):
    def test_no_command_fails_or_sees_two_commits_while_pushes_come(self):
        with self.server() as server:
            server.wait_until_ready()
            readers = [Reader(self, server) for _ in range(3)]
            for number in range(1, PUSHES + 1):
                self.push(number)
                self.assertTrue(self.tell(server))
                if number % 4:  # some at once, most one after the other
                    self.assertTrue(eventually(lambda number=number: self.state(server.shell(COMMAND)) == number))
            self.assertTrue(eventually(lambda: self.state(server.shell(COMMAND)) == PUSHES))
            for reader in readers:
                reader.stop()
                self.assertEqual(reader.wrong, [])
                self.assertEqual(reader.states, sorted(reader.states))  # never back
                self.assertGreater(len(set(reader.states)), PUSHES // 4)

    def test_on_a_full_disk_the_last_state_is_served_and_the_next_once_there_is_room(self):
        data = harness.small_disk(self, self.home / "data", "256m")
        with self.server(LIGHTFAST_POLL_INTERVAL="1") as server:
            server.wait_until_ready()
            filler = harness.fill(data / "filler")
            self.push(1)
            self.assertIsNone(self.tell(server))
            self.assertTrue(eventually(lambda: "stale" in server.shell(COMMAND).json))
            self.assertRegex(server.shell(COMMAND).json["stale"], "[Nn]o space left|disk is full")
            self.assertEqual(self.state(server.shell(COMMAND)), 0)
            filler.unlink()
            self.assertTrue(self.tell(server))
            self.assertTrue(eventually(lambda: self.state(server.shell(COMMAND)) == 1), server.log())
            self.assertEqual([path for path in data.rglob("tmp.*")], [])


class Kills(PushCase):
    def test_whatever_is_killed_at_any_moment_the_next_start_serves_whole_commits(self):
        chance, acknowledged, number = random.Random(7), [], 0
        for _ in range(KILLS):
            with self.server() as server:
                reader = Reader(self, server)
                until = time.monotonic() + chance.uniform(0.05, 1)
                while time.monotonic() < until:
                    number += 1
                    self.push(number)
                    acknowledged.append(self.tell(server))
                    time.sleep(chance.uniform(0, 0.05))
                    self.kill_a_helper(server, chance)
                reader.stop()
                for error in reader.wrong:  # a command may have been refused, never have seen two commits
                    self.assertNotIn("exitCode", str(error))
                os.kill(server.pid, signal.SIGKILL)
        self.assertGreater(len(acknowledged), KILLS)
        with self.server() as server:
            self.assertTrue(eventually(lambda: self.state(server.shell(COMMAND)) == number))
            for delivery in acknowledged:
                if delivery:
                    self.assertEqual(self.answer_to(server, delivery), {"status": "duplicate"})
            self.assertTrue(eventually(lambda: "lightfast_webhooks_waiting{org=\"default\"} 0" in server.get("/metrics").body.decode()))
            [key] = (self.home / "data" / "orgs" / "default").iterdir()
            self.assertEqual([path.name for path in key.rglob("tmp.*")] + [path.name for path in key.glob("mirror.git.*")], [])
            self.assertLessEqual(len([path for path in (key / "snapshots").iterdir() if path.is_dir()]), 4)

    @staticmethod
    def kill_a_helper(server, chance):
        """Now and then one that fetches."""
        for process in processes_below(server.pid):
            if chance.random() < 0.5 and is_alive(process) and "lightfast-git" in command_of(process.pid):
                os.kill(process.pid, signal.SIGKILL)

    @staticmethod
    def answer_to(server, delivery):
        body = json.dumps({"ref": "refs/heads/main", "repository": {"default_branch": "main"}}).encode()
        return server.request("POST", PATH, body, headers_of(body, number=delivery)).json


def command_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()
    except OSError:
        return ""


if __name__ == "__main__":
    unittest.main()
