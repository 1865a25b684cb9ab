#!/usr/bin/env python3
"""lightfast-git and the references of a repository, from a real server and in a local one: none, many, odd ones, loops."""
import unittest

import git_helper
from git_server import GitServer, git
from hostile_repo import HostileRepo
from repo_case import RepoCase

NO_DEFAULT = "names no default branch: choose one with --branch; branches: "
ODD_BRANCHES = ["-x", "a\"b$(id)", "x;y", "a%20b", "bidi\u202ename", "not\udcffutf8", "HEAD", "d/" * 40 + "d"]


class Heads:
    """The tests; how the repository is reached is the classes' below."""

    @classmethod
    def setUpClass(cls):
        cls.server = GitServer()
        cls.server.start()
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        super().setUp()
        self.name = self.id().rpartition(".")[2] + type(self).__name__
        self.repo = HostileRepo(self.server.path(self.name))
        self.tree = self.repo.tree([("100644", b"f", self.repo.blob(b"good\n"))])
        self.good = self.repo.commit(self.tree)
        self.sync_well(**self.source())

    def head(self, text):
        (self.repo.path / "HEAD").write_text(text + "\n")

    def reference(self, name, text):
        (self.repo.path / "refs" / "heads" / name).write_text(text + "\n")

    def assert_fails(self, kind, text, **arguments):
        error = self.sync_badly(**self.source(), **arguments)
        self.assertIn(text, error["message"])
        self.assertEqual(error["kind"], kind, error)
        self.assertEqual(git_helper.current(self.directory), self.good)
        self.assertEqual((self.root() / "f").read_text(), "good\n")
        return error["message"]

    def test_a_head_on_a_branch_that_is_not_there_says_which_are(self):
        self.head("ref: refs/heads/gone")
        self.assert_fails("not_found", self.gone.format("gone") + "main")

    def test_a_head_that_is_no_branch_says_which_are(self):
        git("update-ref", "refs/tags/t", self.good, cwd=self.repo.path)
        self.head("ref: refs/tags/t")
        self.assert_fails("not_found", NO_DEFAULT + "main")

    def test_references_that_go_round_end(self):
        self.reference("a", "ref: refs/heads/b")
        self.reference("b", "ref: refs/heads/a")
        self.head("ref: refs/heads/a")
        self.assert_fails("not_found", self.gone.format("a") + "main")
        self.assert_fails("not_found", "branch 'a' does not exist; branches: main", branch="a")
        self.reference("main", "ref: refs/heads/main")
        self.assert_fails("not_found", "repository is empty")
        self.head("ref: HEAD")
        self.assert_fails("not_found", self.round)

    def test_a_branch_that_is_no_commit_is_an_error(self):
        tag = self.repo.write("tag", b"object %b\ntype commit\ntag t\ntagger T <t@example.org> 1 +0000\n\nt\n" % self.good.encode())
        for other in (self.tree, tag):
            self.reference("main", other)
            self.assert_fails("corrupt", f"reading object {other}: it is of another type")

    def test_twenty_thousand_branches_and_tags_are_no_burden(self):
        names = [f"refs/{'heads' if number % 2 else 'tags'}/b{number:06}" for number in range(20_000)]
        lines = "".join(f"{self.good} {name}\n" for name in sorted(names))
        (self.repo.path / "packed-refs").write_text("# pack-refs with: peeled fully-peeled sorted\n" + lines)
        done = git_helper.run(git_helper.request(self.directory, **self.source()), git_helper.launcher_limits)
        self.assertEqual((done.answer["ok"], done.answer["record"]["commit"]), (True, self.good))
        self.assertLess(done.peak, 150 << 20)
        message = self.assert_fails("not_found", "branch 'nope' does not exist; branches: b000001, b000003", branch="nope")
        self.assertLess(len(message), 500)

    def test_odd_names_of_branches_are_followed_and_shown_in_one_line(self):
        for branch in ODD_BRANCHES:
            with self.subTest(branch):
                commit = self.repo.commit(self.tree, 1700000001 + ODD_BRANCHES.index(branch))
                git("update-ref", f"refs/heads/{branch}", commit, cwd=self.repo.path)
                git("symbolic-ref", "HEAD", f"refs/heads/{branch}", cwd=self.repo.path)
                git("update-ref", "-d", "refs/heads/main", cwd=self.repo.path)
                record = self.sync_well(**self.source())
                self.assertEqual((record["commit"], record["branch"]), (commit, branch.replace("\udcff", "\\xFF")))
                git("update-ref", "-d", f"refs/heads/{branch}", cwd=self.repo.path)

    def test_sha256_and_empty_repositories_are_said_to_be_that(self):
        self.name += "2"
        self.repo.path = self.server.path(self.name)
        git("init", "--quiet", "--bare", "--initial-branch=main", self.repo.path)
        self.assert_fails("not_found", "repository is empty: push a first commit")
        git("init", "--quiet", "--bare", "--object-format=sha256", self.server.path(self.name + "56"))
        self.name += "56"
        self.repo.path = self.server.path(self.name)
        self.assert_fails(*self.empty_sha256)
        tree = git("hash-object", "-w", "-t", "tree", "/dev/null", cwd=self.repo.path)
        git("update-ref", "refs/heads/main", git("commit-tree", tree, "-m", "x", cwd=self.repo.path), cwd=self.repo.path)
        self.assert_fails("unavailable", "SHA-256 object ids, which are not supported")


class ServedHeadsTest(Heads, RepoCase):
    """An old server does not say where a HEAD leads that leads nowhere."""
    gone = NO_DEFAULT
    round = "was not found (404)"
    empty_sha256 = ("not_found", "repository is empty")

    def source(self):
        return {"url": self.server.https_url(self.name), "ca_file": self.server.ca_file}

    def test_a_detached_head_is_the_branch_that_is_there_too_or_none(self):
        self.head(self.good)
        self.assertEqual(self.sync_well(**self.source())["branch"], "main")
        self.repo.commit(self.tree, 1700000001)
        self.assert_fails("not_found", NO_DEFAULT + "main")


class LocalHeadsTest(Heads, RepoCase):
    gone = "default branch '{}' does not exist; branches: "
    round = "repository is empty"
    empty_sha256 = ("unavailable", "SHA-256 object ids, which are not supported")

    def source(self):
        return {"git_dir": self.repo.path}

    def test_a_head_that_leads_out_of_the_repository_or_nowhere_is_an_error(self):
        outside = self.server.home / "outside"
        outside.write_text(f"{self.repo.commit(self.tree, 1700000002)}\n")
        self.reference("main", self.good)
        for text in ("ref: ../../outside", "ref: refs/heads/../../../../outside", f"ref: {outside}", "ref: " + "a/" * 3000, "\x1b[31m",
                     "garbage", "", "0" * 40):
            with self.subTest(text[:40]):
                self.head(text)
                error = self.sync_badly(**self.source())
                self.assertIn(error["kind"], ("not_found", "corrupt"))
                self.assertTrue(error["message"].isprintable(), error)
                self.assertEqual(git_helper.current(self.directory), self.good)


if __name__ == "__main__":
    unittest.main()
