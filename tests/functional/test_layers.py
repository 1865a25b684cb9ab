#!/usr/bin/env python3
"""Each layer of a sandbox, tried alone: what it denies, works without it.

`lightfast-layers` makes a sandbox from the product's own plan and steps, but with the layers named only, and tries one
forbidden thing there; the attempts are those of tests/sandboxee. Of each row of the table three things are shown: with
only the layers that carry this one the attempt works, so that the test can fail; with this layer too it is denied; and
with all layers on it is denied, by that program and by the real tool, in whose toolbox a copy of `lightfast-sandboxee`
stands for one of the programs.
"""
import contextlib
import ctypes
import fcntl
import os
import pathlib
import pty
import resource
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import termios
import unittest

import harness
from harness import HANG_GUARD, IS_ROOT, LIGHTFAST, ORDINARY_USER, PROGRAMS, Server
from layers_table import AS_ROOT, NOT_IN_REPOSITORY, ONLY_WALLS, ROOT, TABLE, TESTED_APART

LAYERS, SANDBOXEE = str(PROGRAMS / "lightfast-layers"), str(PROGRAMS / "lightfast-sandboxee")
WORKED, DENIED, NOT_TRIED, NOT_SET_UP = range(4)  # exit codes of lightfast-layers
STAND_IN = "tac"  # whose place in the toolbox `lightfast-sandboxee` takes
ANOTHER_USER = 12345
IPC_CREAT = 0o1000
CANARY = "canary-" + secrets.token_hex(12)


