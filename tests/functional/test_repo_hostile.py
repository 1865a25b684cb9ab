#!/usr/bin/env python3
"""lightfast-git against hostile repositories: refused or contained, the last snapshot stays."""
import os
import resource
import signal
import unittest

import git_helper
from git_server import GitServer
from hostile_repo import HostileRepo
from repo_case import RepoCase


class HostileTest(RepoCase):
    def setUp(self):
        super().setUp()
        self.repo = HostileRepo(self.home / "hostile.git")
        self.blob = self.repo.blob(b"content\n")
        self.good = self.repo.commit(self.repo.tree([("100644", b"good", self.blob)]))
        self.sync_well(git_dir=self.repo.path)

    def commit(self, *entries):
        return self.repo.commit(self.repo.tree(entries))

    def assert_refused(self, rule, path):
        error = self.sync_badly(git_dir=self.repo.path)
        self.assertEqual((error.get("rule"), error.get("path")), (rule, path), error)
        self.assertIn(f"rule {rule}", error["message"])
        self.assertIn(path, error["message"])
        self.assertEqual(git_helper.current(self.directory), self.good)
        self.assertEqual(set(os.listdir(self.root())), {"good"})
        self.assertEqual(set(os.listdir(self.home)), {"hostile.git", "key"})
        return error

    def test_names_that_could_escape_or_stand_for_the_git_directory_are_refused(self):
        cases = [
            (b"..", "dot-name", ".."), (b".", "dot-name", "."), (b"", "empty-name", ""),
            (b"../evil", "slash-in-name", "../evil"), (b"/abs/evil", "slash-in-name", "/abs/evil"),
            (b".git", "git-name", ".git"), (b".GIT", "git-name", ".GIT"), (b"git~1", "git-name", "git~1"),
            (b".git ", "git-name", ".git "), (b".git.", "git-name", ".git."),
            (b".git::$INDEX_ALLOCATION", "git-name", ".git::$INDEX_ALLOCATION"),
            (b"a\\.git", "git-name", "a\\.git"), (".g\u200cit".encode(), "git-name", ".g\u200cit"),
            (b"n" * 256, "name-length", "n" * 256), (b"x\x1b\n..\x1b/", "slash-in-name", "x\\x1B\\n..\\x1B/"),
        ]
        for name, rule, path in cases:
            for mode, target in (("100644", self.blob), ("40000", self.repo.tree([("100644", b"f", self.blob)]))):
                with self.subTest(name=name, mode=mode):
                    self.commit((mode, name, target))
                    self.assert_refused(rule, path)

    def test_a_bad_name_deep_in_the_tree_is_named_with_its_path(self):
        self.repo.commit(self.repo.nested(3, ("100644", b".git", self.blob)))
        self.assert_refused("git-name", "d/d/d/.git")

    def test_two_entries_of_one_name_are_refused(self):
        link = self.repo.blob(b"/tmp")
        inner = self.repo.tree([("100644", b"evil", self.blob)])
        for entries in ([("120000", b"d", link), ("40000", b"d", inner)],
                        [("100644", b"d", self.blob), ("100644", b"d", self.blob)]):
            self.commit(*entries)
            self.assert_refused("duplicate-name", "d")

    def test_trees_that_are_too_deep_too_many_or_too_large_are_refused(self):
        with self.subTest("10 levels of 10"):
            self.repo.commit(self.repo.bomb())
            self.assertEqual(self.sync_badly(git_dir=self.repo.path)["rule"], "entry-count")
        with self.subTest("5,000 deep"):
            self.repo.commit(self.repo.nested(5000, ("100644", b"f", self.blob)))
            self.assert_refused("path-depth", "/".join(["d"] * 65))
        with self.subTest("long path"):
            tree = self.repo.tree([("100644", b"f", self.blob)])
            for _ in range(17):
                tree = self.repo.tree([("40000", b"n" * 250, tree)])
            self.repo.commit(tree)
            self.assertEqual(self.sync_badly(git_dir=self.repo.path)["rule"], "path-length")
        with self.subTest("too much in all"):
            large = self.repo.blob(bytes(8 << 20))
            self.commit(*[("100644", b"f%d" % number, large) for number in range(9)])
            self.assert_refused("total-size", "f8")

    def test_the_deepest_and_longest_allowed_are_written(self):
        self.repo.commit(self.repo.nested(63, ("100644", b"n" * 255, self.blob)))
        self.sync_well(git_dir=self.repo.path)
        self.assertTrue(os.path.exists(self.root().joinpath(*["d"] * 63, "n" * 255)))

    def test_a_link_target_that_no_system_takes_is_refused(self):
        for target in (b"", b"a\0b", b"x" * 4096):
            self.commit(("120000", b"link", self.repo.blob(target)))
            self.assert_refused("link-target", "link")

    def test_an_unknown_mode_is_refused(self):
        self.commit(("10644", b"fifo", self.blob))
        self.assert_refused("mode", "fifo")

    def test_a_missing_object_or_a_malformed_tree_is_an_error(self):
        for tree in (self.repo.tree([("100644", b"f", "12" * 20)]), self.repo.write("tree", b"nonsense"),
                     self.repo.tree([("40000", b"d", self.blob)])):
            self.repo.commit(tree)
            self.assertEqual(self.sync_badly(git_dir=self.repo.path)["kind"], "corrupt")
            self.assertEqual(git_helper.current(self.directory), self.good)

    def test_strange_but_harmless_entries_are_kept_as_they_are(self):
        tool = self.repo.blob(b"tool")
        self.commit(("120000", b"absolute", self.repo.blob(b"/etc/passwd")),
                    ("120000", b"up", self.repo.blob(b"../../../..")),
                    ("104755", b"suid", tool), ("100664", b"group", tool), ("100644", b"esc\x1b\nname", tool),
                    ("100644", b"not\xffutf8", tool), ("100644", b"A", tool), ("100644", b"a", tool),
                    ("100644", b".gitignore", tool), ("160000", b"sub", "ab" * 20))
        record = self.sync_well(git_dir=self.repo.path)
        self.assertEqual(git_helper.tree_listing(self.root()), {
            b"absolute": ("link", b"/etc/passwd"), b"up": ("link", b"../../../.."), b"suid": ("0o100755", b"tool"),
            b"group": ("0o100644", b"tool"), b"esc\x1b\nname": ("0o100644", b"tool"),
            b"not\xffutf8": ("0o100644", b"tool"), b"A": ("0o100644", b"tool"), b"a": ("0o100644", b"tool"),
            b".gitignore": ("0o100644", b"tool"), b"sub": ("0o40755", b"")})
        self.assertIn("esc\\x1B\\nname", record["top"])
        self.assertEqual(record["notes"], ["submodule 'sub' is an empty directory"])

    def test_a_file_over_the_limit_is_replaced_by_a_note(self):
        self.commit(("100644", b"exact", self.repo.blob(bytes(8 << 20))),
                    ("100644", b"over", self.repo.blob(bytes((8 << 20) + 1))))
        record = self.sync_well(git_dir=self.repo.path)
        self.assertEqual(os.path.getsize(self.root() / "exact"), 8 << 20)
        note = (self.root() / "over").read_text()
        self.assertEqual(note, "[lightfast: the file 'over' of 8.0 MiB is over the limit of 8 MiB and is not shown]\n")
        self.assertIn("file 'over'", record["notes"][0])

    def test_a_blob_of_2_gib_costs_nothing_when_it_is_at_hand(self):
        zeros = self.repo.zeros_pack(2 << 30)
        self.commit(("100644", b"zeros", zeros))
        self.sync_well(git_dir=self.repo.path)
        self.assertIn("2 GiB", (self.root() / "zeros").read_text())
        with GitServer() as server:
            self.check_fetch_of_bomb_is_ended_by_the_processor_limit(server)

    def check_fetch_of_bomb_is_ended_by_the_processor_limit(self, server):
        (server.home / "repositories" / "bomb.git").symlink_to(self.repo.path)
        document = git_helper.request(self.directory, url=server.http_url("bomb"))
        limit = lambda: resource.setrlimit(resource.RLIMIT_CPU, (2, 4))
        current = git_helper.current(self.directory)
        done = git_helper.run(document, preexec=limit)
        self.assertEqual(done.returncode, -signal.SIGXCPU)
        self.assertEqual(git_helper.current(self.directory), current)


if __name__ == "__main__":
    unittest.main()
