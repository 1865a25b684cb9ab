#!/usr/bin/env python3
"""The server starts at once, answers what it was asked, and whatever ends it, nothing of it stays."""
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

import harness
from fault_server import FaultServer, hang
from harness import LIGHTFAST, Server, eventually, is_alive, processes_below

GONE_WITHIN = 2 * harness.WEIGHT  # seconds, a promise
INITIALIZE = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
    "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "story", "version": "1"}}}
DISCOVER = {"jsonrpc": "2.0", "id": 1, "method": "server/discover", "params": {"_meta": {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "story", "version": "1"}}}}
LIST = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}


def call(number, command, **arguments):
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call",
            "params": {"name": "lightfast_shell", "arguments": {"command": command, **arguments}}}


def as_lines(*messages):
    return "".join(json.dumps(message) + "\n" for message in messages).encode()


class Story(unittest.TestCase):
    def setUp(self):
        self.home = harness.make_home(self)
        self.repository = harness.make_repository(self.home / "repository", {"README.md": "hello\n"})
        self.data = self.home / "data"
        self.addCleanup(harness.fail_if_anything_is_left)

    def server(self, repository=None, **arguments):
        return Server(repository or self.repository, self.data, **arguments)

    def assert_gone(self, processes, what):
        self.assertGreater(len(processes), 0)
        eventually(lambda: not any(map(is_alive, processes)), GONE_WITHIN)
        left = [process for process in processes if is_alive(process)]
        self.assertEqual(left, [], what)

    def family(self, server):
        return [*server.processes(), harness.all_processes()[server.pid]]


class Starting(Story):
    def test_a_repository_that_is_private_to_its_owner_is_served(self):
        home = harness.make_home(self) / "private"
        repository = harness.make_repository(home / "repository", {"README.md": "hello\n"})
        home.chmod(0o700)
        with self.server(repository) as server:
            server.initialize()
            self.assertEqual(server.shell("cat README.md").texts, ["hello\n"])

    def test_the_first_answer_waits_for_no_repository(self):
        with FaultServer(hang) as silent:
            for first in (INITIALIZE, DISCOVER):
                for source in (silent.url("x"), "http://127.0.0.1:1/x.git"):
                    with self.subTest(method=first["method"], source=source), self.server(source) as server:
                        server.send(first)
                        self.assertIn("result", server.answer(1, 10))
                        server.send({**LIST, "params": first["params"]})
                        self.assertIn("lightfast_shell", json.dumps(server.answer(2, 10)))

    def test_a_call_on_a_silent_repository_ends_at_its_timeout_and_says_why(self):
        with FaultServer(hang) as silent, self.server(silent.url("x")) as server:
            server.initialize()
            answer = server.shell("ls", timeoutMs=300)
            self.assertTrue(answer.is_error)
            self.assertIn("no snapshot of the repository yet", answer.all)
            self.assertIn("still running", answer.all)

    def test_requests_piped_in_are_all_answered_before_the_end(self):
        run = subprocess.run([LIGHTFAST, "mcp", "--repo", self.repository, "--data-dir", self.data], check=True,
                             input=as_lines(INITIALIZE, LIST, {"jsonrpc": "2.0", "id": 3, "method": "ping"}),
                             capture_output=True, timeout=harness.HANG_GUARD)
        self.assertEqual([json.loads(line)["id"] for line in run.stdout.splitlines()], [1, 2, 3])

    def test_a_shell_call_piped_in_is_answered_on_a_cold_data_dir(self):
        """Within the half second that there is; a machine that is busy elsewhere may take longer, but not each time."""
        for number in range(10):
            run = subprocess.run([LIGHTFAST, "mcp", "--repo", self.repository, "--data-dir", harness.data_dir(self.home, name=f"cold{number}")],
                                 check=True, input=as_lines(INITIALIZE, LIST, call(3, "cat README.md")), capture_output=True,
                                 timeout=harness.HANG_GUARD)
            answers = {message["id"]: message for message in map(json.loads, run.stdout.splitlines())}
            self.assertEqual(set(answers), {1, 2, 3})
            if "result" in answers[3]:
                break
            self.assertIn("not answered: the client closed the connection", answers[3]["error"]["message"])
        self.assertEqual(answers[3].get("result", {}).get("content"), [{"type": "text", "text": "hello\n"}], answers[3])

    def test_stdout_carries_protocol_lines_only(self):
        with self.server(options=["--log-level", "debug"]) as server:
            server.initialize()
            server.process.stdin.write(b"not json\n\n[]\n{\"jsonrpc\": \"2.0\"}\n")
            server.shell("echo out; echo err >&2; echo x > /dev/tty; echo y > /proc/1/fd/1; kill -9 $$")
            server.shell("ls", bad=True)
            lines = list(server.lines)
        self.assertGreater(len(lines), 3)
        for line in lines:
            self.assertEqual(json.loads(line)["jsonrpc"], "2.0", line)


