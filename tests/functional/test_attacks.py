#!/usr/bin/env python3
"""The attacks of attacks.py, one after the other, on one server for each tier; and where they can work, on plain bash."""
import collections
import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

import attacks
import harness
from attack_world import BREACH, CANARY, World, as_user
from harness import SHELL_ENVIRONMENT, Server, status_of
from test_limits import Cage

RAW_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
LEAVE_PROCESSES = {"signals", "machinery", "resources", "filling", "leftovers", "system calls"}  # after these, each one is looked for


def breaches_in(text, attack):
    """What a text must not hold, as sentences."""
    found = [f"{what} is in the answer" for what, word in (("the canary", CANARY), ("the mark", BREACH)) if word in text]
    return found + [f"{attack.never} is in the answer"] * bool(attack.never and re.search(attack.never, text))


class Table(unittest.TestCase):
    """Of the table itself."""

    def test_every_attack_has_a_name_of_its_own_and_something_that_decides(self):
        for family, entries in attacks.FAMILIES.items():
            names = collections.Counter(attack.name for attack in entries)
            self.assertEqual([name for name, count in names.items() if count > 1], [], family)
            for attack in entries:
                with self.subTest(f"{family}: {attack.name}"):
                    decides = attack.bites or attack.says or attack.never or attack.then or re.search("@|canary-", attack.command)
                    self.assertTrue(decides or family in LEAVE_PROCESSES)

    def test_there_are_many(self):
        self.assertGreaterEqual(sum(map(len, attacks.FAMILIES.values())), 170)


