#!/usr/bin/env python3
"""Commands that take all they can get: each ends in time, says which limit it met, leaves nothing, and the next call works.

As root on a machine with cgroup v1 the server runs in a cage of its own (Cage), so that a sandbox that fails its test
cannot take the machine with it. The cage is wider than every limit of the sandbox.
"""
import os
import pathlib
import re
import resource
import time
import unittest

import harness
from harness import Server, status_of

MIB = 1 << 20
CONTROLLERS = pathlib.Path("/sys/fs/cgroup")
TIMED_OUT = r"^\[timed out after {:g} s\]$"
OUTPUT = r"^\[killed: output limit of 64 MiB\]$"
MEMORY = r"^\[killed: memory limit of 512 MiB\]$"
PROCESSES = r"^\[(reached|killed): limit of 128 processes\]$"
TMP_FULL = r"No space left on device|File size limit exceeded"
MEMORY_OR_TMP = rf"{MEMORY}|{TMP_FULL}|memory exhausted|Cannot allocate memory"
MOST_WARM = 6  # sandboxes ready at once, the most that one organisation ever has
SERVER_MEMORY = 64 * MIB  # the most the server itself may ever have held

# What it is, the command, its time limit in milliseconds, and what the answer must say (None: the time limit).
CASES = [
    ("a fork bomb in the background", ":(){ :|:& };:", 3000, PROCESSES),
    ("a fork bomb in the foreground", "f(){ f | f; }; f", 3000, rf"{PROCESSES}|{TIMED_OUT.format(3)}"),
    ("many waiting processes", "for i in {1..300}; do sleep 100 & done; wait", 2000, PROCESSES),
    ("yes", "yes", 10000, OUTPUT),
    ("zeros", "cat /dev/zero", 10000, OUTPUT),
    ("random bytes on both streams", "cat /dev/urandom & cat /dev/urandom >&2", 10000, OUTPUT),
    ("an endless line on stderr", "tr '\\0' x < /dev/zero >&2", 10000, OUTPUT),
    ("a long sleep", "sleep 1000", 300, None),
    ("a long sleep with both streams closed", "exec >&- 2>&-; sleep 1000", 300, None),
    ("a long sleep behind a pipe", "sleep 1000 | cat", 300, None),
    ("a shell that ignores signals", "trap '' TERM INT HUP QUIT PIPE; while sleep 0.01; do :; done", 300, None),
    ("a stopped shell", "kill -STOP $$", 300, None),
    ("a shell that would stop its init", "trap '' TSTP TTIN TTOU HUP TERM; exec >&- 2>&-; kill -TSTP 0; while :; do sleep 1; done", 300, None),
    ("a process that left its session", "sleep 1000 & disown; (trap '' HUP; sleep 1000)", 300, None),
    ("an endless loop", "while :; do :; done", 300, None),
    ("two endless loops", "while :; do :; done & while :; do :; done", 300, None),
    ("an endless arithmetic", "awk 'BEGIN { while (1) x++ }'", 300, None),
    ("a hostile regular expression", "printf '%0100d' 0 | sed -E 's/((0*)*)*1\\1\\1\\1/x/; t; s/(0*)*(0*)*(0*)*(0*)*\\4\\3\\2\\1x//' ; sleep 9", 300, None),
    ("a doubling string in awk", "awk 'BEGIN { s = \"x\"; while (1) s = s s }'", 10000, MEMORY_OR_TMP),
    ("a growing array in awk", "awk 'BEGIN { while (1) a[n++] = \"x\" n }'", 20000, MEMORY),
    ("a bash variable", "x=$(tr '\\0' x < /dev/zero); echo ${#x}", 20000, MEMORY),
    ("a doubling bash variable", "x=xxxxxxxx; while :; do x=$x$x; done", 20000, rf"{MEMORY}|cannot allocate"),
    ("a brace expansion", "echo {1..100000000} | wc -c", 20000, rf"{MEMORY}|{TIMED_OUT.format(20)}"),
    ("the tail of an endless stream", "tr '\\0' x < /dev/zero | tail -c 2000000000", 20000, MEMORY),
    ("an endless line to grep", "tr '\\0' x < /dev/zero | grep y", 2000, rf"{MEMORY}|{TIMED_OUT.format(2)}"),
    ("a sort of an endless stream", "yes | sort", 20000, MEMORY_OR_TMP),
    ("a sort that may use 4 GiB", "yes $RANDOM$RANDOM | sort -S 4G", 20000, MEMORY_OR_TMP),
    ("tac of an endless stream", "yes | tac", 20000, MEMORY_OR_TMP),
    ("many processes that share the memory", "for i in 1 2 3 4 5 6; do (tr '\\0' x < /dev/zero | tail -c 150000000) & done; wait", 20000, MEMORY),
    ("endless recursion", "f() { f; }; f", 20000, rf"\[killed by SIGSEGV\]|{MEMORY}|{TIMED_OUT.format(20)}"),
    ("a large file in /tmp", "yes > /tmp/large", 10000, TMP_FULL),
    ("large files in /tmp", "for i in 1 2 3 4; do head -c 30000000 /dev/zero > /tmp/$i; done", 10000, "No space left on device"),
    ("many files in /tmp", "for i in {1..20000}; do : > /tmp/$i || exit 9; done", 20000, "No space left on device"),
    ("a sparse file in /tmp", "echo '7ffffff0: 41' | xxd -r - /tmp/x", 10000, TMP_FULL),
    ("many open files", "for i in {1..1000}; do eval \"exec $((i + 2))</dev/null\" || exit 9; done", 10000, "Too many open files"),
    ("many pipes", "f() { f < <(sleep 100) <(f); }; f", 2000, rf"{PROCESSES}|Too many open files|{TIMED_OUT.format(2)}"),
]
# Ends by itself, nothing to be named.
HARMLESS = [
    ("a job left behind that holds the streams", "sleep 1000 & echo started", "started\n"),
    ("a job left behind that keeps writing", "while sleep 0.01; do echo tick; done >&2 & echo started", "started\n"),
    ("a job left behind in a group of its own", "set -m; sleep 1000 & echo started", "started\n"),
    ("jobs of jobs left behind", "set -m; (sleep 1000 & (sleep 1000 & bash -mc 'sleep 1000 & sleep 1000 &' &) &) & echo started", "started\n"),
    ("a signal to everything", "sleep 1000 & kill -9 -1 2>/dev/null; echo still here", "still here\n"),
]


