"""What the tests of the whole program against remote repositories share: a git server behind a token, and questions."""
import shutil
import unittest

import harness
from git_server import GitServer
from harness import Server
from hostile_repo import HostileRepo

TOKEN = "token-of-the-test"
GOOD = {"README.md": "the good state\n"}
STALE_PATIENCE = 60000  # milliseconds: a call waits for the first sync at most this long


def make_hostile(path, build):
    shutil.rmtree(path)
    repository = HostileRepo(path)
    repository.commit(build(repository))


class RemoteCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.git = GitServer(token=TOKEN)
        cls.git.start()
        cls.addClassCleanup(cls.git.stop)
        cls.environment = {"LIGHTFAST_REPO_TOKEN": TOKEN, "LIGHTFAST_CA_FILE": cls.git.ca_file}

    def setUp(self):
        self.home = harness.make_home(self)
        self.data = harness.data_dir(self.home)

    def server(self, url, **environment):
        return Server(url, self.data, environment={**self.environment, **environment})

    def repository(self, name):
        self.git.create(name)
        self.git.commit(name, GOOD)
        return self.git.https_url(name)

    def ask(self, url, milliseconds=STALE_PATIENCE, **environment):
        with self.server(url, **environment) as server:
            answer = server.shell("cat README.md", timeoutMs=milliseconds)
            self.assertNotIn(TOKEN, server.log() + answer.all)
            return answer

    def assert_refused(self, url, words, milliseconds=STALE_PATIENCE, **environment):
        answer = self.ask(url, milliseconds, **environment)
        self.assertTrue(answer.is_error, answer)
        self.assertRegex(answer.all, words)

    def assert_last_good(self, url, words):
        """The good state is served and, once the sync has failed, the answer says why it is not newer."""
        with self.server(url) as server:
            def answer_after_the_sync():
                answer = server.shell("cat README.md")
                return None if "still running" in answer.said else answer
            answer = harness.eventually(answer_after_the_sync, 60)
        self.assertEqual((answer.out, answer.is_error), (GOOD["README.md"], False), answer)
        self.assertRegex(answer.said, rf"\[stale: .*({words})")
