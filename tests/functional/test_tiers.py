#!/usr/bin/env python3
"""Which tier a machine gives: `lightfast doctor` names it and says why not the better ones, and the tool keeps its promise.

The machines are made of this one, by what stands before the command: an ordinary user, one whose kernel makes no user
namespaces or has no use for them, a container's root, a /proc of which a part is covered. Where a machine may come to get
a better tier, only what always holds is asked: the tool works, or refuses and says why; and nothing outside is read.
"""
import os
import pathlib
import re
import secrets
import subprocess
import unittest

import harness
from harness import HANG_GUARD, LIGHTFAST, Server

CANARY = "canary-" + secrets.token_hex(12)
NEEDS_ROOT = r"needs root \(CAP_SYS_ADMIN"
WORKS_TOO = "would work too"
NOT_PERMITTED = r"not here: .*(Operation not permitted|Permission denied)"
COVERABLE = ("/proc/scsi", "/proc/acpi", "/proc/bus", "/proc/fs", "/proc/irq")  # what container runtimes cover, and the like


def checked(words):
    """`words`, when a command can be run behind them; otherwise the test is skipped."""
    tried = subprocess.run([*words, "true"], capture_output=True, text=True, check=False, timeout=HANG_GUARD)
    if tried.returncode != 0:
        raise unittest.SkipTest(f"cannot be had here: {tried.stderr.strip()}")
    return words


def root_without_rights():
    """Root as a container often has it, that may still make user namespaces."""
    if not harness.IS_ROOT:
        raise unittest.SkipTest("needs root")
    return checked(["setpriv", "--inh-caps=-all", "--bounding-set=-sys_admin"])


def container():
    """A root that is nobody outside, with processes of its own and the /proc of others."""
    return checked([*harness.wrapper(2), "unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"])


def covered_proc():
    """An ordinary user below a /proc of which one directory is covered, so that the kernel mounts no other for user namespaces."""
    if not harness.IS_ROOT:
        raise unittest.SkipTest("needs root")
    place = next((place for place in COVERABLE if os.path.isdir(place)), None)
    if not place:
        raise unittest.SkipTest("nothing in /proc to cover")
    cover = ["unshare", "--mount", "sh", "-c", f'mount -t tmpfs -o ro cover {place} && exec "$@"', "sh"]
    return checked([*cover, *harness.wrapper(2)])


