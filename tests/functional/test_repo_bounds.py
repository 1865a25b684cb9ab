#!/usr/bin/env python3
"""lightfast-git against repositories made to fill time, memory or the disk, from a real server: each ends within the bounds."""
import resource
import signal
import unittest

import git_helper
from git_server import GitServer
from hostile_pack import MIB
from hostile_repo import HostileRepo
from repo_case import RepoCase

MOST_MEMORY = 300 * MIB  # a tree of 16 MiB as it is read, and what Python had before it became the helper


class BoundsTest(RepoCase):
    @classmethod
    def setUpClass(cls):
        cls.server = GitServer()
        cls.server.start()
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        super().setUp()
        self.name = self.id().rpartition(".")[2]
        self.repo = HostileRepo(self.server.path(self.name))
        self.blob = self.repo.blob(b"content\n")
        self.good = self.repo.commit(self.repo.tree([("100644", b"good", self.blob)]))
        self.assertTrue(self.bounded_sync()["ok"])

    def bounded_sync(self, limits=git_helper.launcher_limits):
        """The answer of a run within the launcher's limits, which also stays within a small part of its memory."""
        document = git_helper.request(self.directory, url=self.server.https_url(self.name), ca_file=self.server.ca_file)
        done = git_helper.run(document, limits)
        self.assertLess(done.peak, MOST_MEMORY)
        self.assertEqual(done.returncode, 0)
        return done.answer

    def assert_refused(self, rule, path, on_disk=2 * MIB):
        """`on_disk` is what may stay of it, in the mirror."""
        before = git_helper.disk_use(self.directory)
        answer = self.bounded_sync()
        self.assertFalse(answer["ok"], answer)
        error = answer["error"]
        self.assertEqual((error.get("rule"), error.get("path"), error["kind"]), (rule, path, "limit_exceeded"), error)
        self.assertIn(f"rule {rule} at '{path}'", error["message"])
        self.assert_good()
        self.assertLess(git_helper.disk_use(self.directory), before + on_disk)

    def assert_good(self):
        self.assertEqual(git_helper.current(self.directory), self.good)
        self.assertEqual((self.root() / "good").read_text(), "content\n")

    def test_a_tree_of_ten_thousand_million_files_is_refused(self):
        self.repo.commit(self.repo.bomb())
        answer = self.bounded_sync()
        self.assertEqual((answer["error"]["rule"], answer["error"]["path"].count("/")), ("entry-count", 9), answer)
        self.assert_good()

    def test_fifty_thousand_entries_are_taken_and_not_one_more(self):
        entries = [("120000", b"%05d" % number, self.blob) for number in range(50_000)]
        self.repo.commit(self.repo.tree([*entries[:-1], ("120000", b"z", self.blob)]))
        answer = self.bounded_sync()
        self.assertEqual((answer["ok"], answer.get("record", {}).get("entries")), (True, 50_000), answer)
        self.good = answer["record"]["commit"]
        self.repo.commit(self.repo.tree([*entries, ("120000", b"z", self.blob)]))
        answer = self.bounded_sync()
        self.assertEqual((answer["error"]["rule"], answer["error"]["path"]), ("entry-count", "z"))

    def test_wide_directories_in_one_another_are_refused_before_they_are_all_read(self):
        wide = b"".join(b"100644 %07d\0" % number + bytes.fromhex(self.blob) for number in range(300_000))
        inner = None
        for _ in range(12):
            inner = self.repo.write("tree", (b"40000 !\0" + bytes.fromhex(inner) if inner else b"") + wide)
        self.repo.commit(inner)
        self.assert_refused("entry-count", "0049999", on_disk=64 * MIB)

    def test_memory_that_is_not_there_is_an_error_like_any_other(self):
        self.repo.commit(self.repo.write("tree", b"".join(b"100644 %07d\0" % number + bytes.fromhex(self.blob) for number in range(400_000))))
        document = git_helper.request(self.directory, git_dir=self.repo.path)
        little = lambda: resource.setrlimit(resource.RLIMIT_AS, (80 * MIB, 80 * MIB))
        done = git_helper.run(document, little)
        self.assertEqual(done.answer, {"ok": False, "error": {
            "kind": "limit_exceeded", "message": "more memory needed than one sync may use"}})
        self.assert_good()
        self.assertEqual(git_helper.leftovers(self.directory), [])

    def test_a_thousand_and_five_thousand_deep_trees_are_refused(self):
        for depth in (1000, 5000):
            self.repo.commit(self.repo.nested(depth, ("100644", b"f", self.blob)))
            self.assert_refused("path-depth", "/".join(["d"] * 65))

    def test_a_path_that_is_too_long_and_too_long_paths_in_all_are_refused(self):
        def below_long_names(tree, levels):
            for _ in range(levels):
                tree = self.repo.tree([("40000", b"n" * 250, tree)])
            self.repo.commit(tree)
        below_long_names(self.repo.tree([("100644", b"f", self.blob)]), 17)
        self.assertEqual(self.bounded_sync()["error"]["rule"], "path-length")
        many = [("100644", b"%05d" % number, self.blob) for number in range(6000)]
        below_long_names(self.repo.tree(many), 16)
        self.assertEqual(self.bounded_sync()["error"]["rule"], "paths-length")
        self.assert_good()
        below_long_names(self.repo.tree(many[:4000]), 16)
        self.assertTrue(self.bounded_sync()["ok"])
        self.assertLess(git_helper.disk_use(self.directory), 48 * MIB)

    def test_files_and_links_that_are_too_large_in_all_are_refused(self):
        large, link = self.repo.blob(bytes(8 * MIB)), self.repo.blob(b"x" * 4095)
        self.repo.commit(self.repo.tree([("100644", b"f%d" % number, large) for number in range(9)]))
        self.assert_refused("total-size", "f8")
        self.repo.commit(self.repo.tree([("120000", b"l%05d" % number, link) for number in range(20_000)]))
        self.assert_refused("total-size", f"l{64 * MIB // 4095:05}")

    def test_a_blob_of_two_gibibytes_is_a_note_when_it_is_at_hand_and_ends_a_fetch_by_its_processor_time(self):
        zeros = self.repo.zeros_pack(2048 * MIB)
        commit = self.repo.commit(self.repo.tree([("100644", b"zeros", zeros)]))
        document = git_helper.request(self.directory, url=self.server.http_url(self.name))
        done = git_helper.run(document, lambda: resource.setrlimit(resource.RLIMIT_CPU, (2, 4)))
        self.assertEqual(done.returncode, -signal.SIGXCPU)
        self.assertLess(done.peak, MOST_MEMORY)
        self.assert_good()
        self.assertLess(git_helper.disk_use(self.directory), 4 * MIB)
        done = git_helper.run(git_helper.request(self.directory, git_dir=self.repo.path), git_helper.launcher_limits)
        self.assertEqual((done.answer["ok"], done.answer["record"]["commit"]), (True, commit))
        self.assertLess(done.peak, MOST_MEMORY)
        self.assertIn("2 GiB", (self.root() / "zeros").read_text())
        self.assertEqual(git_helper.leftovers(self.directory), [])


if __name__ == "__main__":
    unittest.main()
