"""The whole program against remote repositories: real smart-HTTP servers and servers that fail."""
import shutil
import unittest

import fault_server
import harness
from fault_server import FaultServer
from git_server import free_port, make_authority, make_certificate
from remote_case import GOOD, RemoteCase, make_hostile


class Remote(RemoteCase):
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