class Cage:
    """A cgroup with room for `processes` and `memory`; enter() is for the new process, before it becomes a server."""

    def __init__(self, name, processes, memory):
        wanted = {"pids": ("pids.max", processes), "memory": ("memory.limit_in_bytes", memory)}
        self.groups = []
        for controller, (file, value) in wanted.items():
            if harness.IS_ROOT and (CONTROLLERS / controller / "cgroup.procs").exists():
                group = CONTROLLERS / controller / name
                group.mkdir(exist_ok=True)
                (group / file).write_text(str(value))
                self.groups.append(group)

    def enter(self):
        for group in self.groups:
            (group / "cgroup.procs").write_text(str(os.getpid()))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (300, 300))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))

    def remove(self):
        for group in self.groups:
            harness.eventually(lambda group=group: not (group / "cgroup.procs").read_text(), 10)
            harness.eventually(lambda group=group: self._gone(group), 10)

    @staticmethod
    def _gone(group):
        try:
            group.rmdir()
        except OSError:
            return False
        return True


class Limits:
    tier = None

    @classmethod
    def setUpClass(cls):
        wrap = harness.wrapper(cls.tier)
        home = harness.make_home(cls)
        repository = harness.make_repository(home / "repository", {"README.md": "hello\n"})
        cage = Cage(f"lightfast-story-{os.getpid()}-{cls.tier}", processes=4000, memory=4 << 30)
        cls.addClassCleanup(cage.remove)
        cls.server = Server(repository, harness.data_dir(home, cls.tier), wrap=wrap, before=cage.enter)
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        cls.server.initialize()
        cls.server.shell("true")

    def tearDown(self):
        harness.all_processes()  # reaps, so that the cage is empty again
        self.assertEqual(self.server.shell("echo next").texts, ["next\n"])
        ended = harness.eventually(self.only_own_processes, 5)
        left = [process for process in harness.processes_below(os.getpid()) if process.name not in harness.OWN_ROOM]
        harness.kill_all(left)
        self.assertTrue(ended, f"left: {left}; below the server: {self.server.processes()}")
        self.assertLess(int(status_of(self.server.pid)["VmHWM"].split()[0]) * 1024, SERVER_MEMORY)

    def only_own_processes(self):
        """The server, its launcher, one zygote, and the sandboxes that wait; orphans are below this process, too."""
        names = sorted(process.name for process in harness.processes_below(os.getpid()))
        return set(names) <= harness.OWN_ROOM and names.count("zygote") == 1 and names.count("init") <= MOST_WARM

    def run_in_time(self, command, limit_ms):
        """The answer. Later than a second after its limit is too late; a machine under load may be so once."""
        for _ in range(2):
            started = time.monotonic()
            answer = self.server.shell(command, timeoutMs=limit_ms)
            late = time.monotonic() - started - limit_ms / 1000
            if late < 1:
                break
        self.assertLess(late, 1, f"seconds after the time limit; {answer}")
        return answer

    def test_each_command_ends_in_time_and_its_answer_names_the_limit(self):
        for what, command, limit_ms, words in CASES:
            if self.tier == 3 and command == "kill -STOP $$":
                continue  # without a pid namespace no command may send signals
            with self.subTest(what):
                said = words or TIMED_OUT.format(limit_ms / 1000)
                for _ in range(5):  # on a busy machine a bomb may not grow in the time that it is left
                    answer = self.run_in_time(command, limit_ms)
                    if words != PROCESSES or re.search(words, answer.said, re.MULTILINE):
                        break
                if self.tier == 3 and TMP_FULL.split("|", maxsplit=1)[0] in said:
                    said += "|Permission denied"
                self.assertRegex(answer.said, f"(?m){said}", answer)
                if words is None:
                    self.assertEqual((answer.exit_code, answer.is_error, answer.meta["timedOut"]), (124, True, True))
                self.tearDown()

    def test_what_is_left_in_the_background_ends_with_the_command(self):
        for what, command, out in HARMLESS:
            with self.subTest(what):
                answer = self.run_in_time(command, 5000)
                self.assertEqual((answer.out, answer.exit_code, answer.is_error), (out, 0, False), answer)
                self.tearDown()

    def test_what_was_written_before_the_limit_is_shown(self):
        answer = self.run_in_time("echo before; echo problem >&2; sleep 1000", 300)
        self.assertEqual((answer.out, answer.said), ("before\n", "problem\n[timed out after 0.3 s]"))

    def test_both_streams_at_once_are_counted_to_the_end(self):
        answer = self.run_in_time("for i in {1..20000}; do echo out $i; echo err $i >&2; done", 20000)
        truncated = answer.meta["truncated"]
        size = sum(len(f"out {number}\n") for number in range(1, 20001))
        self.assertEqual((truncated["stdoutBytes"], truncated["stderrBytes"], truncated["stdoutLines"]), (size, size, 20000))
        self.assertEqual(answer.exit_code, 0)

    def test_commands_beyond_the_places_wait_for_one(self):
        calls = [self.server.start_shell(f"sleep 0.3; echo {number}") for number in range(12)]
        outs = [harness.Answer(self.server.answer(number)).out for number in calls]
        self.assertEqual(outs, [f"{number}\n" for number in range(12)])

    def test_a_call_that_waited_too_long_says_so(self):
        long = [self.server.start_shell("sleep 2", timeoutMs=10000) for _ in range(4)]
        harness.eventually(lambda: len(self.server.running("sleep")) == 4, 10)
        answer = self.server.shell("echo x", timeoutMs=200)
        self.assertTrue(answer.is_error)
        self.assertRegex(answer.all, r"^limit reached: no place came free in time: 4 commands of this organisation and 4 in all were "
                                     r"running; try again in \d+ s$")
        for number in long:
            self.assertEqual(harness.Answer(self.server.answer(number)).exit_code, 0)


    def test_calls_that_may_take_long_leave_a_place_to_short_ones(self):
        long = [self.server.start_shell("sleep 2", timeoutMs=60000) for _ in range(6)]
        harness.eventually(lambda: len(self.server.running("sleep")) == 3, 10)
        self.assertEqual(self.server.shell("echo short").out, "short\n")
        self.assertEqual([number for number in long if number in self.server.answers], [])
        for number in long:
            self.assertEqual(harness.Answer(self.server.answer(number)).exit_code, 0)

    def test_a_short_call_is_let_in_where_all_places_have_long_been_taken(self):
        long = [self.server.start_shell("sleep 4") for _ in range(4)]
        harness.eventually(lambda: len(self.server.running("sleep")) == 4, 10)
        self.assertEqual(self.server.shell("echo short", timeoutMs=3000).out, "short\n")
        for number in long:
            self.assertEqual(harness.Answer(self.server.answer(number)).exit_code, 0)