class Ending(Story):
    """What ends a server, crossed with what it is doing then."""

    def ways(self):
        return {
            "end of input": lambda server: server.close_input(),
            "SIGTERM": lambda server: os.kill(server.pid, signal.SIGTERM),
            "SIGINT": lambda server: os.kill(server.pid, signal.SIGINT),
            "SIGHUP": lambda server: os.kill(server.pid, signal.SIGHUP),
            "SIGKILL": lambda server: os.kill(server.pid, signal.SIGKILL),
            "closed stdout": self.stop_reading,
        }

    @staticmethod
    def stop_reading(server):
        """Closes the reading end as a client does that died: the reader must not hold it open."""
        os.dup2(os.open(os.devnull, os.O_RDONLY), server.process.stdout.fileno())
        with contextlib.suppress(BrokenPipeError):  # it may have noticed already
            server.send({"jsonrpc": "2.0", "id": 99, "method": "ping"})

    def end_while(self, what, prepare, repository=None):
        for way, end in self.ways().items():
            with self.subTest(f"{way} {what}"), self.server(repository) as server:
                server.initialize()
                prepare(server)
                family = self.family(server)
                end(server)
                self.assert_gone(family, way)

    def test_nothing_stays_of_an_idle_server(self):
        self.end_while("while idle", lambda server: server.shell("true"))

    def test_nothing_stays_of_a_server_that_is_running_a_command(self):
        def run(server):
            server.start_shell("trap '' TERM HUP INT; sleep 1000 & sleep 1000 | cat", timeoutMs=60000)
            self.assertTrue(server.running("cat"))
        self.end_while("while a command runs", run)

    def test_nothing_stays_of_a_server_whose_sync_hangs(self):
        with FaultServer(hang) as silent:
            def sync(server):
                self.assertTrue(server.running("lightfast-git"))
            self.end_while("while a sync hangs", sync, silent.url("x"))

    def test_nothing_stays_of_a_server_that_has_just_started(self):
        for way, end in self.ways().items():
            with self.subTest(way), self.server() as server:
                eventually(lambda server=server: len(server.processes()) > 0, 5)
                family = self.family(server)
                end(server)
                self.assert_gone(family, way)

    def test_nothing_stays_when_the_client_is_killed(self):
        client = ("import subprocess, sys, time\n"
                  f"server = subprocess.Popen({[LIGHTFAST, 'mcp', '--repo', self.repository, '--data-dir', str(self.data)]},"
                  " stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)\n"
                  f"server.stdin.write({as_lines(INITIALIZE, call(2, 'sleep 1000', timeoutMs=60000))}); server.stdin.flush()\n"
                  "time.sleep(1000)\n")
        with subprocess.Popen([sys.executable, "-c", client]) as process:
            self.assertTrue(eventually(lambda: any(one.name == "sleep" for one in processes_below(process.pid)), 10))
            family = processes_below(process.pid)
            process.kill()
            self.assert_gone(family, "the client was killed")

    def test_a_stop_by_signal_is_a_clean_exit_and_by_the_end_of_input_too(self):
        for way, end in self.ways().items():
            if way == "SIGKILL":
                continue
            with self.subTest(way), self.server() as server:
                server.initialize()
                server.shell("true")
                end(server)
                self.assertEqual(server.process.wait(harness.HANG_GUARD), 0)