class Setting:
    """One tier with the user that it is tried as: a data directory with a toolbox, a snapshot, and a victim."""

    def __init__(self, tier, privileged, home):
        self.tier, self.privileged = tier, privileged
        self.words = [] if privileged else harness.wrapper(2)
        self.data = harness.data_dir(home, 1 if privileged else 2, f"data-{tier}-{privileged}")
        self.snapshot = home / f"snapshots-{tier}-{privileged}" / "start" / "root"
        self.fill_snapshot()
        self.make_toolbox(home)

    def fill_snapshot(self):
        self.snapshot.mkdir(parents=True)
        (self.snapshot / "README.md").write_text("hello\n")
        shutil.copy(SANDBOXEE, self.snapshot / "program")
        for path in (self.snapshot / "program", self.snapshot / "README.md", self.snapshot):
            if IS_ROOT and not self.privileged:
                os.chown(path, ORDINARY_USER, ORDINARY_USER)
        if IS_ROOT:
            os.mknod(self.snapshot / "zero", 0o020666, os.makedev(1, 5))
            (self.snapshot / "zero").chmod(0o666)
            shutil.copy(SANDBOXEE, self.snapshot / "set-user-id")
            (self.snapshot / "set-user-id").chmod(0o4755)

    def make_toolbox(self, home):
        doctor = [LIGHTFAST, "doctor", "--data-dir", str(self.data), "--repo", str(home / "repository")]
        subprocess.run([*self.words, *doctor], stdout=subprocess.DEVNULL, check=True, timeout=HANG_GUARD,
                       env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"})
        self.toolbox = next(path.parent for path in (self.data / "toolbox").glob("*/record"))
        self.libraries = (self.toolbox / "record").read_text().splitlines()[2].split(":")

    def command(self, options, attempt, snapshot=None):
        """lightfast-layers with `options`, as this setting's user."""
        places = ["--toolbox", str(self.toolbox), "--snapshot", str(snapshot or self.snapshot)]
        libraries = [word for library in self.libraries for word in ("--library", library)] if self.tier == 3 else []
        return [*self.words, LAYERS, "--tier", str(self.tier), *places, *libraries, *options, "--", *attempt]


class Place:
    """What is outside, and must stay out of reach: files, listeners, processes, and the values of the table's fields."""

    def __init__(self, case):
        self.open = contextlib.ExitStack()
        case.addClassCleanup(self.open.close)
        self.home = harness.make_home(case)
        self.name = "lightfast-story-" + secrets.token_hex(6)
        self.fields = {"home": self.home, "name": self.name, "sandboxee": SANDBOXEE, "host_name": socket.gethostname()}
        self.make_files()
        self.listen()
        self.fields["segment"] = self.make_segment()
        names = [name for _, name in socket.if_nameindex() if name != "lo"]
        self.fields["interface"] = names[0] if names else "none-on-this-machine"
        for field, which in (("cpu", "CPU"), ("core", "CORE"), ("locked_memory", "MEMLOCK"), ("message_queues", "MSGQUEUE")):
            hard = resource.getrlimit(getattr(resource, f"RLIMIT_{which}"))[1]
            self.fields[field] = hard % (1 << 64)
        self.group = self.make_control_group()

    def make_files(self):
        files = (("outside", 0o644, None), ("writable", 0o666, None), ("roots_own", 0o600, None), ("anothers", 0o600, ANOTHER_USER))
        for name, mode, owner in files:
            path = self.home / name
            path.write_text(CANARY + "\n")
            path.chmod(mode)
            if IS_ROOT and owner is not None:
                os.chown(path, owner, owner)
            self.fields[name] = path
        self.fields["scratch"] = self.home / "scratch"
        self.fields["scratch"].mkdir()
        self.fields["scratch"].chmod(0o777)
        program = pathlib.Path(SANDBOXEE).read_bytes()
        harness.make_repository(self.home / "repository", {"README.md": "hello\n", "program": program}, executables={"program"})

    def listen(self):
        tcp = self.open.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = self.open.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        for field, address in (("path_socket", str(self.home / "socket")), ("abstract", f"\0{self.name}")):
            listener = self.open.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(address)
            listener.listen(1000)
            self.fields[field] = address
        os.chmod(self.fields["path_socket"], 0o777)
        tcp.listen(1000)
        self.fields |= {"tcp": tcp.getsockname()[1], "udp": udp.getsockname()[1]}

    def make_segment(self):
        """A segment of shared memory that all may use."""
        libc = ctypes.CDLL(None, use_errno=True)
        number = libc.shmget(0, 4096, IPC_CREAT | 0o666)
        self.open.callback(libc.shmctl, number, 0, None)  # IPC_RMID
        return number

    def make_control_group(self):
        """A control group below the root's, of which a process inside must not learn; None where there can be none."""
        for hierarchy in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/pids"):
            group = pathlib.Path(hierarchy, self.name)
            if not pathlib.Path(hierarchy, "cgroup.procs").exists():
                continue
            try:
                group.mkdir()
            except OSError:
                continue
            self.open.callback(group.rmdir)
            return group
        return None

    def start_victim(self, setting):
        """A process of the setting's user, outside."""
        victim = subprocess.Popen([*setting.words, "sleep", "1000"], env={"LIGHTFAST_CANARY": CANARY}, start_new_session=True)
        self.open.callback(victim.wait)
        self.open.callback(victim.kill)
        harness.eventually(lambda: harness.status_of(victim.pid)["Name"] == "sleep")
        return victim


class Layers:
    """The rows of one setting."""
    setting_name = None

    @classmethod
    def setUpClass(cls):
        tier, privileged = (3, True) if cls.setting_name == AS_ROOT else (cls.setting_name, cls.setting_name == 1)
        if privileged and not IS_ROOT:
            raise unittest.SkipTest("needs root")
        cls.place = Place(cls)
        cls.setting = Setting(tier, privileged, cls.place.home)
        cls.victim = cls.place.start_victim(cls.setting)
        cls.fields = {**cls.place.fields, "victim": cls.victim.pid}
        cls.rows = [row for row in TABLE if cls.setting_name in row.carriers]

    def words(self, attempt):
        return attempt.format(**self.fields).split()

    def tried(self, options, attempt):
        """(exit code, what it said last) of an attempt with these layers."""
        with Terminal() as terminal:
            done = subprocess.run(self.setting.command(options, self.words(attempt)), cwd=self.setting.snapshot, preexec_fn=self.before,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=terminal.end, start_new_session=True,
                                  text=True, check=False, timeout=HANG_GUARD)
        return done.returncode, done.stdout.strip().rpartition("\n")[2]

    def assert_denied(self, options, attempt):
        code, said = self.tried(options, attempt)
        self.assertEqual((code, said.partition(" ")[0]), (DENIED, "denied:"), said)

    def before(self):
        """In the new process: in the story's control group, with its standard error as terminal."""
        fcntl.ioctl(2, termios.TIOCSCTTY, 0)
        self.join_group()

    def join_group(self):
        if self.place.group:
            (self.place.group / "cgroup.procs").write_text(str(os.getpid()))

    def only(self, layers):
        return tuple(word for layer in layers.split() for word in ("--only", layer))

    def test_what_a_layer_alone_denies_works_without_it(self):
        for row in self.rows:
            carriers = row.carriers[self.setting_name]
            with self.subTest(f"{row.layer}: {row.attempt}"):
                code, said = self.tried(self.only(carriers), row.attempt)
                if code != WORKED:
                    self.skipTest(f"cannot be tried on this machine: {row.attempt} without {row.layer}: {said}")
                self.assert_denied(self.only(f"{carriers} {row.layer}"), row.attempt)

    def test_all_layers_together_deny_everything(self):
        for attempt in sorted({row.attempt for row in self.rows}):
            with self.subTest(attempt):
                self.assert_denied(("--all",), attempt)

    def test_the_only_wall_is_known_where_there_is_one(self):
        for layers, attempt, settings in ONLY_WALLS:
            if self.setting_name in settings:
                left_out = [word for layer in layers.split() for word in ("--without", layer)]
                with self.subTest(f"{layers}: {attempt}"):
                    self.assertEqual(self.tried(("--all", *left_out), attempt), (WORKED, "worked"))


class WholeTier(Layers):
    """What is asked of a tier once, and the same attempts by the real tool."""

    def test_every_part_of_the_plan_is_of_a_layer_that_is_tested(self):
        listed = subprocess.run(self.setting.command(["--list"], []), stdout=subprocess.PIPE, text=True, check=True)
        claimed = {layer for line in listed.stdout.splitlines() for layer in line.split(" ", 1)[1].split(" or ")}
        self.assertEqual(claimed - TESTED_APART, {row.layer for row in self.rows})

    def test_a_signal_to_its_group_stays_in_its_group(self):
        for options, reaches in (((), True), (("--only", "process-group"), False), (("--all",), False)):
            with self.subTest(options), Waiting(self.setting.words) as waiting:
                done = subprocess.run(self.setting.command(options, ["signal-group"]), process_group=waiting.process.pid,
                                      stdout=subprocess.PIPE, text=True, check=False, timeout=HANG_GUARD)
                self.assertEqual((done.returncode, done.stdout), (WORKED, "worked\n"))
                self.assertEqual(waiting.was_signalled(), reaches)

    def test_a_link_in_the_place_of_a_snapshot_is_not_followed(self):
        """What the helper could have left there, had it been led astray."""
        (self.place.home / "linked").mkdir(exist_ok=True)
        linked = self.place.home / "linked" / "start"
        if not linked.is_symlink():
            linked.symlink_to(self.setting.snapshot.parent)
        carriers = {1: "root", 2: ROOT}.get(self.setting.tier, "")
        for layers, expected in ((carriers, WORKED), (f"{carriers} no-links", NOT_SET_UP)):
            command = self.setting.command(self.only(layers), ["read", "README.md"], snapshot=linked / "root")
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, timeout=HANG_GUARD)
            self.assertEqual(done.returncode, expected, done.stdout)
        self.assertRegex(done.stdout, "Too many levels of symbolic links|Not a directory")

    def test_the_tool_denies_everything(self):
        wrap = harness.without_namespaces() if self.setting.tier == 3 else harness.wrapper(self.setting.tier)
        stand_in = self.setting.toolbox / "usr/bin" / STAND_IN
        stand_in.unlink()
        shutil.copy(SANDBOXEE, stand_in)
        attempts = {row.attempt for row in self.rows if not NOT_IN_REPOSITORY & set(row.attempt.split())}
        with Server(self.place.home / "repository", self.setting.data, wrap=wrap, environment={"LIGHTFAST_CANARY": CANARY},
                    before=self.join_group) as server:
            server.initialize()
            self.assertEqual(server.shell(f"{STAND_IN} read README.md").out, "worked\n")
            self.assertIn(f" tier={self.setting.tier} ", server.log())
            for attempt in sorted(attempts | {"inherited-descriptor", "environment LIGHTFAST_CANARY", "environment LIGHTFAST_REPO"}):
                answer = server.shell(shlex.join([STAND_IN, *self.words(attempt)]), timeoutMs=30000)
                with self.subTest(attempt):
                    self.assertRegex(answer.all, r"^denied: |\[killed: limit of 128 processes\]", answer)

    def test_outside_the_tool_a_descriptor_and_the_environment_are_inherited(self):
        """Which is to say that the attempts above can succeed."""
        for attempt in (["inherited-descriptor"], ["environment", "LIGHTFAST_CANARY"]):
            with open(SANDBOXEE, "rb") as inherited:
                done = subprocess.run([SANDBOXEE, *attempt], pass_fds=[inherited.fileno()], env={"LIGHTFAST_CANARY": CANARY},
                                      stdout=subprocess.DEVNULL, check=False)
            self.assertEqual(done.returncode, WORKED)