class Machine:
    """One machine: what stands before a command there, and what `doctor` says of it."""
    tier = None  # None: any, or none
    said = {}  # of the other tiers
    owner = 2  # the tier whose user runs there

    @classmethod
    def setUpClass(cls):
        cls.wrap = cls.words()
        cls.home = harness.make_home(cls)
        cls.outside = cls.home / "outside.txt"
        cls.outside.write_text(CANARY + "\n")
        cls.outside.chmod(0o644)
        files = {"README.md": "hello\n", "brand.md": "tone: calm\n"}
        cls.repository = harness.make_repository(cls.home / "repository", files, {"outside": str(cls.outside), "passwd": "/etc/passwd"})
        cls.data = harness.data_dir(cls.home, cls.owner)

    def lightfast(self, command, *words):
        options = ["--repo", self.repository, "--data-dir", str(self.data)]
        return subprocess.run([*self.wrap, LIGHTFAST, command, *options, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, timeout=HANG_GUARD, env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/nonexistent"})

    def server(self):
        return Server(self.repository, self.data, wrap=self.wrap)

    def test_doctor_names_the_tier_and_why_not_a_better_one(self):
        done = self.lightfast("doctor")
        named = re.search(r"^ok    isolation: tier (\d)", done.stdout, re.MULTILINE)
        self.assertEqual(done.returncode == 0, named is not None, done)
        if not named:
            self.assertRegex(done.stdout, r"(?m)^FAIL  isolation: none; commands are refused on this machine: \w")
        for line in re.findall(r"(?m)^ +tier .*", done.stdout):
            self.assertRegex(line, r"^ +tier [123]: (would work too|not here: \w.*)")
        if self.tier is not None:
            self.assertEqual(named and int(named[1]), self.tier or None, done.stdout)
        for tier, why in self.said.items():
            self.assertRegex(done.stdout, rf"(?m)^ +tier {tier}: .*{why}")

    def test_nothing_outside_can_be_read(self):
        host = set(pathlib.Path("/etc/passwd").read_text().splitlines())
        with self.server() as server:
            server.initialize()
            for command in (f"cat {self.outside}", f"x=$(<{self.outside}); echo $x", f"grep -r . {self.home}", "cat outside", "cat passwd",
                            "cat /etc/passwd", "cat /proc/1/environ /proc/self/mountinfo", f"cat /proc/1/root{self.outside}",
                            f"cat /proc/*/root{self.outside}", f"diff {self.outside} /dev/null", f"ls {self.home}", "cat /etc/shadow"):
                answer = server.shell(command)
                with self.subTest(command):
                    self.assertNotIn(CANARY, answer.all)
                    if not answer.is_error:  # which may name the repository
                        self.assertNotIn(self.home.name, answer.out)
                    self.assertFalse(host & set(answer.out.splitlines()), answer)


class Working(Machine):
    """A machine where commands run."""

    def test_the_tool_works(self):
        with self.server() as server:
            server.initialize()
            self.assertEqual(server.shell("cat README.md").out, "hello\n")
            self.assertIn(f" tier={self.tier} ", server.log())
            self.assertEqual(server.shell("grep -rh tone . | cut -d: -f2 | tr a-z A-Z").out, " CALM\n")
            self.assertEqual(server.shell("cat <(echo one) <(cat brand.md)").out, "one\ntone: calm\n")
            self.assertNotEqual(server.shell("echo x > new.md").exit_code, 0)
            self.assertEqual(server.shell("for i in 1 2 3; do (sleep 0.01; echo $i) & wait; done").out, "1\n2\n3\n")


class WorkingOrRefusing(Machine):
    """A machine where commands run, or are refused."""

    def test_the_tool_works_or_says_why_not(self):
        answer = self.lightfast("shell", "--", "cat README.md")
        if answer.returncode == 125:
            self.assertRegex(answer.stderr, "no isolation|sandbox")
        else:
            self.assertEqual((answer.returncode, answer.stdout), (0, "hello\n"), answer)
        self.assertEqual(self.lightfast("doctor").returncode == 0, answer.returncode == 0)


class Root(Working, unittest.TestCase):
    tier, owner = 1, 1
    said = {2: WORKS_TOO, 3: WORKS_TOO}

    @staticmethod
    def words():
        return harness.wrapper(1)


class OrdinaryUser(Working, unittest.TestCase):
    tier = 2
    said = {1: NEEDS_ROOT, 3: WORKS_TOO}

    @staticmethod
    def words():
        return harness.wrapper(2)


class RootWithoutRights(Working, unittest.TestCase):
    tier, owner = 2, 1
    said = {1: NEEDS_ROOT, 3: WORKS_TOO}

    @staticmethod
    def words():
        return root_without_rights()


class NoUserNamespaces(Working, unittest.TestCase):
    tier = 3
    said = {1: NEEDS_ROOT, 2: "not here: making namespaces: No space left on device"}

    @staticmethod
    def words():
        return harness.wrapper(3)


class UselessUserNamespaces(Working, unittest.TestCase):
    """As an ordinary user has them under AppArmor of Ubuntu 24.04."""
    tier = 3
    said = {1: NEEDS_ROOT, 2: NOT_PERMITTED}

    @staticmethod
    def words():
        return harness.without_namespaces()

    def test_user_namespaces_are_there_but_nothing_can_be_done_in_them(self):
        for command, expected in (("unshare --user true", 0), ("unshare --user --map-root-user true", 1),
                                  ("unshare --user --map-root-user --mount true", 1), ("echo x >/dev/null", 0), ("exit 7", 7)):
            with self.subTest(command):
                done = subprocess.run([*self.wrap, "sh", "-c", command], capture_output=True, check=False, timeout=HANG_GUARD)
                self.assertEqual(done.returncode, expected, done)


class NoIsolation(Machine, unittest.TestCase):
    """Without Landlock and without namespaces nothing is run."""
    tier = 0
    said = {1: "no Landlock", 2: "no Landlock", 3: "no Landlock"}

    @staticmethod
    def words():
        return harness.without_namespaces("--without-landlock")

    def test_commands_are_refused_and_it_is_said_why(self):
        done = self.lightfast("shell", "--", "cat README.md")
        self.assertEqual((done.returncode, done.stdout), (125, ""))
        self.assertIn("this kernel has no Landlock", done.stderr)
        with self.server() as server:
            server.initialize()
            answer = server.shell("cat README.md")
            self.assertTrue(answer.is_error)
            self.assertIn("this kernel has no Landlock", answer.all)


class Container(WorkingOrRefusing, unittest.TestCase):
    @staticmethod
    def words():
        return container()


class CoveredProc(WorkingOrRefusing, unittest.TestCase):
    @staticmethod
    def words():
        return covered_proc()


def tearDownModule():
    harness.fail_if_anything_is_left()


if __name__ == "__main__":
    unittest.main()
