#!/usr/bin/env python3
"""Several servers on one data dir, a repository that is pushed to all the while, and kill -9 at random.

Every commit writes one number into many files, so that an answer with two numbers, or with another number than its
commit's, would be a mixed tree or a broken snapshot.
"""
import os
import random
import re
import signal
import threading
import time
import unittest

import harness
from git_server import git, run
from harness import Server, eventually

SECONDS = 20
SERVERS = 4
FILES = [f"d{number % 5}/counter-{number:02}" for number in range(40)]
READ_ALL = "find . -name 'counter-*' -exec cat {} + | sort | uniq -c"
LOCK = re.compile(r"\A[0-9a-f]{40}\.lock\Z")


class Pusher(threading.Thread):
    """Moves the branch to a new commit about every 50 ms, until stopped; knows each commit's number."""

    def __init__(self, repository):
        super().__init__()
        self.repository, self.numbers, self.stopping = repository, {}, threading.Event()
        self.push()

    def push(self):
        number = len(self.numbers)
        lines = [f"reset refs/heads/main\ncommit refs/heads/main\nmark :2\ncommitter Test <test@example.org> {1700000000 + number} "
                 "+0000\ndata 1\nx\n"]
        if number:
            lines.append(f"from {self.head}\n")
        content = f"{number}\n"
        lines += [f"M 644 inline {name}\ndata {len(content)}\n{content}\n" for name in FILES]
        run("git", "fast-import", "--quiet", "--force", cwd=self.repository, stdin="".join(lines).encode())
        self.head = git("rev-parse", "refs/heads/main", cwd=self.repository)
        self.numbers[self.head] = number

    def run(self):
        while not self.stopping.wait(0.05):
            self.push()


class Customer(threading.Thread):
    """Starts servers, one after the other, asks each some questions, and ends each in some way."""

    def __init__(self, repository, data, seed, until):
        super().__init__()
        self.place, self.random, self.until = (repository, data), random.Random(seed), until
        self.answers, self.problems, self.ends = [], [], {"closed": 0, "killed": 0, "killed in a call": 0, "terminated": 0}

    def run(self):
        try:
            while time.monotonic() < self.until:
                self.use_one_server()
        except Exception as problem:  # reported by the test, in its own thread
            self.problems.append(repr(problem))

    def use_one_server(self):
        with Server(*self.place) as server:
            server.initialize()
            for _ in range(self.random.randint(1, 8)):
                self.answers.append(server.shell(READ_ALL, timeoutMs=30000))
            end = self.random.choice(list(self.ends))
            self.ends[end] += 1
            if end == "killed in a call":
                server.start_shell(READ_ALL)
                time.sleep(self.random.random() / 20)
            if end.startswith("killed"):
                os.kill(server.pid, signal.SIGKILL)
            elif end == "terminated":
                os.kill(server.pid, signal.SIGTERM)


def kill_helpers(until, killed):
    """Kills a git helper now and then."""
    chance = random.Random(5)
    while time.monotonic() < until:
        time.sleep(0.02)
        helpers = [process for process in harness.processes_below(os.getpid()) if process.name == "lightfast-git"]
        if helpers and chance.random() < 0.1:
            harness.kill_all(helpers[:1])
            killed.append(helpers[0])


