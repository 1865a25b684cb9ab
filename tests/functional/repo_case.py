"""What the tests of lightfast-git share: a directory of its own for each test, and syncs into it."""
import pathlib
import subprocess
import tempfile
import unittest

import git_helper


class RepoCase(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="repo-test-")
        self.addCleanup(temporary.cleanup)
        self.home = pathlib.Path(temporary.name)
        self.directory = self.home / "key"
        self.directory.mkdir()

    def sync(self, **arguments):
        answer = git_helper.sync(self.directory, **arguments)
        self.assertEqual(git_helper.leftovers(self.directory), [])
        return answer

    def sync_stalled(self, **arguments):
        """A sync that the stall guard ends; what it leaves, the next one removes."""
        error = git_helper.sync(self.directory, stall_ms=500, **arguments)["error"]
        self.assertEqual(error["kind"], "timeout", error)
        return error["message"]

    def sync_well(self, **arguments):
        answer = self.sync(**arguments)
        self.assertTrue(answer["ok"], answer)
        return answer["record"]

    def sync_badly(self, **arguments):
        answer = self.sync(**arguments)
        self.assertFalse(answer["ok"], answer)
        return answer["error"]

    def root(self):
        return git_helper.current_root(self.directory)

    def checkout(self, repository, commit):
        """What `git archive` gives of a commit, as tree_listing() shows it."""
        target = self.home / "checkout"
        subprocess.run(["rm", "-rf", target], check=True)
        target.mkdir()
        archive = subprocess.run(["git", "-c", "tar.umask=0022", "archive", commit], cwd=repository, check=True,
                                 capture_output=True).stdout
        subprocess.run(["tar", "-xp", "-C", target], input=archive, check=True)
        return git_helper.tree_listing(target)