SMALL = "seconds=3,cpuSeconds=1,memoryMiB=32,processes=24,openFiles=32,tmpMiB=1,tmpFiles=20,outputMiB=1,runningPerOrg=1,waitingPerOrg=2"
# The command, its time limit in milliseconds, and what the answer must say, under the limits above.
UNDER_SMALL = [
    ("sleep 100", 60000, TIMED_OUT.format(3)),
    ("while :; do :; done", 60000, r"^\[(killed|reached): limit of 1 s of processor time\]$"),
    ("for i in 1 2 3 4; do (while :; do :; done) & done; wait", 60000, r"^\[killed: limit of 1 s of processor time\]$"),
    ("x=$(tr '\\0' x < /dev/zero); echo ${#x}", 60000, r"^\[killed: memory limit of 32 MiB\]$"),
    ("for i in {1..60}; do sleep 100 & done; wait", 60000, r"^\[reached: limit of 24 processes\]$"),
    ("for i in {1..60}; do eval \"exec $((i + 2))</dev/null\" || exit 9; done", 60000, "Too many open files"),
    ("head -c 2000000 /dev/zero > /tmp/large", 60000, TMP_FULL),
    ("for i in {1..40}; do : > /tmp/$i || exit 9; done", 60000, "No space left on device"),
    ("yes", 60000, r"^\[killed: output limit of 1 MiB\]$"),
]