class Healing(Story):
    def test_a_dead_launcher_ends_the_server_with_a_word(self):
        with self.server() as server:
            server.initialize()
            server.start_shell("sleep 1000", timeoutMs=60000)
            self.assertTrue(server.running("sleep"))
            family = self.family(server)
            os.kill(server.running("lightfast-launc")[0].pid, signal.SIGKILL)
            self.assert_gone(family, "the launcher was killed")
            self.assertNotEqual(server.process.wait(harness.HANG_GUARD), 0)
            self.assertIn("launcher died", server.log())

    def test_a_dead_zygote_is_replaced_for_the_next_call(self):
        with self.server() as server:
            server.initialize()
            for _ in range(5):
                self.assertEqual(server.shell("cat README.md").out, "hello\n")
                zygote = server.running("zygote")[0].pid
                os.kill(zygote, signal.SIGKILL)
                # Until it is gone a command may still come to run in it, and is then not run again.
                eventually(lambda: zygote not in [process.pid for process in server.processes()], 5)
            self.assertEqual(server.shell("cat README.md").out, "hello\n")

    def test_a_zygote_is_replaced_after_a_thousand_calls(self):
        with self.server() as server:
            server.initialize()
            server.shell("true")
            first = server.running("zygote")[0].pid
            for number in range(1010):
                self.assertEqual(server.shell(f"echo {number}").out, f"{number}\n")
            self.assertTrue(eventually(lambda: [zygote.pid != first for zygote in server.running("zygote")] == [True], 5))

    def test_a_command_whose_zygote_dies_is_answered_and_not_run_again(self):
        with self.server() as server:
            server.initialize()
            number = server.start_shell("sleep 1000", timeoutMs=60000)
            self.assertTrue(server.running("sleep"))
            os.kill(server.running("zygote")[0].pid, signal.SIGKILL)
            answer = harness.Answer(server.answer(number))
            self.assertIn("SIGKILL", answer.all)
            self.assertTrue(eventually(lambda: not server.commands(), 2), server.commands())

    def test_a_sandbox_that_dies_while_it_waits_is_replaced(self):
        with self.server() as server:
            server.initialize()
            for name in ("init", "waiting", "init", "waiting"):
                server.shell("true")
                waiting = server.running(name)
                harness.kill_all(waiting)
                eventually(lambda waiting=waiting: not any(map(is_alive, waiting)))
                self.assertEqual(server.shell("echo well").out, "well\n")

    def test_a_cancelled_call_is_killed_and_not_answered(self):
        with self.server() as server:
            server.initialize()
            number = server.start_shell("sleep 1000 & sleep 1000", timeoutMs=60000)
            self.assertTrue(eventually(lambda: len(server.running("sleep")) == 2))
            family = server.commands()
            server.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}})
            self.assert_gone(family, "cancelled")
            self.assertEqual(server.shell("echo next").out, "next\n")
            self.assertNotIn(number, server.answers)

    def test_a_call_that_waits_for_a_sync_can_be_cancelled(self):
        with FaultServer(hang) as silent, self.server(silent.url("x")) as server:
            server.initialize()
            number = server.start_shell("ls", timeoutMs=60000)
            server.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}})
            started = time.monotonic()
            server.close_input()
            self.assertEqual(server.process.wait(harness.HANG_GUARD), 0)
            self.assertLess(time.monotonic() - started, 10)

    def test_many_calls_leave_descriptors_and_processes_as_they_were(self):
        with self.server() as server:
            server.initialize()

            def held():
                everything = self.family(server)
                family = harness.without_ready(everything) or []
                ready = (len(everything) - len(family)) // 2  # the zygote has a descriptor for each sandbox that waits
                counts = {(process.name, process.pid): len(os.listdir(f"/proc/{process.pid}/fd")) - ready * (process.name == "zygote")
                          for process in family}
                threads = len(os.listdir(f"/proc/{server.pid}/task"))
                return counts, threads
            for command in ("true", "sleep 5 & echo x", "exit 3"):
                server.shell(command)
            calls = [server.start_shell("sleep 0.1") for _ in range(8)]  # as many threads as will ever be
            for number in calls:
                server.answer(number)
            eventually(lambda: len(server.running("waiting")) == len(server.running("init")), 5)
            before = held()
            for number in range(200):
                server.shell(("true", "seq 3000", "kill -9 $$", "sleep 5 & echo x", "ls | cat >&2")[number % 5])
            self.assertTrue(eventually(lambda: held() == before, 10), (before, held()))
            self.assertTrue(eventually(lambda: len(server.running("waiting")) == len(server.running("init")) <= 6, 5))
            zombies = [path for path in pathlib.Path("/proc").glob("[0-9]*/stat")
                       if self.is_zombie_of(path, [process.pid for process in self.family(server)])]
            self.assertEqual(zombies, [])

    def test_sandboxes_are_kept_ready_by_use_and_given_up_when_idle(self):
        with self.server() as server:
            server.initialize()
            server.shell("true")
            self.assertTrue(eventually(lambda: 1 <= len(server.running("waiting")) <= 2))

            def grows():
                for number in [server.start_shell("true") for _ in range(24)]:
                    server.answer(number)
                return eventually(lambda: len(server.running("waiting")) >= 3, 0.2)
            self.assertTrue(eventually(grows))
            self.assertTrue(eventually(lambda: len(server.running("waiting")) <= 6))
            self.assertTrue(eventually(lambda: len(server.running("waiting")) == 1))
            self.assertEqual(server.shell("echo again").out, "again\n")

    @staticmethod
    def is_zombie_of(path, parents):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            return False
        return fields[0] == "Z" and int(fields[1]) in parents


if __name__ == "__main__":
    unittest.main()
