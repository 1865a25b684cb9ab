#!/usr/bin/env python3
"""lightfast-git against servers that fail, lie or go on for ever: an error that says which, and the last snapshot stays."""
import os
import ssl
import unittest

import fault_server
import git_helper
import hostile_pack
from fault_server import FaultServer, pack_answer, packet
from git_server import make_authority, make_certificate, run
from hostile_pack import BLOB, DELTA, MIB
from hostile_repo import HostileRepo
from repo_case import RepoCase

MOST_MEMORY = 400 * MIB  # of the helper, most of all an object of 256 MiB that is put together


class FaultCase(RepoCase):
    def setUp(self):
        super().setUp()
        self.repo = HostileRepo(self.home / "good.git")
        self.commit = self.repo.commit(self.repo.tree([("100644", b"f", self.repo.blob(b"good\n"))]))
        self.sync_well(git_dir=self.repo.path)

    def assert_fails(self, server, text, kind, **arguments):
        """Also within the launcher's limits and little memory, and nothing of it stays on the disk."""
        before, kept = set(os.listdir(self.home)), git_helper.disk_use(self.directory)
        done = git_helper.run(git_helper.request(self.directory, url=server.url("r"), **arguments), git_helper.launcher_limits)
        self.assertIsNotNone(done.answer, done)
        self.assertFalse(done.answer["ok"], done.answer)
        error = done.answer["error"]
        self.assertIn(text, error["message"])
        self.assertEqual(error["kind"], kind, error)
        self.assertLess(done.peak, MOST_MEMORY)
        self.assert_good()
        self.assertEqual(git_helper.leftovers(self.directory), [])
        self.assertLess(git_helper.disk_use(self.directory), kept + MIB)
        self.assertEqual(set(os.listdir(self.home)), before)

    def assert_good(self):
        self.assertEqual(git_helper.current(self.directory), self.commit)
        self.assertEqual((self.root() / "f").read_text(), "good\n")


class SilenceTest(FaultCase):
    def assert_given_up(self, handle, doing):
        with self.subTest(handle), FaultServer(handle) as server:
            self.assertEqual(self.sync_stalled(url=server.url("r")), f"{doing} 'localhost': no answer within 0.5 s")
            self.assert_good()
            self.sync_well(git_dir=self.repo.path)

    def test_servers_that_are_silent_or_drip_before_the_pack_are_given_up(self):
        self.assert_given_up(fault_server.hang, "connecting to")
        self.assert_given_up(fault_server.slow_drip, "connecting to")

    def test_servers_that_are_silent_or_drip_within_the_pack_are_given_up(self):
        start = packet(b"\x01" + hostile_pack.pack(count=1)[:-20])
        self.assert_given_up(fault_server.endless_answer(start, b"", pause=10), "fetching from")
        self.assert_given_up(fault_server.endless_answer(start, packet(b"\x01x"), pause=0.1), "fetching from")

    def test_a_server_that_is_silent_in_the_tls_handshake_is_given_up(self):
        with FaultServer(fault_server.hang) as server:
            url = server.url("r").replace("http:", "https:")
            self.assertIn("no answer within 0.5 s", self.sync_stalled(url=url))


class AnswersTest(FaultCase):
    def test_a_redirect_is_refused_and_gets_no_token(self):
        for host in ("127.0.0.1", "localhost"):  # that one on another port
            with self.subTest(host), FaultServer(fault_server.always_unauthorized) as other:
                target = other.url("r").replace("localhost", host) + "/info/refs?service=git-upload-pack"
                with FaultServer(fault_server.redirect(target)) as server:
                    self.assert_fails(server, "redirects to another address", "invalid_argument", token="tok")
                self.assertEqual(other.heads, [])

    def test_a_server_that_refuses_every_token_is_asked_twice_at_most(self):
        with FaultServer(fault_server.always_unauthorized) as server:
            self.assert_fails(server, "was refused", "permission_denied", token="tok")
            self.assertEqual(len(server.heads), 2)

    def test_answers_that_are_not_git_are_errors(self):
        for handle in (fault_server.not_git, fault_server.internal_error):
            with self.subTest(handle.__name__), FaultServer(handle) as server:
                self.assert_fails(server, "fetching 'http://localhost", "unavailable")

    def test_a_pack_is_taken_whole_only(self):
        commit = self.repo.commit(self.repo.tree([("100644", b"f", self.repo.blob(os.urandom(5000)))]))
        whole = run("git", "pack-objects", "--all", "--stdout", cwd=self.repo.path)
        changed = whole[:2000] + bytes([whole[2000] ^ 1]) + whole[2001:]
        cases = [("no pack", b"garbage", None), ("cut head", whole[:8], None), ("changed", changed, None),
                 ("without its objects", hostile_pack.pack(count=1), None)]
        cases += [(f"cut at {end}", whole[:end], 2 * len(whole)) for end in (20, 1000, len(whole) - 1)]
        for title, content, length in cases:
            with self.subTest(title), FaultServer(pack_answer(content, length, commit.encode())) as server:
                self.assert_fails(server, "fetching 'http://localhost", "unavailable")
        with FaultServer(pack_answer(whole, commit=b"2" * 40)) as server:
            self.assert_fails(server, "storing the fetched branch", "corrupt")
        with FaultServer(pack_answer(whole, commit=commit.encode())) as server:
            self.assertEqual(self.sync_well(url=server.url("r"))["commit"], commit)

    def test_branches_of_impossible_names_are_errors(self):
        for name in (b"../../../evil", b"a*", b"a:b", b"\x1b[31m", b"x y", b"/", b"y" * 5000):
            answer = fault_server.advertisement(fault_server.COMMIT, b"refs/heads/" + name)

            def handle(server, connection, answer=answer):
                while server.read_request(connection):
                    fault_server.answer(connection, "200 OK", fault_server.ADVERTISED, answer)
            with self.subTest(name), FaultServer(handle) as server:
                error = self.sync_badly(url=server.url("r"))
                self.assertIn(error["kind"], ("unavailable", "not_found"), error)
                self.assertTrue(error["message"].isprintable(), error)
                self.assert_good()