class Configured(unittest.TestCase):
    """Limits that an operator set; what a caller asks for does not pass them."""

    def setUp(self):
        home = harness.make_home(self)
        repository = harness.make_repository(home / "repository", {"README.md": "hello\n"})
        cage = Cage(f"lightfast-story-{os.getpid()}-configured", processes=1000, memory=2 << 30)
        self.addCleanup(cage.remove)
        self.server = self.enterContext(Server(repository, harness.data_dir(home), ["--limits", SMALL], before=cage.enter))
        self.server.initialize()

    def test_each_limit_is_named_with_its_number(self):
        for command, limit_ms, words in UNDER_SMALL:
            with self.subTest(command):
                self.assertRegex(self.server.shell(command, timeoutMs=limit_ms).said, f"(?m){words}")

    def test_a_full_queue_says_when_to_try_again(self):
        running = self.server.start_shell("sleep 2")
        self.assertTrue(self.server.running("sleep"))
        waiting = [self.server.start_shell(f"echo {number}") for number in range(2)]
        time.sleep(0.1)  # until both wait: from outside nothing tells
        answers = [self.server.shell("echo x", timeoutMs=1000) for _ in range(3)]
        for answer in answers:
            self.assertTrue(answer.is_error)
            self.assertRegex(answer.all, r"^limit reached: 2 commands of this organisation wait already, as many as may; try again in \d+ s$")
        self.assertEqual([harness.Answer(self.server.answer(number)).exit_code for number in [running, *waiting]], [0, 0, 0])


class Tier1(Limits, unittest.TestCase):
    tier = 1


class Tier2(Limits, unittest.TestCase):
    tier = 2


class Tier3(Limits, unittest.TestCase):
    """Without /tmp, what would fill it is refused."""
    tier = 3


def tearDownModule():
    harness.fail_if_anything_is_left()


if __name__ == "__main__":
    unittest.main()
