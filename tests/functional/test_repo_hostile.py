#!/usr/bin/env python3
"""lightfast-git against hostile trees, from a real server and in a local repository: refused or contained, the last snapshot stays."""
import os
import unittest

import git_helper
from git_server import GitServer
from hostile_repo import HostileRepo
from repo_case import RepoCase


class HostileTrees:
    """The tests; how the repository is reached is the classes' below."""

    def setUp(self):
        super().setUp()
        self.repo = HostileRepo(self.place())
        self.blob = self.repo.blob(b"content\n")
        self.good = self.repo.commit(self.repo.tree([("100644", b"good", self.blob)]))
        self.sync_well(**self.source())
        self.around = set(os.listdir(self.home))

    def commit(self, *entries):
        return self.repo.commit(self.repo.tree(entries))

    def assert_refused(self, rule, path):
        error = self.sync_badly(**self.source())
        self.assertEqual((error.get("rule"), error.get("path")), (rule, path), error)
        self.assertIn(f"rule {rule}", error["message"])
        self.assertIn(path, error["message"])
        self.assertEqual(git_helper.current(self.directory), self.good)
        self.assertEqual(set(os.listdir(self.root())), {"good"})
        self.assertEqual(set(os.listdir(self.home)), self.around)
        return error

    def test_names_that_could_escape_or_stand_for_the_git_directory_are_refused(self):
        cases = [
            (b"..", "dot-name", ".."), (b".", "dot-name", "."), (b"n" * 300, "name-length", "n" * 300),
            (b"../evil", "slash-in-name", "../evil"), (b"/abs/evil", "slash-in-name", "/abs/evil"),
            (b".git", "git-name", ".git"), (b".GIT", "git-name", ".GIT"), (b"git~1", "git-name", "git~1"),
            (b".git ", "git-name", ".git "), (b".git.", "git-name", ".git."),
            (b".git::$INDEX_ALLOCATION", "git-name", ".git::$INDEX_ALLOCATION"),
            (b"a\\.git", "git-name", "a\\.git"), (".g\u200cit".encode(), "git-name", ".g\u200cit"),
            (b"n" * 256, "name-length", "n" * 256), (b".g\xe2\x80\xaeit", "git-name", ".g\u202eit"),
            (b"x\x1b\n..\x1b/", "slash-in-name", "x\\x1B\\n..\\x1B/"),
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

    def test_the_deepest_and_longest_allowed_are_written(self):
        self.repo.commit(self.repo.nested(63, ("100644", b"n" * 255, self.blob)))
        self.sync_well(**self.source())
        self.assertTrue(os.path.exists(self.root().joinpath(*["d"] * 63, "n" * 255)))

    def test_a_link_target_that_no_system_takes_is_refused(self):
        for target in (b"", b"a\0b", b"x" * 4096):
            self.commit(("120000", b"link", self.repo.blob(target)))
            self.assert_refused("link-target", "link")

    def test_an_unknown_mode_is_refused(self):
        self.commit(("10644", b"fifo", self.blob))
        self.assert_refused("mode", "fifo")

    def test_strange_but_harmless_entries_are_kept_as_they_are(self):
        tool = self.repo.blob(b"tool")
        self.commit(("120000", b"absolute", self.repo.blob(b"/etc/passwd")),
                    ("120000", b"up", self.repo.blob(b"../../../..")),
                    ("104755", b"suid", tool), ("100664", b"group", tool), ("100644", b"esc\x1b\nname", tool),
                    ("100644", b"not\xffutf8", tool), ("100644", "bidi\u202etxt".encode(), tool), ("100644", b"back\\slash", tool),
                    ("100644", b"A", tool), ("100644", b"a", tool),
                    ("100644", b".gitignore", tool), ("160000", b"sub", "ab" * 20))
        record = self.sync_well(**self.source())
        self.assertEqual(git_helper.tree_listing(self.root()), {
            b"absolute": ("link", b"/etc/passwd"), b"up": ("link", b"../../../.."), b"suid": ("0o100755", b"tool"),
            b"group": ("0o100644", b"tool"), b"esc\x1b\nname": ("0o100644", b"tool"),
            b"not\xffutf8": ("0o100644", b"tool"), "bidi\u202etxt".encode(): ("0o100644", b"tool"),
            b"back\\slash": ("0o100644", b"tool"), b"A": ("0o100644", b"tool"), b"a": ("0o100644", b"tool"),
            b".gitignore": ("0o100644", b"tool"), b"sub": ("0o40755", b"")})
        self.assertIn("esc\\x1B\\nname", record["top"])
        self.assertEqual(record["notes"], ["submodule 'sub' is an empty directory"])

    def test_a_file_over_the_limit_is_replaced_by_a_note(self):
        self.commit(("100644", b"exact", self.repo.blob(bytes(8 << 20))),
                    ("100644", b"over", self.repo.blob(bytes((8 << 20) + 1))))
        record = self.sync_well(**self.source())
        self.assertEqual(os.path.getsize(self.root() / "exact"), 8 << 20)
        note = (self.root() / "over").read_text()
        self.assertEqual(note, "[lightfast: the file 'over' of 8.0 MiB is over the limit of 8 MiB and is not shown]\n")
        self.assertIn("file 'over'", record["notes"][0])

    def test_what_attributes_ask_for_is_not_done(self):
        """Filters, line ends, keywords, encodings, omissions from archives: every file is what git stored, byte for byte."""
        attributes = (b"* text=auto eol=crlf ident filter=evil diff=evil merge=evil working-tree-encoding=UTF-16 export-subst\n"
                      b"kept export-ignore\n*.lfs filter=lfs diff=lfs merge=lfs -text\n")
        pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:%b\nsize 12345\n" % (b"4" * 64)
        marker = self.home / "ran"
        modules = b'[submodule "s"]\n\tpath = s\n\turl = ext::sh -c "touch %b"\n\tupdate = !touch %b\n' % (
            os.fsencode(marker), os.fsencode(marker))
        hook = b"#!/bin/sh\ntouch %b\n" % os.fsencode(marker)
        files = {b".gitattributes": attributes, b".gitmodules": modules, b"unix": b"$Id$\na\nb\n", b"dos": b"$Id$\r\na\r\n",
                 b"kept": b"$Format:%H$\n", b"big.lfs": pointer}
        hooks = self.repo.tree([("100755", name, self.repo.blob(hook)) for name in (b"post-checkout", b"post-merge")])
        self.commit(*[("100644", name, self.repo.blob(content)) for name, content in files.items()],
                    ("40000", b"hooks", hooks), ("160000", b"s", "ab" * 20))
        self.sync_well(**self.source())
        listing = git_helper.tree_listing(self.root())
        for name, content in files.items():
            self.assertEqual(listing[name], ("0o100644", content))
        self.assertEqual(listing[b"hooks/post-checkout"], ("0o100755", hook))
        self.assertEqual(os.listdir(self.root() / "s"), [])
        self.assertFalse(marker.exists())

    def test_a_directory_that_becomes_a_link_and_back_is_never_written_through(self):
        outside = self.home / "outside"
        outside.mkdir()
        inner = self.repo.tree([("100644", b"evil", self.blob)])
        link = self.repo.blob(os.fsencode(outside))
        for step in range(9):  # a snapshot is made of the directory of one that is no more, which takes a few
            self.repo.commit(self.repo.tree([("120000", b"d", link) if step % 3 else ("40000", b"d", inner)]), 1700000100 + step)
            self.sync_well(**self.source())
            self.assertEqual((self.root() / "d").is_symlink(), step % 3 != 0)
            self.assertEqual(os.listdir(outside), [])

    def test_any_time_of_a_commit_is_taken_or_an_error(self):
        for time, shown in ((4102444800, 4102444800), (-1, 0), (10 ** 11, 0xFFFFFFFF), (-(10 ** 12), 0), (2 ** 63 - 1, 0xFFFFFFFF), ("", 0)):
            with self.subTest(time):
                self.repo.commit(self.repo.tree([("100644", b"f", self.repo.blob(b"%d" % shown))]), time)
                self.assertEqual(self.sync_well(**self.source())["committed_at"], shown)
                self.assertEqual(os.stat(self.root() / "f").st_mtime, shown)
        for time in (10 ** 25, "x"):
            with self.subTest(time):
                current = git_helper.current(self.directory)
                self.repo.commit(self.repo.tree([("100644", b"f", self.blob)]), time)
                self.assertIn("invalid Unix timestamp", self.sync_badly(**self.source())["message"])
                self.assertEqual(git_helper.current(self.directory), current)


class LocalTreesTest(HostileTrees, RepoCase):
    def place(self):
        return self.home / "hostile.git"

    def source(self):
        return {"git_dir": self.repo.path}

    def test_a_missing_object_or_a_malformed_tree_is_an_error(self):
        for tree in (self.repo.tree([("100644", b"f", "12" * 20)]), self.repo.write("tree", b"nonsense"),
                     self.repo.tree([("40000", b"d", self.blob)])):
            self.repo.commit(tree)
            self.assertEqual(self.sync_badly(**self.source())["kind"], "corrupt")
            self.assertEqual(git_helper.current(self.directory), self.good)

    def test_an_empty_name_is_refused(self):
        self.commit(("100644", b"", self.blob))
        self.assert_refused("empty-name", "")


class ServedTreesTest(HostileTrees, RepoCase):
    @classmethod
    def setUpClass(cls):
        cls.server = GitServer()
        cls.server.start()
        cls.addClassCleanup(cls.server.stop)

    def place(self):
        self.name = self.id().rpartition(".")[2]
        return self.server.path(self.name)

    def source(self):
        return {"url": self.server.https_url(self.name), "ca_file": self.server.ca_file}

    def test_an_empty_name_and_a_missing_object_are_what_the_server_itself_stops_at(self):
        for tree in (self.repo.tree([("100644", b"", self.blob)]), self.repo.tree([("100644", b"f", "12" * 20)]),
                     self.repo.write("tree", b"nonsense")):
            self.repo.commit(tree)
            self.assertIn("fetching 'https://localhost", self.sync_badly(**self.source())["message"])
            self.assertEqual(git_helper.current(self.directory), self.good)


if __name__ == "__main__":
    unittest.main()
