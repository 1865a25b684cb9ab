#!/usr/bin/env python3
"""Whatever script comes, the tool answers it in time and in plain text, nothing outside changes, and nothing of it stays.

    tests/functional/test_random_scripts.py [--scripts 240] [--seed 1] [--callers 4] [UNITTEST-OPTIONS]

So many scripts in each tier, in batches; after each batch everything is looked at. What fails says the seed and the numbers
of the scripts, and `random_scripts.py SEED NUMBER` prints one of them.
"""
import argparse
import concurrent.futures
import hashlib
import itertools
import os
import pathlib
import re
import subprocess
import sys
import unittest

import harness
from harness import Server, eventually, status_of
from random_scripts import LONGEST, MARK, PLACES, Script
from shell_commands import FILES, LINKS
from test_limits import Cage

BATCH = 60
MIB = 1 << 20
KEPT = 4096  # bytes of output asked for
NOTES = 2048  # bytes that exit codes, limits and advice may take after what is kept of stderr
SHOWN = 4  # characters that a hidden byte is shown as
MEMORY = 128 * MIB  # of the server and all its processes, at rest
TIMES_MS = (100, 200, 400)
HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
REFUSED = "bad request: "  # a NUL, which bash cannot take
BUSY = "no place came free in time|none was ready in time"
AT_REST = ["lightfast-launc", "zygote"]  # besides the sandboxes that wait

options = argparse.Namespace(scripts=240, seed="1", callers=4)


def fingerprint(*directories):
    """All that stat and reading tell of what is below, times of access left out."""
    found = {}
    for path in sorted(path for directory in directories for path in [directory, *directory.rglob("*")]):
        status = path.lstat()
        content = os.readlink(path) if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path)] = (status.st_mode, status.st_uid, status.st_nlink, status.st_size if content else 0, status.st_mtime_ns, content)
    return found


