#!/usr/bin/env python3
"""What is wrong from the start is said in one line with exit 2; what goes wrong later, in the answer; nothing breaks."""
import json
import os
import pathlib
import shutil
import subprocess
import unittest

import harness
from harness import IS_ROOT, LIGHTFAST, Server

MIB = 1 << 20
KIB_32 = 32768


class Case(unittest.TestCase):
    def setUp(self):
        self.home = harness.make_home(self)
        self.repository = harness.make_repository(self.home / "repository", {"README.md": "hello\n"})
        self.data = harness.data_dir(self.home)
        self.addCleanup(harness.fail_if_anything_is_left)

    def file(self, name, text):
        path = self.home / name
        path.write_text(text)
        return str(path)

    def run_lightfast(self, *arguments, wrap=(), **environment):
        return subprocess.run([*wrap, LIGHTFAST, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, timeout=harness.HANG_GUARD, env={"PATH": "/usr/bin:/bin", **environment})

    def assert_error_of_use(self, run, *words):
        self.assertEqual((run.returncode, run.stdout), (2, ""), run.stderr)
        self.assertRegex(run.stderr, r"\Alightfast: [^\n]+\n\Z")
        for word in words:
            self.assertIn(word, run.stderr)


class AtTheStart(Case):
    def test_errors_of_use_are_one_line_that_says_what_to_do(self):
        self.file("file", "x")
        (self.home / "plain").mkdir()
        good = ("--repo", self.repository, "--data-dir", self.data)
        cases = [
            ((), ("--help",)),
            (("mpc",), ("mpc", "did you mean 'mcp'?")),
            (("frobnicate",), ("frobnicate", "--help")),
            (("mcp", *good, "more"), ("more",)),
            (("mcp", "--bogus", *good), ("--bogus",)),
            (("mcp", "--rpo", self.repository), ("did you mean '--repo'?",)),
            (("mcp", "--data-dirr", self.data), ("did you mean '--data-dir'?",)),
            (("mcp", "--repo"), ("--repo",)),
            (("mcp", "--data-dir", self.data), ("no repository", "--repo", "lightfast init")),
            (("mcp", "--repo", "", "--data-dir", self.data), ("no repository",)),
            (("mcp", "--repo", "/no/such/place", "--data-dir", self.data), ("/no/such/place", "No such file or directory")),
            (("mcp", "--repo", self.home / "plain", "--data-dir", self.data), ("not a git repository", "git init")),
            (("mcp", "--repo", self.home / "file", "--data-dir", self.data), ("not a git repository",)),
            (("mcp", "--repo", "http://example.org/x.git", "--data-dir", self.data), ("use https://",)),
            (("mcp", "--repo", "ftp://example.org/x.git", "--data-dir", self.data), ("https://",)),
            (("mcp", "--repo", "https://", "--data-dir", self.data), ("no host",)),
            (("mcp", *good, "--branch", "a..b"), ("branch",)),
            (("mcp", *good, "--org", "../x"), ("--org",)),
            (("mcp", "--repo", self.repository, "--data-dir", self.home / "file"), ("data dir", "a file of that name is there")),
            (("mcp", "--repo", self.repository, "--data-dir", self.home / "file/below"), ("data dir",)),
            (("mcp", "--repo", self.repository), ("HOME is not set", "--data-dir")),
            (("mcp", *good, "--log-level", "loud"), ("loud", "error, warn, info, debug or off")),
            (("mcp", *good, "--log-file", self.home), ("log file",)),
            (("mcp", "--config", self.home / "none.json"), ("none.json", "No such file or directory")),
            (("mcp", "--config", self.file("broken.json", "{")), ("broken.json", "not a JSON object")),
            (("mcp", "--config", self.file("list.json", "[]")), ("not a JSON object",)),
            (("mcp", "--config", self.file("type.json", '{"repo": 5}')), ("'repo' must be a string",)),
            (("mcp", "--config", self.file("key.json", '{"dta-dir": "x"}')), ("'dta-dir'", "did you mean 'data-dir'?")),
            (("mcp", "--config", self.file("strange.json", '{"\\u001b[31mxyzzy": "x"}')), ("xyzzy", "--help")),
            (("shell", *good), ("command",)),
            (("shell", *good, "--", ""), ("command",)),
            (("shell", *good, "--timeout-ms", "soon", "--", "ls"), ("--timeout-ms", "soon")),
            (("shell", *good, "--timeout-ms", "5", "--", "ls"), ("timeoutMs", "from 100 to 60000")),
        ]
        for arguments, words in cases:
            with self.subTest(" ".join(map(str, arguments))):
                self.assert_error_of_use(self.run_lightfast(*arguments), *words)

    def test_a_data_dir_that_may_not_be_used_is_an_error_of_use(self):
        closed = self.home / "closed"
        closed.mkdir(mode=0o700 if IS_ROOT else 0o000)
        wrap = harness.wrapper(2)
        for place in (closed, closed / "below"):
            with self.subTest(place):
                run = self.run_lightfast("mcp", "--repo", self.repository, "--data-dir", place, wrap=wrap)
                self.assert_error_of_use(run, f"'{place}", "Permission denied")

    def test_secrets_are_read_from_files_that_must_be_there(self):
        run = self.run_lightfast("mcp", "--repo", self.repository, "--data-dir", self.data,
                                 LIGHTFAST_REPO_TOKEN_FILE="/no/such/file")
        self.assert_error_of_use(run, "LIGHTFAST_REPO_TOKEN_FILE", "No such file or directory")

    def test_settings_come_from_flags_then_environment_then_file(self):
        config = self.file("config.json", json.dumps({"repo": "/from/file", "dataDir": str(self.data)}))
        self.assertIn("/from/file", self.run_lightfast("mcp", "--config", config).stderr)
        self.assertIn("/from/env", self.run_lightfast("mcp", LIGHTFAST_CONFIG=config, LIGHTFAST_REPO="/from/env").stderr)
        self.assertIn("/from/flag", self.run_lightfast("mcp", "--repo", "/from/flag", LIGHTFAST_CONFIG=config,
                                                       LIGHTFAST_REPO="/from/env").stderr)

    def test_a_repository_that_cannot_be_served_is_said_in_the_answer_and_heals(self):
        subprocess.run(["git", "init", "--quiet", "--initial-branch=main", self.home / "empty"], check=True)
        with Server(self.home / "empty", self.data) as server:
            server.initialize()
            answer = server.shell("ls")
            self.assertTrue(answer.is_error)
            self.assertIn("repository is empty: push a first commit", answer.all)
            harness.make_repository(self.home / "empty", {"first.md": "1\n"})
            self.assertEqual(server.shell("ls").out, "first.md\n")
        with Server(self.repository, self.data, options=["--branch", "nowhere"]) as server:
            server.initialize()
            answer = server.shell("ls")
            self.assertTrue(answer.is_error)
            self.assertIn("nowhere", answer.all)


class InACall(Case):
    def test_bad_arguments_are_answered_and_the_next_call_works(self):
        refused = [
            ({}, "command"),
            ({"command": ""}, "an empty string"),
            ({"command": 5}, "command"),
            ({"command": None}, "command"),
            ({"command": ["ls"]}, "command"),
            ({"command": "a\0b"}, "NUL"),
            ({"command": "\0echo x"}, "NUL"),
            ({"command": "#" * (KIB_32 + 1)}, "32768"),
            ({"command": "#" + "é" * (KIB_32 // 2)}, "32768"),
            ({"command": "ls", "comand": "ls"}, "comand"),
            ({"command": "ls", "timeoutMs": 99}, "100"),
            ({"command": "ls", "timeoutMs": 60001}, "60000"),
            ({"command": "ls", "timeoutMs": "1000"}, "timeoutMs"),
            ({"command": "ls", "timeoutMs": 1000.5}, "timeoutMs"),
            ({"command": "ls", "maxOutputBytes": 1}, "1024"),
            ({"command": "ls", "maxOutputBytes": 1 << 40}, "1048576"),
        ]
        with Server(self.repository, self.data) as server:
            server.initialize()
            for arguments, word in refused:
                with self.subTest(str(arguments)[:60]):
                    number = server.request("tools/call", {"name": "lightfast_shell", "arguments": arguments})
                    answer = harness.Answer(server.answer(number))
                    self.assertTrue(answer.is_error, answer)
                    self.assertIn(word, answer.all)
                    self.assertLess(len(answer.all), 400)
                    self.assertEqual(server.shell("cat README.md").out, "hello\n")

    def test_strange_commands_are_bashs_to_judge(self):
        accepted = [
            ("   \n\t ", 0, ""), ("#" * KIB_32, 0, ""), ("echo " + "é" * 16000, 0, "é" * 16000 + "\n"), ("\n\n\n", 0, ""),
            ("echo 'unbalanced", 2, ""), ("cat <<END\nx", 0, "x\n"), ("\\", 127, ""), ("echo \u202e\u0301 \U0001f600", 0, None),
            ("-c ls", 127, ""), ("--help", 127, ""), ("echo a\r\necho b", 0, None), ("exit 256", 0, ""), ("exit -1", 255, ""),
        ]
        with Server(self.repository, self.data) as server:
            server.initialize()
            for command, code, out in accepted:
                with self.subTest(command[:40]):
                    answer, bash = server.shell(command, maxOutputBytes=MIB), harness.bash_says(command, self.repository)
                    self.assertEqual((answer.exit_code, answer.is_error), (code, False), answer)
                    self.assertEqual(answer.out, harness.visible(bash.stdout) if out is None else out)

    def test_a_broken_request_is_a_protocol_error_and_the_session_goes_on(self):
        with Server(self.repository, self.data) as server:
            server.initialize()
            for params in ({"name": "lightfast_nothing", "arguments": {}}, {"arguments": {}}, {"name": 5},
                           {"name": "lightfast_shell", "arguments": "ls"}, {"name": "lightfast_shell", "arguments": ["ls"]}):
                with self.subTest(params):
                    self.assertEqual(server.answer(server.request("tools/call", params))["error"]["code"], -32602)
            self.assertEqual(server.shell("cat README.md").out, "hello\n")


@unittest.skipUnless(IS_ROOT, "mounting a small disk needs root")
class FullDisk(Case):
    """The data dir on a disk of its own that is too small for a while."""

    def mount(self, size):
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "none", self.data], check=True)
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.data], check=True)

    def grow(self):
        subprocess.run(["mount", "-o", "remount,size=512m", self.data], check=True)

    def assert_heals(self, server, whose):
        answer = server.shell("cat README.md")
        self.assertTrue(answer.is_error, answer)
        self.assertIn("No space left on device", answer.all)
        self.assertIn(whose, answer.all)
        self.grow()
        healed = harness.eventually(lambda: server.shell("cat README.md").out == "hello\n", 30)
        self.assertTrue(healed, (server.shell("cat README.md"), server.log()))
        self.assertEqual([path for path in self.data.rglob("*") if path.name.startswith(("tmp.", "making-"))], [])

    def test_a_toolbox_that_does_not_fit_is_said_and_made_when_there_is_room(self):
        self.mount("4m")
        with Server(self.repository, self.data) as server:
            server.initialize()
            self.assert_heals(server, "toolbox")

    def test_a_snapshot_that_does_not_fit_is_said_and_made_when_there_is_room(self):
        self.mount("512m")
        with Server(self.repository, self.data) as server:  # makes the toolbox
            server.initialize()
            server.shell("true")
        used = shutil.disk_usage(self.data).used
        subprocess.run(["mount", "-o", f"remount,size={used + 16 * MIB}", self.data], check=True)
        large = harness.make_repository(self.home / "large", {
            "README.md": "hello\n", **{f"{number}.bin": os.urandom(5 * MIB) for number in range(6)}})
        with Server(large, self.data) as server:
            server.initialize()
            self.assert_heals(server, "repository")

    def test_the_last_good_snapshot_is_served_while_the_new_one_does_not_fit(self):
        self.mount("48m")
        with Server(self.repository, self.data) as server:
            server.initialize()
            first = server.shell("cat README.md")
            self.assertEqual(first.out, "hello\n", first)
            for number in range(8):
                pathlib.Path(self.repository, f"{number}.bin").write_bytes(os.urandom(6 * MIB))
            harness.git("add", "--all", cwd=self.repository)
            harness.git("commit", "--quiet", "--message", "Large", cwd=self.repository)
            answer = server.shell("cat README.md; ls | wc -l")
            self.assertEqual((answer.out, answer.meta["commit"]), ("hello\n1\n", first.meta["commit"]), answer)
            self.assertIn("No space left on device", answer.said)
            self.assertIn("No space left on device", answer.meta["stale"])
            self.grow()
            self.assertTrue(harness.eventually(lambda: server.shell("ls | wc -l").out == "9\n", 30), server.log())


if __name__ == "__main__":
    unittest.main()