class SharedDataDir(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """All that happens; the tests look at what came of it."""
        home = harness.make_home(cls)
        cls.repository = home / "repository.git"
        git("init", "--quiet", "--bare", "--initial-branch=main", cls.repository)
        cls.data = harness.data_dir(home)
        cls.pusher = Pusher(cls.repository)
        until = time.monotonic() + SECONDS
        cls.customers = [Customer(cls.repository, cls.data, seed, until) for seed in range(SERVERS)]
        cls.killed = []
        killer = threading.Thread(target=kill_helpers, args=(until, cls.killed))
        for thread in (cls.pusher, killer, *cls.customers):
            thread.start()
        for thread in (killer, *cls.customers):
            thread.join()
        cls.pusher.stopping.set()
        cls.pusher.join()
        cls.answers = [answer for customer in cls.customers for answer in customer.answers]

    def test_enough_happened_to_mean_something(self):
        self.assertGreater(len(self.pusher.numbers), 50)
        self.assertGreater(len(self.answers), 100)
        self.assertGreater(len({answer.meta.get("commit") for answer in self.answers}), 20)
        self.assertGreater(len(self.killed), 3)
        ends = {end: sum(customer.ends[end] for customer in self.customers) for end in self.customers[0].ends}
        self.assertGreater(min(ends.values()), 0, ends)

    def test_no_server_failed_or_hung(self):
        self.assertEqual([problem for customer in self.customers for problem in customer.problems], [])

    def test_every_answer_is_exactly_one_pushed_commit_and_names_it(self):
        for answer in self.answers:
            commit = answer.meta.get("commit")
            if commit is None and "was killed by signal 9" in answer.all and "no snapshot of the repository yet" in answer.all:
                continue  # the very first sync is what was killed
            self.assertIn(commit, self.pusher.numbers, answer)
            self.assertEqual(answer.out, f"{len(FILES):7} {self.pusher.numbers[commit]}\n", answer)
            self.assertEqual((answer.exit_code, answer.is_error), (0, False), answer)

    def test_a_stale_answer_says_why(self):
        reasons = {answer.meta["stale"] for answer in self.answers if answer.meta.get("stale")}
        for reason in reasons:
            self.assertRegex(reason, r"killed by signal 9|still running")
        for answer in self.answers:
            self.assertEqual(bool(answer.meta.get("stale")), "[stale: " in answer.said, answer)

    def test_a_fresh_server_serves_the_head_and_finds_nothing_in_its_way(self):
        with Server(self.repository, self.data) as server:
            server.initialize()
            answer = server.shell(READ_ALL)
            self.assertEqual((answer.meta["commit"], answer.meta["stale"]), (self.pusher.head, None))
            self.assertEqual(answer.out, f"{len(FILES):7} {self.pusher.numbers[self.pusher.head]}\n")
            self.pusher.push()
            self.assertEqual(server.shell(READ_ALL).meta["commit"], self.pusher.head)

    def test_what_killed_servers_left_on_disk_is_cleared_away(self):
        with Server(self.repository, self.data) as server:
            server.initialize()
            for _ in range(3):
                self.pusher.push()
                server.shell("true")
        half_made = [str(path) for pattern in ("orgs/*/*/snapshots/tmp.*", "orgs/*/*/current.*", "toolbox/making-*")
                     for path in self.data.glob(pattern)]
        self.assertEqual(half_made, [])
        snapshots = [path.name for path in self.data.glob("orgs/*/*/snapshots/*") if path.is_dir()]
        self.assertLessEqual(len(snapshots), 4)
        self.assertIn(self.pusher.head, snapshots)
        locks = [path.name for path in self.data.glob("orgs/*/*/snapshots/*") if LOCK.match(path.name)]
        self.assertLessEqual(len(locks), len(snapshots) + 1)

    def test_servers_that_run_at_once_share_one_toolbox_and_one_snapshot(self):
        with Server(self.repository, self.data) as one, Server(self.repository, self.data) as two:
            for server in (one, two):
                server.initialize()
            calls = [(server, server.start_shell(READ_ALL)) for server in (one, two) for _ in range(4)]
            outs = {harness.Answer(server.answer(number)).out for server, number in calls}
            self.assertEqual(len(outs), 1)
        self.assertTrue(eventually(lambda: len([path for path in (self.data / "toolbox").iterdir() if path.is_dir()]) == 1))


class SeveralHeads(unittest.TestCase):
    def test_each_server_serves_the_head_it_looked_at(self):
        """A server whose head did not move since its last sync must not take what another one made current."""
        home = harness.make_home(self)
        repository = harness.make_repository(home / "repository", {"state": "old\n"})
        git("branch", "old", cwd=repository)
        (home / "repository" / "state").write_text("new\n")
        git("commit", "--quiet", "--all", "--message=new", cwd=repository)
        data = harness.data_dir(home)
        with Server(repository, data) as one, Server(repository, data) as two:
            for branch, server, state in (("old", one, "old\n"), ("main", two, "new\n"), ("old", one, "old\n"),
                                          ("main", two, "new\n"), ("main", one, "new\n")):
                git("checkout", "--quiet", branch, cwd=repository)
                answer = server.shell("cat state")
                self.assertEqual((answer.out, answer.meta["commit"], answer.meta["stale"]),
                                 (state, harness.head_of(repository), None))


def tearDownModule():
    harness.fail_if_anything_is_left()


if __name__ == "__main__":
    unittest.main()