class RandomScripts:
    tier = None

    @classmethod
    def setUpClass(cls):
        wrap = harness.wrapper(cls.tier)
        cls.home = harness.make_home(cls)
        repository = harness.make_repository(cls.home / "repository", FILES, LINKS, executables=["scripts/hello.sh"])
        cls.canaries = cls.home / "canaries"  # that every user may change
        cls.canaries.mkdir()
        (cls.canaries / "canary").write_text("sings\n")
        for path in (cls.canaries, cls.canaries / "canary"):
            path.chmod(0o777)
        cls.data = harness.data_dir(cls.home, cls.tier)
        user = harness.ORDINARY_USER if harness.IS_ROOT and cls.tier != 1 else None
        cls.neighbour = subprocess.Popen(["sleep", "100000"], user=user, start_new_session=True)
        cls.addClassCleanup(cls.end_neighbour)
        cage = Cage(f"lightfast-random-{os.getpid()}-{cls.tier}", processes=4000, memory=4 << 30)
        cls.addClassCleanup(cage.remove)
        cls.server = Server(repository, cls.data, wrap=wrap, before=cage.enter)
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        cls.server.initialize()
        for number in [cls.server.start_shell("sleep 0.2") for _ in range(12)]:  # as many threads as will ever be
            cls.server.answer(number)

    @classmethod
    def end_neighbour(cls):
        cls.neighbour.kill()
        cls.neighbour.wait()

    def test_every_script_is_answered_and_nothing_outside_changes(self):
        self.assert_rests("before the first script")
        machinery, threads, outside = self.machinery(), self.threads(), fingerprint(self.canaries, self.data, self.home / "repository")
        for first in range(0, options.scripts, BATCH):
            numbers = range(first, min(first + BATCH, options.scripts))
            what = f"seed {options.seed}, tier {self.tier}, one of the scripts {numbers.start} to {numbers.stop - 1}"
            with concurrent.futures.ThreadPoolExecutor(options.callers) as callers:
                problems = list(filter(None, callers.map(self.problem_of, numbers)))
            self.assertEqual(problems, [], f"seed {options.seed}, tier {self.tier}")
            self.assertEqual(self.server.shell("echo ok").texts, ["ok\n"], what)
            self.assert_rests(what)
            self.assert_machinery(machinery, what)
            self.assertTrue(eventually(lambda: self.threads() <= threads), what)
            self.assertEqual(fingerprint(self.canaries, self.data, self.home / "repository"), outside, what)
            self.assertEqual([place for place in PLACES if pathlib.Path(place, MARK).exists()], [], what)
            self.assertIsNone(self.neighbour.poll(), what)
            self.assertEqual(status_of(self.neighbour.pid)["State"], "S (sleeping)", what)
            self.server.lines.clear()

    def problem_of(self, number):
        """Runs one script; what is wrong with its answer, if anything."""
        targets = [self.neighbour.pid, -self.neighbour.pid, self.server.pid, os.getpid()]
        script = Script(options.seed, number, targets, [self.canaries / "canary", self.data])
        limit_ms = TIMES_MS[number % len(TIMES_MS)]
        try:
            text = script.text()
            answer = harness.Answer(self.server.answer(self.server.start_shell(text, timeoutMs=limit_ms, maxOutputBytes=KEPT)))
        except AssertionError as silent:
            return f"script {number}: {silent}"
        wrong = [
            answer.error is not None and f"an error: {answer.error}",
            not 1 <= len(answer.texts) <= 2 and "no text",
            HIDDEN.search(answer.all) and "a control character",
            len(answer.out.encode()) > KEPT * SHOWN and f"{len(answer.out.encode())} bytes of stdout",
            len(answer.said.encode()) > KEPT * SHOWN + NOTES and f"{len(answer.said.encode())} bytes of stderr",
            answer.meta and not 0 <= answer.exit_code <= 255 and f"exit code {answer.exit_code}",
            (REFUSED in answer.all) != ("\0" in text) and "refused, or not",
            not answer.meta and not re.search(f"{REFUSED}|{BUSY}", answer.all) and "no result",
        ]
        wrong = [one for one in wrong if one]
        return f"script {number}: {wrong}: {answer}" if wrong else None

    def assert_machinery(self, expected, what):
        seen = []

        def is_same():
            seen.append(self.machinery())
            return seen[-1] == expected
        self.assertTrue(eventually(is_same), f"{what}: not {expected}, but {[state for state, _ in itertools.groupby(seen)][:20]}")

    def machinery(self):
        """What must be the same at each rest: the launcher, and how many descriptors and zombies there are."""
        everything = self.server.processes()
        lasting = harness.without_ready(everything) or []
        launcher = [process.pid for process in lasting if process.name == "lightfast-launc"]
        descriptors = {name: len(os.listdir(f"/proc/{pid}/fd")) for name, pid in [
            ("lightfast", self.server.pid), *((process.name, process.pid) for process in lasting)]}
        if "zygote" in descriptors:
            descriptors["zygote"] -= (len(everything) - len(lasting)) // 2  # one for each sandbox that waits
        return launcher, descriptors

    def threads(self):
        """Those that have had nothing to do for a while end."""
        return len(os.listdir(f"/proc/{self.server.pid}/task"))

    def assert_rests(self, what):
        """Nothing runs but the server, its launcher, a zygote and the sandboxes that wait, and they hold little."""
        def running():
            lasting = harness.without_ready(harness.processes_below(os.getpid())) or []
            return sorted(process.name for process in lasting if process.pid not in (self.server.pid, self.neighbour.pid))
        self.assertTrue(eventually(lambda: running() == AT_REST), f"{what}: {self.server.processes()}")
        pids = [self.server.pid, *(process.pid for process in self.server.processes())]
        rollups = [pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids]
        memory = sum(int(size) for text in rollups for size in re.findall(r"(?m)^Pss: +(\d+)", text)) * 1024
        self.assertLess(memory, MEMORY, what)


class Tier1(RandomScripts, unittest.TestCase):
    tier = 1


class Tier2(RandomScripts, unittest.TestCase):
    tier = 2


class Tier3(RandomScripts, unittest.TestCase):
    tier = 3


class TheGenerator(unittest.TestCase):
    def test_a_seed_and_a_number_give_the_same_script_again(self):
        for number in range(200):
            self.assertEqual(Script("x", number).text(), Script("x", number).text())
        self.assertNotEqual(Script("x", 1).text(), Script("y", 1).text())

    def test_every_script_is_one_that_the_tool_takes(self):
        for number in range(1000):
            self.assertTrue(1 <= len(Script("x", number).text().encode()) <= LONGEST, number)


def tearDownModule():
    harness.fail_if_anything_is_left()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scripts", type=int, default=options.scripts, help="in each tier")
    parser.add_argument("--seed", default=options.seed)
    parser.add_argument("--callers", type=int, default=options.callers)
    options, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
