#!/usr/bin/env python3
"""The whole program against a remote that turns hostile: the last good state is served, and the answer says what is wrong."""
import os
import pathlib
import re
import subprocess
import unittest

import fault_server
import git_helper
import harness
import hostile_pack
from fault_server import FaultServer, pack_answer
from hostile_pack import BLOB, MIB
from http_server import HttpServer
from remote_case import GOOD, TOKEN, RemoteCase, make_hostile

MOST_DISK = 16 * MIB


def entry(name, mode="100644"):
    return lambda repository: repository.tree([(mode, name, repository.blob(b"x"))])


def link_and_directory(repository):
    inner = repository.tree([("100644", b"evil", repository.blob(b"x"))])
    return repository.tree([("120000", b"d", repository.blob(b"/tmp")), ("40000", b"d", inner)])


def wide(repository):
    return repository.tree([("100644", b"%06d" % number, repository.blob(b"x")) for number in range(60_000)])


def large(repository):
    blob = repository.blob(bytes(8 * MIB))
    return repository.tree([("100644", b"f%d" % number, blob) for number in range(9)])


# What the tree is made of, and the rule and the path that the answer then names.
HOSTILE = [
    ("an entry ..", entry(b".."), "dot-name", ".."),
    ("an entry .git", entry(b".git"), "git-name", ".git"),
    ("an alias on Windows", entry(b"git~1"), "git-name", "git~1"),
    ("an alias on macOS", entry(".g\u200cit".encode()), "git-name", ".g\u200cit"),
    ("a path outside", entry(b"../evil"), "slash-in-name", "../evil"),
    ("control characters", entry(b"\x1b[31m\n/"), "slash-in-name", "\\x1B[31m\\n/"),
    ("a name of 300 bytes", entry(b"n" * 300), "name-length", "n" * 300),
    ("a link and a directory of one name", link_and_directory, "duplicate-name", "d"),
    ("a mode that is none", entry(b"fifo", "10644"), "mode", "fifo"),
    ("a thousand levels", lambda repository: repository.nested(1000, ("100644", b"f", repository.blob(b"x"))), "path-depth",
     "/".join(["d"] * 65)),
    ("ten thousand million entries", lambda repository: repository.bomb(), "entry-count", "f"),
    ("sixty thousand entries", wide, "entry-count", "050000"),
    ("too much in all", large, "total-size", "f8"),
]


def bomb_pack():
    base = hostile_pack.zeros(BLOB, 16 * MIB)
    return hostile_pack.pack(base, hostile_pack.delta_of(base, hostile_pack.copies(16 * MIB, 2040 * MIB)))


# How the server fails, and what the answer then says.
FAULTS = [
    ("redirects", fault_server.redirect("http://127.0.0.1:1/x.git"), "redirects to another address"),
    ("refuses the token", fault_server.always_unauthorized, "the token in LIGHTFAST_REPO_TOKEN was refused"),
    ("is broken", fault_server.internal_error, "500"),
    ("is no git server", fault_server.not_git, "invalid content-type"),
    ("cuts the pack", pack_answer(hostile_pack.pack(hostile_pack.zeros(BLOB, MIB))[:500], 100_000), "missing trailer|early EOF"),
    ("sends another pack", pack_answer(hostile_pack.pack(hostile_pack.object_of(BLOB, b"x"))), "storing the fetched branch"),
    ("names branches without end", fault_server.endless_advertisement, "more than 16 MiB of branches and tags"),
    ("sends a pack without end", fault_server.endless_pack, "more than 256 MiB to receive"),
    ("sends a bomb", pack_answer(bomb_pack()), "an object of more than 256 MiB"),
]


