#!/usr/bin/env python3
"""Local repositories whose git directory is hostile or damaged, read by the helper and served by the program itself."""
import random
import unittest

import git_helper
import harness
from git_server import git
from harness import Server
from hostile_repo import HostileRepo
from repo_case import RepoCase


class LocalCase(RepoCase):
    def setUp(self):
        super().setUp()
        self.repo = HostileRepo(self.home / "local.git")
        self.good = self.change("good\n")

    def change(self, text):
        return self.repo.commit(self.repo.tree([("100644", b"f", self.repo.blob(text.encode()))]))


class ServedTest(LocalCase):
    def setUp(self):
        super().setUp()
        self.home.chmod(0o755)
        self.data = harness.data_dir(self.home)

    def assert_serves(self, text):
        with Server(self.repo.path, self.data) as server:
            answer = server.shell("cat f")
            self.assertEqual((answer.out, answer.said, answer.is_error), (text, "", False), server.log())

    def test_alternates_that_lead_anywhere_do_not_stop_it(self):
        """Nowhere, to no directory, in a circle, further than anybody follows, and in more lines than are read."""
        self.assert_serves("good\n")
        alternates = self.repo.path / "objects" / "info" / "alternates"
        alternates.parent.mkdir(exist_ok=True)
        chain = [self.home / f"chain{number}" for number in range(8)]
        for place, following in zip(chain, chain[1:] + chain[:1]):
            (place / "info").mkdir(parents=True)
            (place / "info" / "alternates").write_text(f"{following}\n")
        for number, text in enumerate(("/nowhere/objects\n", "/etc/passwd\n", "../objects\n", f"{chain[0]}\n", "\0\n", "#\n\n", "x\n" * 40_000,
                     "".join(f"x{number}\n" for number in range(9000)))):
            with self.subTest(text[:20]):
                alternates.write_text(text)
                self.change(f"{number}\n")
                self.assert_serves(f"{number}\n")

    def test_what_its_configuration_and_hooks_ask_for_is_not_done(self):
        marker, script = self.home / "ran", self.home / "local.git" / "script"
        script.write_text(f"#!/bin/sh\ntouch {marker}\n")
        script.chmod(0o755)
        for hook in ("post-checkout", "pre-auto-gc", "reference-transaction", "post-index-change", "fsmonitor-watchman"):
            (self.repo.path / "hooks").mkdir(exist_ok=True)
            (self.repo.path / "hooks" / hook).write_bytes(script.read_bytes())
            (self.repo.path / "hooks" / hook).chmod(0o755)
        (self.repo.path / "config").write_text(
            f"[include]\n\tpath = config\n\tpath = /etc/shadow\n[core]\n\tfsmonitor = {script}\n\thooksPath = {script.parent}\n"
            f"\tsshCommand = {script}\n\tgitProxy = {script}\n\tattributesFile = /etc/passwd\n\tworktree = /\n[filter \"evil\"]\n"
            f"\tsmudge = {script}\n\tprocess = {script}\n\trequired = true\n[extensions]\n\tpartialClone = origin\n"
            f"[remote \"origin\"]\n\turl = ext::{script}\n\tpromisor = true\n\tuploadpack = {script}\n")
        attributes = self.repo.path / "info"
        attributes.mkdir(exist_ok=True)
        (attributes / "attributes").write_text("* filter=evil ident eol=crlf\n")
        self.change("$Id$\n")
        self.assert_serves("$Id$\n")
        self.repo.commit(self.repo.tree([("100644", b"f", "12" * 20)]))  # missing: a promisor would be asked for it
        with Server(self.repo.path, self.data) as server:
            answer = server.shell("cat f")
            self.assertEqual(answer.out, "$Id$\n")
            self.assertIn("[stale: ", answer.said)
        self.assertFalse(marker.exists())


class DamageTest(LocalCase):
    def test_whatever_bytes_are_wrong_the_tree_is_the_commits_or_there_is_none(self):
        """Seeded; loose objects, packs, their indexes and references, changed and cut."""
        chance = random.Random(52)
        tree = {b"d%d" % number: chance.randbytes(chance.randint(0, 3000)) for number in range(20)}
        entries = [("100644", name, self.repo.blob(content)) for name, content in sorted(tree.items())]
        commit = self.repo.commit(self.repo.tree([*entries, ("100644", b"f", self.repo.blob(b"next\n"))]))
        git("repack", "-adq", cwd=self.repo.path)
        git("pack-refs", "--all", cwd=self.repo.path)
        git("multi-pack-index", "write", cwd=self.repo.path)
        git("commit-graph", "write", "--reachable", cwd=self.repo.path)
        loose = self.repo.path / "objects" / "ab" / ("cd" * 19)
        loose.parent.mkdir()
        loose.write_bytes(b"x")
        files = [path for path in (*self.repo.path.glob("objects/**/*"), *self.repo.path.glob("*")) if path.is_file()]
        listing = {name: ("0o100644", content) for name, content in {**tree, b"f": b"next\n"}.items()}
        seen = {"good": 0, "refused": 0, "killed": 0}
        for step in range(150):
            directory = self.home / f"key{step}"
            directory.mkdir()
            damaged = chance.choice(files)
            whole, mode = damaged.read_bytes(), damaged.stat().st_mode
            at = chance.randrange(len(whole)) if whole else 0
            damaged.chmod(0o644)
            damaged.write_bytes(chance.choice((whole[:at], whole[:at] + chance.randbytes(4) + whole[at + 4:], b"")))
            done = git_helper.run(git_helper.request(directory, git_dir=self.repo.path), git_helper.launcher_limits)
            damaged.write_bytes(whole)
            damaged.chmod(mode)
            with self.subTest(step=step, file=damaged.name):
                seen[self.judge(done, directory, commit, listing)] += 1
        self.assertGreater(min(seen["good"], seen["refused"]), 30, seen)
        self.assertLess(seen["killed"], 5, seen)

    def judge(self, done, directory, commit, listing):
        if done.answer is None or not done.answer["ok"]:
            self.assertFalse((directory / "current").exists())
            return "refused" if done.answer else "killed"
        self.assertEqual(git_helper.current(directory), commit)
        self.assertEqual(git_helper.tree_listing(git_helper.current_root(directory)), listing)
        return "good"


if __name__ == "__main__":
    unittest.main()
