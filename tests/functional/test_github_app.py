#!/usr/bin/env python3
"""A private repository that is read as a GitHub App: real git over TLS, and a double of GitHub's API that checks what it is asked."""
import contextlib
import os
import pathlib
import subprocess
import unittest

import harness
from git_server import GitServer, git, run
from github_double import INSTALLATION, GitHubDouble
from harness import HANG_GUARD, LIGHTFAST, Server
from http_server import HttpServer

NAME = "acme/.lightfast"
NOBODY = "nobody-has-this-token"


class GitHubApp(unittest.TestCase):
    def setUp(self):
        self.home = harness.make_home(self)
        self.git = GitServer(token=NOBODY)
        self.git.start()
        self.addCleanup(self.git.stop)
        self.git.create(NAME)
        self.git.commit(NAME, {"README.md": "first\n"})
        self.github = GitHubDouble(self.git, NAME)
        self.github.__enter__()
        self.addCleanup(self.github.__exit__)

    def server(self, interval=0, **environment):
        return HttpServer(self.git.https_url(NAME), self.home / "data", environment=self.github.environment | {
            "LIGHTFAST_POLL_INTERVAL": str(interval)} | environment)

    def reads(self, server, text):
        return harness.eventually(lambda: server.shell("cat README.md").json.get("stdout") == text)

    def said(self, words, **environment):
        """That commands are refused, and why."""
        with self.server(**environment) as server:
            self.assertTrue(harness.eventually(lambda: words in server.get("/readyz").json.get("message", "")), server.get("/readyz"))
            answer = server.shell("cat README.md")
            self.assertEqual(answer.status, 503)
            self.assertIn(words, answer.json["message"])
            return server.log() + answer.body.decode()

    def test_its_token_is_for_this_repository_and_for_reading_alone(self):
        with self.server() as server:
            self.assertTrue(self.reads(server, "first\n"))
            for process in [server.pid, *(process.pid for process in server.processes())]:
                for name in ("cmdline", "environ"):
                    with contextlib.suppress(OSError):  # it has ended
                        self.assertNotIn(self.github.tokens[0].encode(), pathlib.Path(f"/proc/{process}/{name}").read_bytes())
            metrics = server.get("/metrics").body
        self.assertEqual(self.github.asked, [
            ("GET", f"/repos/{NAME}/installation", None),
            ("POST", f"/app/installations/{INSTALLATION}/access_tokens",
             {"repositories": [".lightfast"], "permissions": {"contents": "read", "metadata": "read"}})])
        self.assertNotIn(self.github.tokens[0], server.log() + metrics.decode())
        for path in (self.home / "data").rglob("*"):
            if path.is_file() and path.stat().st_size < 1 << 20:
                self.assertNotIn(self.github.tokens[0].encode(), path.read_bytes(), path)

    def test_it_serves_over_stdio_too(self):
        with Server(self.git.https_url(NAME), harness.data_dir(self.home), environment=self.github.environment) as server:
            self.assertEqual(server.shell("cat README.md", timeoutMs=60000).out, "first\n")

    def test_a_token_is_used_until_shortly_before_its_end(self):
        with self.server(interval=1) as server:
            for text in ("second\n", "third\n"):
                self.git.commit(NAME, {"README.md": text})
                self.assertTrue(self.reads(server, text))
            self.assertEqual(len(self.github.tokens), 1)
            self.github.lifetime = 300  # within the margin: another at each sync
            self.git.change_token(NOBODY)
            self.assertTrue(harness.eventually(lambda: len(self.github.tokens) >= 3))

    def test_a_token_that_the_host_no_longer_takes_is_made_anew(self):
        with self.server(interval=1) as server:
            self.assertTrue(self.reads(server, "first\n"))
            self.git.change_token(NOBODY)
            self.git.commit(NAME, {"README.md": "second\n"})
            self.assertTrue(self.reads(server, "second\n"))
            self.assertEqual(len(self.github.tokens), 2)

    def test_while_github_refuses_the_last_good_state_is_served(self):
        with self.server(interval=1) as server:
            self.assertTrue(self.reads(server, "first\n"))
            self.git.change_token(NOBODY)
            self.github.refusal = (503, "Unicorn!")
            self.assertTrue(harness.eventually(lambda: "Unicorn!" in server.shell("cat README.md").json.get("stale", "")))
            self.assertEqual(server.shell("cat README.md").json["stdout"], "first\n")
            self.github.refusal = None
            self.assertTrue(harness.eventually(lambda: "stale" not in server.shell("cat README.md").json))

    def test_what_is_wrong_is_said_with_what_to_do(self):
        cases = {
            "the app is not installed there": {"refusal": (404, "Not Found")},
            "This installation has been suspended": {"refusal": (403, "This installation has been suspended")},
            "check LIGHTFAST_GITHUB_APP_ID": {"refusal": (401, "Integration not found")},
            "500 (no reason given)": {"refusal": (500, None)},
            "302": {"location": "https://localhost:1/elsewhere"},
        }
        for words, change in cases.items():
            with self.subTest(words):
                self.github.refusal, self.github.location = change.get("refusal"), change.get("location")
                self.said(words)
        self.assertEqual(self.github.tokens, [])

    def test_a_key_that_is_another_s_or_none_is_said_and_not_shown(self):
        other, none = self.home / "other.pem", self.home / "none.pem"
        run("openssl", "genrsa", "-out", other, "2048")
        self.assertNotIn(other.read_text().split("\n")[1], self.said("GitHub does not accept the app's key",
                                                                     LIGHTFAST_GITHUB_APP_KEY_FILE=str(other)))
        none.write_text("not-a-key-but-secret")
        self.assertNotIn("not-a-key-but-secret", self.said("is not an RSA private key", LIGHTFAST_GITHUB_APP_KEY_FILE=str(none)))

    def test_the_api_s_certificate_is_checked(self):
        self.said("asking GitHub's API", LIGHTFAST_CA_FILE="")

    def test_half_of_what_an_app_needs_is_an_error_of_use(self):
        for missing in ("LIGHTFAST_GITHUB_APP_ID", "LIGHTFAST_GITHUB_APP_KEY_FILE"):
            environment = {name: value for name, value in self.github.environment.items() if name != missing}
            done = subprocess.run([LIGHTFAST, "shell", "--repo", self.git.https_url(NAME), "--data-dir", self.home / "data", "--", "ls"],
                                  env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"} | environment, capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL, check=False, timeout=HANG_GUARD)
            self.assertEqual(done.returncode, 2)
            self.assertIn("LIGHTFAST_GITHUB_APP_ID and LIGHTFAST_GITHUB_APP_KEY_FILE", done.stderr)


class Scaffold(unittest.TestCase):
    def setUp(self):
        self.home = harness.make_home(self)
        self.git = GitServer(token=NOBODY)
        self.git.start()
        self.addCleanup(self.git.stop)
        self.github = GitHubDouble(self.git, NAME)
        self.github.__enter__()
        self.addCleanup(self.github.__exit__)

    def init(self, *arguments, **environment):
        return subprocess.run([LIGHTFAST, "init", *arguments], env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"} |
                              self.github.environment | environment, capture_output=True, text=True, cwd=self.home,
                              stdin=subprocess.DEVNULL, check=False, timeout=HANG_GUARD)

    def test_the_starter_is_there_in_one_commit_and_is_served(self):
        done = self.init("--github", "acme")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn(f"/{NAME}", done.stdout)
        self.assertEqual(git("rev-list", "--count", "main", cwd=self.git.path(NAME)), "1")
        made = ("POST", "/orgs/acme/repos")
        self.assertEqual([body["private"] for method, path, body in self.github.asked if (method, path) == made], [True])
        local = subprocess.run([LIGHTFAST, "init", "starter"], cwd=self.home, check=True, capture_output=True, timeout=HANG_GUARD)
        self.assertEqual(local.returncode, 0)
        files = sorted(str(path.relative_to(self.home / "starter")) for path in (self.home / "starter").rglob("*") if path.is_file())
        self.assertEqual(git("ls-tree", "-r", "--name-only", "main", cwd=self.git.path(NAME)).split("\n"), files)
        with HttpServer(self.git.https_url(NAME), self.home / "data", environment=self.github.environment) as server:
            self.assertTrue(harness.eventually(lambda: "brand.md" in server.shell("ls").json.get("stdout", "")))

    def test_one_that_exists_is_not_touched(self):
        self.git.create(NAME)
        before = self.git.commit(NAME, {"README.md": "ours\n"})
        done = self.init("--github", "acme")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("there already; nothing was changed", done.stderr)
        self.assertEqual(git("rev-parse", "main", cwd=self.git.path(NAME)), before)
        self.assertEqual([path for method, path, _ in self.github.asked if method in ("PATCH", "PUT", "DELETE") or "/repos" in path and
                          method == "POST"], [])

    def test_what_goes_wrong_is_said(self):
        self.github.may_create = False
        self.assertIn("Administration: write", self.init("--github", "acme").stderr)
        self.github.may_create = True
        self.github.breaks_at = "/git/commits"
        self.assertIn("was made, but it is without the starter", self.init("--github", "acme").stderr)

    def test_errors_of_use(self):
        for arguments, words in ((("--github", "a/b"), "not the name of an organisation"), (("--github", ""), "organisation"),
                                 (("somewhere", "--github", "acme"), "exclude")):
            with self.subTest(arguments):
                done = self.init(*arguments)
                self.assertEqual(done.returncode, 2, done)
                self.assertIn(words, done.stderr)
        done = self.init("--github", "acme", LIGHTFAST_GITHUB_APP_ID="", LIGHTFAST_GITHUB_APP_KEY_FILE="")
        self.assertEqual(done.returncode, 2)
        self.assertIn("LIGHTFAST_GITHUB_APP_ID", done.stderr)
        self.assertEqual(self.github.asked, [])


if __name__ == "__main__":
    unittest.main()