class HostileRemote(RemoteCase):
    def assert_contained(self):
        self.assertEqual([path for path in self.home.iterdir() if path != pathlib.Path(self.data)], [])
        half_made = [path for pattern in ("tmp.*", "mirror.git.*", "current.*") for path in pathlib.Path(self.data).rglob(pattern)]
        self.assertEqual(half_made, [])

    def test_a_hostile_tree_is_refused_and_the_last_good_state_served(self):
        for number, (what, build, rule, path) in enumerate(HOSTILE):
            with self.subTest(what):
                name = f"hostile{number}"
                url = self.repository(name)
                self.assertEqual(self.ask(url).out, GOOD["README.md"])
                kept = git_helper.disk_use(self.data)
                make_hostile(self.git.path(name), build)
                self.assert_last_good(url, re.escape(f"refused for rule {rule} at '{path}"))
                self.assert_contained()
                self.assertLess(git_helper.disk_use(self.data), kept + MOST_DISK)

    def test_a_hostile_first_state_is_an_error_that_names_the_rule(self):
        for number, (what, build, rule, path) in enumerate(HOSTILE[::5]):
            with self.subTest(what):
                name = f"first{number}"
                self.git.create(name)
                make_hostile(self.git.path(name), build)
                self.assert_refused(self.git.https_url(name), re.escape(f"refused for rule {rule} at '{path}"))
                self.assert_contained()

    def test_a_server_that_turns_faulty_leaves_the_last_good_state(self):
        self.repository("turning")
        with FaultServer(fault_server.forward(self.git.http_port)) as server:
            url = server.url("turning")
            self.assertEqual(self.ask(url).out, GOOD["README.md"])
            kept = git_helper.disk_use(self.data)
            for what, handle, words in FAULTS:
                with self.subTest(what):
                    server.handle = handle
                    self.assert_last_good(url, words)
                    self.assert_contained()
                    self.assertLess(git_helper.disk_use(self.data), kept + MIB)
            server.handle = fault_server.forward(self.git.http_port)
            self.git.commit("turning", {"README.md": "better\n"})
            with self.server(url) as lightfast:
                self.assertTrue(harness.eventually(lambda: lightfast.shell("cat README.md").out == "better\n"))

    def test_a_server_that_falls_silent_holds_no_answer_up(self):
        self.repository("silent")
        with FaultServer(fault_server.forward(self.git.http_port)) as server:
            url = server.url("silent")
            self.assertEqual(self.ask(url).out, GOOD["README.md"])
            server.handle = fault_server.hang
            with self.server(url) as lightfast:
                answer = lightfast.shell("cat README.md", timeoutMs=5000)
            self.assertEqual((answer.out, answer.is_error), (GOOD["README.md"], False), answer)
            self.assertIn("still running", answer.said)

    def test_readiness_metrics_and_doctor_tell_of_a_refused_state(self):
        url = self.repository("told")
        environment = {**self.environment, "PATH": os.environ["PATH"]}
        self.assertEqual(self.ask(url).out, GOOD["README.md"])
        make_hostile(self.git.path("told"), lambda repository: repository.nested(2, ("100644", b".git", repository.blob(b"x"))))
        words = "refused for rule git-name at 'd/d/.git'"
        with HttpServer(url, self.data, environment=environment) as server:
            ready = harness.eventually(lambda: words in server.get("/readyz").json.get("stale", "") and server.get("/readyz"), 60)
            self.assertTrue(ready, server.log())
            self.assertEqual(ready.status, 200)
            metrics = server.get("/metrics").body.decode()
            self.assertIn('\nlightfast_repo_stale{org="default"} 1', metrics)
            self.assertRegex(metrics, r'lightfast_repo_problem_info\{org="default",reason=".*' + re.escape(words))
            self.assertIn(words, server.log())
        told = subprocess.run([harness.LIGHTFAST, "doctor", "--repo", url, "--data-dir", self.data], env=environment,
                              capture_output=True, text=True, check=False, timeout=120).stdout
        self.assertRegex(told, "an older state is served: .*" + re.escape(words))
        self.assertNotIn(TOKEN, told)


class HarmlessRemote(RemoteCase):
    def test_strange_names_and_links_in_a_circle_are_read_like_any_other(self):
        self.git.create("strange")
        names = [b"esc\x1b[31m\nname", b"not\xffutf8", "bidi\u202etxt".encode(), b"back\\slash", b"A", b"a"]

        def build(repository):
            def link(name, target):
                return ("120000", name, repository.blob(target))
            files = [("100644", name, repository.blob(b"in %d\n" % number)) for number, name in enumerate(names)]
            return repository.tree([*files, link(b"round", b"again"), link(b"again", b"round"), link(b"self", b"self"),
                                    link(b"here", b"."), link(b"passwd", b"/etc/passwd"), link(b"up", b"../../../..")])
        make_hostile(self.git.path("strange"), build)
        with self.server(self.git.https_url("strange")) as server:
            answer = server.shell(r"cat esc* not* bidi* back* A a", timeoutMs=60000)
            self.assertEqual((answer.out, answer.said), ("".join(f"in {number}\n" for number in range(6)), ""))
            listed = server.shell("find . | sort; ls").out
            self.assertNotIn("\x1b", listed)
            for shown in ("\\x1B[31m", "not\\xFFutf8", "back\\slash"):
                self.assertIn(shown, listed)
            for name in ("round", "again", "self", "here/here/self"):
                answer = server.shell(f"cat {name}")
                self.assertIn("Too many levels of symbolic links", answer.all)
                self.assertEqual(answer.exit_code, 1)
            answer = server.shell("find -L . -name A; grep -r -c in here/A; cat here/here/here/A")
            self.assertIn("in 4\n", answer.out)
            answer = server.shell("cat passwd; cat up/etc/passwd; ls -d up/*/")
            self.assertNotIn("root:", answer.all)
            server.initialize()
            found = server.answer(server.request("resources/read", {"uri": "lightfast://repo/here/A"}))
            self.assertEqual(found["result"]["contents"][0]["text"], "in 4\n")
            for name in ("round", "self", "here/self", "passwd", "up/etc/passwd"):
                found = server.answer(server.request("resources/read", {"uri": f"lightfast://repo/{name}"}))
                self.assertEqual(found["error"]["code"], -32002, found)


if __name__ == "__main__":
    unittest.main()
