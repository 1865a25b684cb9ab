#!/usr/bin/env python3
"""examples/quickstart.sh as a newcomer runs it: what it prints is true, it can be run again, and it leaves nothing running."""

import ctypes
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import tomllib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
STARTER = ROOT / "app/starter"  # what `lightfast init` writes
BUILD = pathlib.Path(os.environ.get("LIGHTFAST_BUILD", ROOT / "build/release")).resolve()
COMMANDS = ["find . -name '*.md' -type f", "cat brand.md", "grep -rn 'tone' .", "ls -la engineering/"]
HANG_GUARD = 600  # seconds; nothing here is timed
PR_SET_CHILD_SUBREAPER = 36


def children():
    """The processes whose parent is this one, zombies left out."""
    pids = pathlib.Path("/proc/self/task", str(os.getpid()), "children").read_text().split()
    return [command for pid in pids if (command := pathlib.Path("/proc", pid, "cmdline").read_bytes())]


class Quickstart(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Whatever the script leaves behind becomes a child of this process, where it can be seen.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.work = pathlib.Path(directory.name)
        cls.sample = cls.work / "acme/.lightfast"
        cls.first = cls.run_script()

    @classmethod
    def run_script(cls, **environment):
        variables = {**os.environ, "LIGHTFAST_BUILD": str(BUILD), "LIGHTFAST_QUICKSTART_DIR": str(cls.work), **environment}
        return subprocess.run([ROOT / "examples/quickstart.sh"], env=variables, cwd="/", stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=HANG_GUARD, check=False)

    def setUp(self):
        if self.first.returncode != 0:
            self.fail(f"quickstart.sh failed:\n{self.first.stdout}\n{self.first.stderr}")

    def answers(self, run):
        """The transcript as {command: what was printed below it}."""
        transcript = run.stdout.partition("==> what an agent sees")[2].partition("\n\n==> ")[0]
        blocks = re.split(r"^\$ (.*)\n", transcript, flags=re.MULTILINE)[1:]
        return {command: answer.rstrip("\n") for command, answer in zip(blocks[::2], blocks[1::2])}

    def test_transcript_has_the_four_calls(self):
        self.assertEqual(list(self.answers(self.first)), COMMANDS)

    def test_answers_are_what_bash_says_in_the_starter_files(self):
        for command in COMMANDS[:3]:
            with self.subTest(command):
                bash = subprocess.run(["bash", "-c", command], cwd=STARTER, check=True, capture_output=True, text=True)
                answered = self.answers(self.first)[command]
                self.assertEqual(sorted(answered.splitlines()), sorted(bash.stdout.splitlines()))

    def test_listing_shows_the_files_of_the_folder(self):
        listed = {line.split()[-1] for line in self.answers(self.first)[COMMANDS[3]].splitlines()[1:]}
        self.assertEqual(listed, {".", "..", *os.listdir(STARTER / "engineering")})

    def test_client_configuration_names_this_binary_and_the_sample(self):
        blocks = dict(re.findall(r"^--- ([\w ]+): .*\n((?:.|\n)*?)\n\n", self.first.stdout, flags=re.MULTILINE))
        servers = {
            "Claude Code": json.loads(blocks["Claude Code"])["mcpServers"],
            "Cursor": json.loads(blocks["Cursor"])["mcpServers"],
            "Codex": tomllib.loads(blocks["Codex"])["mcp_servers"],
        }
        for client, configured in servers.items():
            with self.subTest(client):
                self.assertEqual(configured["lightfast"]["command"], str(BUILD / "lightfast"))
                self.assertEqual(configured["lightfast"]["args"], ["mcp", "--repo", str(self.sample)])

    def test_leaves_no_process_behind(self):
        deadline = time.monotonic() + 60
        while children() and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertEqual(children(), [])

    def test_again_shows_what_was_committed_to_the_sample_since(self):
        (self.sample / "brand.md").write_text("# Brand\n\nOur tone is new.\n")
        git = ["git", "-C", str(self.sample), "-c", "user.name=Test", "-c", "user.email=test@localhost"]
        subprocess.run([*git, "commit", "--quiet", "--all", "--message", "New tone"], check=True)
        again = self.run_script()
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(self.answers(again)["cat brand.md"], "# Brand\n\nOur tone is new.")

    def test_says_in_one_line_what_failed(self):
        with tempfile.TemporaryDirectory() as directory:
            broken = pathlib.Path(directory)
            (broken / "build.ninja").write_text("build lightfast: phony\n")
            (broken / "lightfast").write_text("#!/bin/sh\nexit 1\n")
            (broken / "lightfast").chmod(0o755)
            run = self.run_script(LIGHTFAST_BUILD=directory, LIGHTFAST_QUICKSTART_DIR=str(broken / "work"))
        self.assertEqual(run.returncode, 1)
        self.assertEqual(run.stderr.strip().splitlines(), ["quickstart.sh: lightfast init failed; the line above says why"])


if __name__ == "__main__":
    sys.exit(unittest.main())
