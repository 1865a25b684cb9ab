#!/usr/bin/env python3
"""A server in a delegated control group (cgroup v2) has the kernel limit each organisation, above what the zygote watches."""
import os
import pathlib
import re
import signal
import subprocess
import unittest

import harness
from harness import HANG_GUARD, IS_ROOT, LIGHTFAST, Server, eventually

MIB = 1 << 20
LIMITS = "memoryMiB=64,tmpMiB=16,processes=40,runningPerOrg=2"
MEMORY, PROCESSES = (2 * (64 + 16) + 64) * MIB, 2 * 40 + 64
HOG = "tr '\\0' x </dev/zero | tail -c 2000000000"


def unified():
    """Where cgroup v2 is mounted, with controllers to hand down; None elsewhere."""
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        if " - cgroup2 " in line:
            place = pathlib.Path(line.split()[4])
            if {"memory", "pids"} <= set((place / "cgroup.controllers").read_text().split()):
                return place
    return None


def why_not():
    if not IS_ROOT:
        return "making control groups needs root"
    if unified() is None:
        return "cgroup v2 has no controllers for memory and processes on this machine"
    return None


@unittest.skipIf(why_not(), why_not())
class ControlGroups(unittest.TestCase):
    def setUp(self):
        self.home = harness.make_home(self)
        self.repository = harness.make_repository(self.home / "repository", {"README.md": "hello\n"})
        self.data = harness.data_dir(self.home, 1)
        (unified() / "cgroup.subtree_control").write_text("+memory +pids +cpu")
        self.group = unified() / f"lightfast-test-{os.getpid()}"
        self.group.mkdir()
        self.addCleanup(self.remove_group)
        os.setxattr(self.group, "user.delegate", b"1")
        self.wrap = ["sh", "-c", f"echo $$ > {self.group}/cgroup.procs && exec \"$@\"", "sh"]

    def remove_group(self):
        self.assertTrue(eventually(lambda: not any(path.read_text() for path in self.group.rglob("cgroup.procs")), 10))
        for child in [path for path in self.group.iterdir() if path.is_dir()]:
            child.rmdir()
        self.group.rmdir()

    def doctor(self):
        done = subprocess.run([*self.wrap, LIGHTFAST, "doctor", "--repo", self.repository, "--data-dir", str(self.data)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=HANG_GUARD)
        return re.search(r"(?m)^.* control groups: .*$", done.stdout)[0].strip()

    def server(self):
        return Server(self.repository, self.data, wrap=self.wrap, options=["--limits", LIMITS])

    def organisation(self):
        children = list(self.group.glob("org-*"))
        self.assertEqual(len(children), 1)
        return children[0]

    def members(self, child):
        return [pathlib.Path(f"/proc/{pid}/comm").read_text().strip() for pid in (self.group / child / "cgroup.procs").read_text().split()]

    def test_doctor_tells_what_limits_an_organisation(self):
        self.assertEqual(self.doctor(), "ok    control groups: memory, pids, cpu of each organisation")

    def test_doctor_tells_that_the_group_is_not_delegated(self):
        os.removexattr(self.group, "user.delegate")
        self.assertEqual(self.doctor(), "control groups: none; the control group is not delegated (Delegate=yes)")

    def test_a_group_that_others_are_in_is_left_alone(self):
        with subprocess.Popen(["sleep", "1000"]) as other:
            self.addCleanup(other.kill)
            (self.group / "cgroup.procs").write_text(str(other.pid))
            self.assertEqual(self.doctor(), "control groups: none; the control group holds other processes, too")
            other.kill()

    def test_an_organisation_may_use_what_its_commands_may_at_once(self):
        with self.server() as server:
            server.initialize()
            self.assertEqual(server.shell("cat README.md").out, "hello\n")
            group = self.organisation()
            self.assertEqual(int((group / "memory.max").read_text()), MEMORY)
            self.assertEqual(int((group / "pids.max").read_text()), PROCESSES)
            self.assertEqual(sorted(self.members("server")), ["lightfast", "lightfast-launc"])
            self.assertIn("zygote", self.members(group.name))
            self.assertIn("waiting", self.members(group.name))
            self.assertEqual((self.group / "cgroup.procs").read_text(), "")

    def test_memory_is_bounded_where_nobody_watches(self):
        with self.server() as server:
            server.initialize()
            server.shell("true")
            zygote = next(process.pid for process in server.processes() if process.name == "zygote")
            os.kill(zygote, signal.SIGSTOP)
            try:
                answer = server.shell(f"{HOG} | wc -c; echo went on")
            finally:
                os.kill(zygote, signal.SIGCONT)
            self.assertEqual(answer.out, "0\nwent on\n")
            events = (self.organisation() / "memory.events").read_text()
            self.assertGreaterEqual(int(re.search(r"(?m)^oom_kill (\d+)$", events)[1]), 1)
            self.assertLessEqual(int((self.organisation() / "memory.current").read_text()), MEMORY)
            self.assertEqual(server.shell("cat README.md").out, "hello\n")

    def test_the_limit_of_a_command_is_still_its_own(self):
        with self.server() as server:
            server.initialize()
            answer = server.shell(HOG)
            self.assertIn("[killed: memory limit of 64 MiB]", answer.said)


def tearDownModule():
    harness.fail_if_anything_is_left()


if __name__ == "__main__":
    unittest.main()