class Terminal:
    """A new terminal; `end` is what a program sees of it."""

    def __enter__(self):
        self.other, self.end = pty.openpty()
        return self

    def __exit__(self, *_):
        os.close(self.other)
        os.close(self.end)


class Waiting:
    """A process that leads a group and waits for a SIGWINCH, which others ignore."""
    PROGRAM = """
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGWINCH, signal.SIGPWR})
print("ready", flush=True)
print(signal.sigwait({signal.SIGWINCH, signal.SIGPWR}).name, flush=True)
"""

    def __init__(self, words):
        self.words = words

    def __enter__(self):
        self.process = subprocess.Popen([*self.words, sys.executable, "-c", self.PROGRAM], process_group=0, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.process.stdout.readline()
        return self

    def was_signalled(self):
        """Of two signals that wait the one of the lower number is taken first, which is the other's."""
        self.process.send_signal(signal.SIGPWR)
        return self.process.stdout.readline().strip() == "SIGWINCH"

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Tier1(WholeTier, unittest.TestCase):
    setting_name = 1


class Tier2(WholeTier, unittest.TestCase):
    setting_name = 2


class Tier3(WholeTier, unittest.TestCase):
    setting_name = 3


class Tier3AsRoot(Layers, unittest.TestCase):
    setting_name = AS_ROOT


def tearDownModule():
    harness.fail_if_anything_is_left()


if __name__ == "__main__":
    unittest.main()
