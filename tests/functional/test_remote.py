"""The whole program against remote repositories: real smart-HTTP servers, hostile trees, servers that fail."""
import pathlib
import shutil
import unittest

import fault_server
import harness
from fault_server import FaultServer
from git_server import GitServer, free_port, make_authority, make_certificate
from harness import Server
from hostile_repo import HostileRepo

TOKEN = "token-of-the-test"
GOOD = {"README.md": "the good state\n"}
STALE_PATIENCE = 60000  # milliseconds: a call waits for the first sync at most this long


def make_hostile(path, build):
    shutil.rmtree(path)
    repository = HostileRepo(path)
    repository.commit(build(repository))


def entry(mode, name):
    return lambda repository: repository.tree([(mode, name, repository.blob(b"x"))])


# What the tree is made of, and what the answer then says.
HOSTILE = [
    ("an entry ..", entry("100644", b".."), r"\.\."),
    ("an entry .git", entry("100644", b".git"), r"\.git"),
    ("an entry .GIT", entry("100644", b".GIT"), r"\.GIT"),
    ("a path outside", entry("100644", b"../evil"), r"evil"),
    ("ten thousand million entries", lambda repository: repository.bomb(), r"50,?000|entries"),
]


class Remote(unittest.TestCase):
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

    def test_a_private_repository_is_served_over_tls_with_a_token(self):
        answer = self.ask(self.repository("private"))
        self.assertEqual((answer.out, answer.said), (GOOD["README.md"], ""))

    def test_a_push_is_found_by_looking(self):
        url = self.repository("followed")
        with self.server(url, LIGHTFAST_POLL_INTERVAL="1") as server:
            self.assertEqual(server.shell("cat README.md").out, GOOD["README.md"])
            for state in ("second\n", "third\n"):
                self.git.commit("followed", {"README.md": state})
                self.assertTrue(harness.eventually(lambda state=state: server.shell("cat README.md").out == state))

    def test_a_wrong_token_and_none_are_said(self):
        url = self.repository("closed")
        self.assert_refused(url, "LIGHTFAST_REPO_TOKEN", LIGHTFAST_REPO_TOKEN="")
        self.assert_refused(url, "(?i)token|authentication", LIGHTFAST_REPO_TOKEN="another")

    def test_a_hostile_tree_is_refused_and_the_last_good_state_served(self):
        for number, (what, build, words) in enumerate(HOSTILE):
            with self.subTest(what):
                name = f"hostile{number}"
                url = self.repository(name)
                self.assertEqual(self.ask(url).out, GOOD["README.md"])
                make_hostile(self.git.path(name), build)
                self.assert_last_good(url, words)
                self.assertEqual([path for path in self.home.iterdir() if path != pathlib.Path(self.data)], [])

    def test_a_hostile_first_state_is_an_error_that_names_the_rule(self):
        for number, (what, build, words) in enumerate(HOSTILE):
            with self.subTest(what):
                name = f"first{number}"
                self.git.create(name)
                make_hostile(self.git.path(name), build)
                self.assert_refused(self.git.https_url(name), words)

    def test_two_gibibytes_of_zeros_end_within_the_limits(self):
        self.git.create("zeros")
        make_hostile(self.git.path("zeros"), lambda repository: repository.tree(
            [("100644", b"zeros", repository.zeros_pack(2 << 30))]))
        answer = self.ask(self.git.https_url("zeros"))
        if answer.is_error:
            self.assertRegex(answer.all, "20 s of processor time|60 s|limit")
        else:
            self.assertRegex(answer.all, "No such file")

    def test_a_host_that_cannot_be_reached_is_named(self):
        self.assert_refused(f"https://localhost:{free_port()}/x.git", "localhost")
        self.assert_refused("https://host.invalid/x.git", r"host\.invalid")

    def test_a_silent_server_is_said_within_the_calls_time(self):
        with FaultServer(fault_server.hang) as silent:
            self.assert_refused(silent.url("x"), "still running", milliseconds=1500)
            self.assert_refused(silent.url("x"), "no answer|no data|within")

    def test_a_server_that_falls_silent_leaves_the_last_good_state(self):
        url = self.repository("gone")
        self.assertEqual(self.ask(url).out, GOOD["README.md"])
        shutil.rmtree(self.git.path("gone"))
        self.assert_last_good(url, "gone|404|not found")

    def test_a_certificate_of_another_authority_is_refused(self):
        stranger = self.home / "stranger"
        stranger.mkdir()
        certificate = make_certificate(stranger, make_authority(stranger))
        with FaultServer(fault_server.hang, certificate=certificate) as server:
            self.assert_refused(server.url("x"), "certificate")
        shutil.rmtree(stranger)

    def test_a_redirect_to_another_host_is_refused_and_gets_no_token(self):
        with FaultServer(fault_server.hang) as other:
            target = other.url("x").replace("localhost", "127.0.0.1")
            with FaultServer(fault_server.redirect(target)) as server:
                self.assert_refused(server.url("x"), "redirect")
            self.assertEqual(other.connections, [])


if __name__ == "__main__":
    unittest.main()