class EndlessTest(FaultCase):
    def test_branches_without_end_are_refused(self):
        with FaultServer(fault_server.endless_advertisement) as server:
            self.assert_fails(server, "more than 16 MiB of branches and tags", "limit_exceeded")

    def test_a_pack_without_end_is_refused(self):
        with FaultServer(fault_server.endless_pack) as server:
            self.assert_fails(server, "more than 256 MiB to receive", "limit_exceeded")

    def test_a_pack_of_too_many_objects_is_refused(self):
        with FaultServer(pack_answer(hostile_pack.pack(hostile_pack.object_of(BLOB, b"x"), count=1_000_001))) as server:
            self.assert_fails(server, "more than 1000000 objects", "limit_exceeded")

    def test_a_large_object_made_of_a_small_difference_is_refused(self):
        base = hostile_pack.zeros(BLOB, 16 * MIB)
        bomb = hostile_pack.delta_of(base, hostile_pack.copies(16 * MIB, 2040 * MIB))
        with FaultServer(pack_answer(hostile_pack.pack(base, bomb))) as server:
            self.assert_fails(server, "an object of more than 256 MiB", "limit_exceeded")

    def test_a_difference_that_is_large_or_on_a_large_object_is_ended_by_the_memory_limit(self):
        text = hostile_pack.delta_header(1, 127 * 8192 * 1100)
        block = (b"\x7f" + b"x" * 127) * 8192
        long = hostile_pack.repeated(DELTA, block, 1100, before=text)
        small, large = hostile_pack.object_of(BLOB, b"x"), hostile_pack.zeros(BLOB, 1100 * MIB)
        for title, objects in (
                ("large", (small, hostile_pack.on_base(small, long, len(text) + len(block) * 1100))),
                ("on a large one", (large, hostile_pack.delta_of(large, hostile_pack.copies(1100 * MIB, 10))))):
            with self.subTest(title), FaultServer(pack_answer(hostile_pack.pack(*objects))) as server:
                self.assert_fails(server, "more memory needed than one sync may use", "limit_exceeded")

    def test_a_large_whole_object_of_any_kind_takes_no_memory(self):
        for kind in (hostile_pack.TREE, BLOB):
            with self.subTest(kind), FaultServer(pack_answer(hostile_pack.pack(hostile_pack.zeros(kind, 450 * MIB)))) as server:
                self.assert_fails(server, "storing the fetched branch", "corrupt")


class TlsTest(FaultCase):
    def setUp(self):
        super().setUp()
        self.authority = make_authority(self.home)

    def answering(self, version=None, **arguments):
        """A server that says something over TLS, and that the client gets to see if it trusts the server."""
        certificate = make_certificate(self.home, self.authority, **arguments)
        server = FaultServer(fault_server.internal_error, certificate)
        if version:
            server.context.minimum_version = server.context.maximum_version = version
        return server

    def test_what_the_other_tests_vary_is_taken(self):
        with self.answering(ssl.TLSVersion.TLSv1_2) as server:
            self.assert_fails(server, "500", "unavailable", ca_file=self.authority[0])

    def test_certificates_of_another_authority_name_or_time_are_refused(self):
        cases = (("name", {"host": "elsewhere.example"}, self.authority), ("expired", {"days": -1}, self.authority),
                 ("authority", {}, make_authority(self.home, "other")))
        for title, arguments, authority in cases:
            with self.subTest(title), self.answering(name=f"of-{title}", **arguments) as server:
                self.assert_fails(server, "certificate of 'localhost' is not trusted", "permission_denied", token="tok",
                                  ca_file=authority[0])
                self.assertEqual(server.heads, [])

    def test_a_server_of_tls_1_3_only_is_told_so(self):
        with self.answering(ssl.TLSVersion.TLSv1_3) as server:
            self.assert_fails(server, "does not take TLS 1.2", "unavailable", ca_file=self.authority[0])


if __name__ == "__main__":
    unittest.main()