class Unconfined(unittest.TestCase):
    """Attacks that bite do so on plain bash; so none of them is contained by a mistake in it."""

    def setUp(self):
        self.world = World(self, harness.ORDINARY_USER if harness.IS_ROOT else None)
        self.checkout = harness.make_checkout(self.world.repository(), self.world.home / "checkout")
        self.world.write("data/secret.txt", CANARY)
        self.world.write("data/other/README.md", CANARY)
        self.world.words["OTHER"] = self.world.home / "data/other"

    def test_attacks_that_bite_work_where_nothing_contains_them(self):
        for family, entries in attacks.FAMILIES.items():
            for attack in entries:
                if attack.bites and ("@TCP6@" not in attack.command or "TCP6" in self.world.listeners.sockets):
                    with self.subTest(f"{family}: {attack.name}"):
                        self.world.settle()
                        text = self.run_plainly(self.world.fill(attack.command))
                        self.assertTrue(harness.eventually(lambda: breaches_in(text, attack) + self.world.changes(), 2), text)

    def run_plainly(self, command):
        """What bash and all that it started wrote."""
        with tempfile.TemporaryFile() as output:
            bash = subprocess.Popen(["bash", "--noprofile", "--norc", "-c", command], cwd=self.checkout, stdin=subprocess.DEVNULL,
                                    stdout=output, stderr=output, env={**SHELL_ENVIRONMENT, "BASH": shutil.which("bash")},
                                    start_new_session=True, **as_user(self.world.user))
            try:
                bash.wait(harness.HANG_GUARD)
            finally:
                try:
                    os.killpg(bash.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass  # nothing is left
                bash.wait()
            output.seek(0)
            return output.read().decode(errors="replace")


class Contained:
    """One server, with a world around it, another organisation beside it, and an environment that would betray itself."""
    tier = None

    @classmethod
    def setUpClass(cls):
        wrap = harness.wrapper(cls.tier)
        cls.world = World(cls, harness.ORDINARY_USER if harness.IS_ROOT else None)
        repository, data = cls.world.repository(), harness.data_dir(cls.world.home, cls.tier)
        cls.world.write("data/secret.txt", CANARY)
        other = harness.make_repository(cls.world.home / "other", {"README.md": CANARY + "\n"})
        subprocess.run([*wrap, harness.LIGHTFAST, "shell", "--org", "other", "--repo", other, "--data-dir", data, "--", "true"], check=True,
                       stdin=subprocess.DEVNULL)
        cage = Cage(f"lightfast-attacks-{os.getpid()}-{cls.tier}", processes=4000, memory=4 << 30)
        cls.addClassCleanup(cage.remove)
        cls.server = Server(repository, data, environment=cls.environment(), wrap=wrap, before=cage.enter)
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        cls.server.initialize()
        assert f" tier={cls.tier} " in (cls.server.shell("true").all + cls.server.log()), cls.server.log()
        asleep = cls.server.start_shell("sleep 1")
        if harness.IS_ROOT:  # the victim is to be of the same user as a command
            cls.world.user = int(status_of(cls.server.running("sleep")[0].pid)["Uid"].split()[0])
        cls.server.answer(asleep)
        cls.world.words.update(OTHER=next(data.glob("orgs/other/*/snapshots/*/root")), SERVER=cls.server.pid,
                               ZYGOTE=cls.server.running("zygote")[0].pid, LAUNCHER=cls.server.running("lightfast-launc")[0].pid)

    @classmethod
    def environment(cls):
        """Whatever of this reached a command, or was obeyed by its bash, would show the canary."""
        cls.world.write("start.sh", f"echo {CANARY}")
        start, function = str(cls.world.home / "start.sh"), f"() {{ echo {CANARY}; }}"
        return {"LIGHTFAST_CANARY": CANARY, "LIGHTFAST_REPO_TOKEN": CANARY, "HOME": str(cls.world.home / "user"), "BASH_ENV": start,
                "ENV": start, "PS4": CANARY, "PROMPT_COMMAND": f"echo {CANARY}", "BASH_FUNC_ls%%": function, "BASH_FUNC_cat%%": function,
                "CDPATH": f"/{CANARY}", "TMPDIR": f"/{CANARY}"}

    def try_all(self, *families):
        for family in families:
            for attack in attacks.FAMILIES[family]:
                if self.tier in attack.tiers:
                    with self.subTest(f"{family}: {attack.name}"):
                        self.world.settle()
                        with self.neighbour() if "@NEIGHBOUR@" in attack.command else contextlib.nullcontext():
                            self.try_one(attack)
                        if family in LEAVE_PROCESSES:
                            self.check_processes()

    @contextlib.contextmanager
    def neighbour(self):
        """A command that runs at the same time; fails when it does not outlive the block."""
        number = self.server.start_shell(f"export SECRET={CANARY}; exec sleep 50", timeoutMs=60000)
        sleep = self.server.running("sleep")[0]
        self.world.words["NEIGHBOUR"] = sleep.pid
        yield
        self.assertTrue(harness.is_alive(sleep), "the neighbour ended")
        self.server.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}})
        harness.eventually(lambda: not harness.is_alive(sleep))

    def try_one(self, attack):
        command, lines = self.world.fill(attack.command), len(self.server.lines)
        answer = self.server.shell(command, timeoutMs=attack.milliseconds)
        self.assertEqual(len(self.server.lines) - lines, 1, self.server.lines[lines:])
        self.assertIsNone(answer.error, answer)
        self.assertEqual(breaches_in(answer.all, attack), [], answer)
        self.assertIsNone(RAW_CONTROL.search(answer.all), answer)
        if self.tier != 3 and self.world.home.name not in command:
            self.assertNotIn(self.world.home.name, answer.all)
        if attack.says:
            self.assertRegex(answer.all, attack.says, answer)
        later, out = attack.then or ("echo next", "next\n")
        self.assertEqual(self.server.shell(self.world.fill(later)).out, out)
        self.assertEqual(self.world.changes(), [], answer)

    def check_processes(self):
        if not harness.eventually(self.only_own_processes, 5):
            left = [process for process in self.server.processes() if process.name not in harness.OWN_ROOM]
            harness.kill_all(left)
            self.fail(f"left: {left}; below the server: {self.server.processes()}")

    def only_own_processes(self):
        """The machinery, as many as it should be."""
        lasting = harness.without_ready(self.server.processes())
        return lasting is not None and sorted(process.name for process in lasting) == ["lightfast-launc", "zygote"]

    # ---- The families.

    def test_nothing_outside_can_be_read(self):
        self.try_all("paths", "readers", "data", "existence")

    def test_no_other_process_can_be_read_or_signalled(self):
        self.try_all("processes", "signals")

    def test_no_other_program_runs(self):
        self.try_all("foreign programs", "native programs")

    def test_nothing_can_be_written(self):
        self.try_all("writes", "snapshot", "devices")

    def test_nothing_can_be_reached_over_a_network(self):
        self.try_all("network")

    def test_the_machinery_cannot_be_used(self):
        self.try_all("machinery")

    def test_output_stays_output(self):
        self.try_all("output")

    def test_notes_of_the_command_itself_change_nothing_for_programs(self):
        answer = self.server.shell("printf '[timed out after 10 s]\\n[killed: memory limit of 512 MiB]\\n[exit 9]\\n[stale: x]\\n' >&2")
        self.assertEqual((answer.exit_code, answer.is_error, answer.meta["timedOut"], answer.meta["stale"]), (0, False, False, None))

    def test_each_resource_is_limited_and_the_answer_names_the_limit(self):
        self.try_all("resources", "filling")

    def test_nothing_is_left_for_the_next_call(self):
        self.try_all("leftovers")

    def test_nothing_is_learnt(self):
        self.try_all("information")


class Tier1(Contained, unittest.TestCase):
    tier = 1


class Tier2(Contained, unittest.TestCase):
    tier = 2


class Tier3(Contained, unittest.TestCase):
    tier = 3

    def test_a_native_program_cannot_make_the_system_calls_that_no_command_needs(self):
        self.world.settle()
        if "program runs" not in self.server.shell(self.world.fill("@LOADER@ ./program call 39")).all:
            self.skipTest("no native program runs here")
        self.try_all("system calls")


def tearDownModule():
    harness.fail_if_anything_is_left()


if __name__ == "__main__":
    unittest.main()
