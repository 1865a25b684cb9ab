#!/usr/bin/env python3
"""Repositories over ssh, against a real sshd: the helper alone, and the whole program."""
import os
import pathlib
import random
import subprocess
import unittest

import fault_server
import git_helper
import harness
from fault_server import FaultServer
from git_server import free_port, run
from harness import Server
from repo_case import RepoCase
from ssh_server import SshServer, make_key, public_key

GOOD = {"README.md": "the good state\n"}
PATIENCE = 60000  # milliseconds: a call waits for the first sync at most this long
# Stops in the middle of the pack, whatever is asked for.
STOPS = 'ForceCommand /bin/sh -c \'eval "$SSH_ORIGINAL_COMMAND" | (head -c 20000; exec sleep 600)\''


class HelperTest(RepoCase):
    """lightfast-git, started directly."""

    @classmethod
    def setUpClass(cls):
        cls.server = SshServer()
        cls.server.start()
        cls.addClassCleanup(cls.server.stop)
        cls.server.create("docs")
        cls.commit = cls.server.commit("docs", GOOD)

    def over_ssh(self, url=None, key=None, known_hosts=None):
        key = key or self.server.client_key()
        return {"url": url or self.server.url("docs"), "ssh_key": pathlib.Path(key).read_text().strip(),
                "known_hosts": self.server.known_hosts() if known_hosts is None else known_hosts}

    def line(self, name, of="ed25519", marker=""):
        return f"{marker}{name} {public_key(self.server.host_keys[of])}\n"

    def here(self):
        return f"[localhost]:{self.server.port}"

    def assert_refused(self, *words, kind="permission_denied", **arguments):
        error = self.sync_badly(**self.over_ssh(**arguments))
        self.assertEqual(error["kind"], kind, error)
        for word in words:
            self.assertIn(word, error["message"])
        self.assertFalse((self.directory / "current").exists())

    def test_keys_of_each_kind_that_works(self):
        for kind, *options in (("ed25519",), ("ecdsa",), ("ecdsa", "-b", "384"), ("ecdsa", "-b", "521"), ("ecdsa", "-m", "PEM"),
                               ("ecdsa", "-m", "PKCS8")):
            with self.subTest(kind=kind, options=options):
                key = self.server.client_key(kind, *options)
                self.assertEqual(self.sync_well(**self.over_ssh(key=key))["commit"], self.commit)

    def test_an_rsa_key_is_refused_by_todays_hosts_and_the_message_says_why(self):
        self.assert_refused("RSA", "SHA-1", "ed25519", key=self.server.client_key("rsa"))

    def test_rsa_works_with_a_host_that_still_takes_sha_1(self):
        with SshServer(["rsa"], "HostKeyAlgorithms +ssh-rsa\nPubkeyAcceptedAlgorithms +ssh-rsa") as server:
            server.create("old")
            commit = server.commit("old", GOOD)
            key, known_hosts = server.client_key("rsa"), server.known_hosts()
            self.assertEqual(self.sync_well(**self.over_ssh(server.url("old"), key, known_hosts))["commit"], commit)

    def test_a_pushed_commit_a_forced_push_and_the_path_of_a_home_are_fetched(self):
        name = f"followed{random.getrandbits(32):x}"
        self.server.create(name)
        first = self.server.commit(name, {"a": "1"})
        url = self.server.url(name)
        self.assertEqual(self.sync_well(**self.over_ssh(url))["commit"], first)
        second = self.server.commit(name, {"a": "2"})
        self.assertEqual(self.sync_well(**self.over_ssh(url))["commit"], second)
        run("git", "update-ref", "refs/heads/main", first, cwd=self.server.path(name))
        self.assertEqual(self.sync_well(**self.over_ssh(url))["commit"], first)
        relative = os.path.relpath(self.server.path(name), pathlib.Path.home())
        self.assertEqual(self.sync_well(**self.over_ssh(f"ssh://{self.server.user}@localhost:{self.server.port}/~/{relative}"))["commit"], first)

    def test_a_key_of_any_one_type_is_enough_to_know_the_host(self):
        for kind in self.server.kinds:
            self.sync_well(**self.over_ssh(known_hosts=self.server.known_hosts([kind])))

    def test_hashed_names_and_several_keys_are_understood(self):
        file = self.home / "known_hosts"
        file.write_text(self.line("other.example") + f"{self.here()} {public_key(make_key(self.home / 'old'))}\n" + self.server.known_hosts())
        run("ssh-keygen", "-H", "-f", file)
        self.assertNotIn("localhost", file.read_text())
        self.sync_well(**self.over_ssh(known_hosts=file.read_text()))

    def test_what_ssh_keyscan_writes_is_understood(self):
        for options in ((), ("-H",)):
            scanned = run("ssh-keyscan", "-4", *options, "-p", self.server.port, "localhost").decode()
            self.sync_well(**self.over_ssh(known_hosts=scanned))

    def test_an_unknown_host_is_refused_with_its_fingerprint(self):
        prints = self.server.fingerprint("ecdsa")  # of the type that libssh2 asks for first
        for known_hosts in ("", self.line("localhost"), self.line("*"), self.line(f"[localhost]:{self.server.port + 1}"),
                            self.line(self.here(), marker="@cert-authority "), self.line("*", marker="@cert-authority ")):
            with self.subTest(known_hosts):
                self.assert_refused("not a known host", "LIGHTFAST_SSH_KNOWN_HOSTS_FILE", self.here(), prints, known_hosts=known_hosts)

    def test_a_changed_host_key_is_refused_with_its_fingerprint(self):
        other = f"{self.here()} {public_key(make_key(self.home / 'other'))}\n"
        self.assert_refused("has changed", self.server.fingerprint("ed25519"), "do not trust", known_hosts=other)
        self.assert_refused("has changed", known_hosts=other + self.line(self.here(), marker="@cert-authority "))

    def test_a_host_key_of_another_type_than_those_that_are_pinned_is_refused(self):
        rsa = f"{self.here()} {public_key(make_key(self.home / 'rsa', 'rsa'))}\n"
        self.assert_refused("another type", self.server.fingerprint("ecdsa"), "ssh-keyscan", known_hosts=rsa)
        p521 = f"{self.here()} {public_key(make_key(self.home / 'p521', 'ecdsa', '', '-b', '521'))}\n"
        self.assert_refused("type of host key", "ssh-keyscan", known_hosts=p521)

    def test_a_revoked_host_key_is_refused(self):
        for revoked in (self.line("*", marker="@revoked "), self.line(self.here(), marker="@revoked ")):
            for known_hosts in (self.server.known_hosts() + revoked, revoked + self.server.known_hosts()):
                self.assert_refused("revoked", self.server.fingerprint("ed25519"), known_hosts=known_hosts)

    def test_a_refused_host_is_not_even_asked_for_a_login(self):
        before = self.server.log().count("publickey")
        self.assert_refused("has changed", known_hosts=f"{self.here()} {public_key(make_key(self.home / 'new'))}\n")
        self.assertEqual(self.server.log().count("publickey"), before)

    def test_a_key_that_the_host_does_not_know_is_said_and_tried_once(self):
        before = self.server.log().count("Failed publickey")
        self.assert_refused("refused the key", f"user '{self.server.user}'", key=make_key(self.home / "stranger"))
        self.assertEqual(self.server.log().count("Failed publickey"), before + 1)

    def test_a_key_that_cannot_be_read_is_said(self):
        file = self.home / "damaged"
        file.write_text("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n")
        self.assert_refused("the key in LIGHTFAST_SSH_KEY could not be used", key=file)

    def test_a_host_that_takes_no_keys_is_said(self):
        with SshServer(options="PubkeyAuthentication no\nPasswordAuthentication yes") as passwords:
            passwords.create("x")
            self.assert_refused("takes no keys", url=passwords.url("x"), known_hosts=passwords.known_hosts())

    def test_a_repository_that_is_not_there_is_not_found(self):
        self.assert_refused("was not found", "does not appear to be a git repository", kind="not_found", url=self.server.url("none"))

    def test_an_empty_repository_is_said(self):
        self.server.create("empty")
        self.assert_refused("push a first commit", kind="not_found", url=self.server.url("empty"))

    def test_a_host_that_cannot_be_reached_is_named(self):
        self.assert_refused("localhost", "refused", kind="unavailable", url=f"ssh://git@localhost:{free_port()}/x")
        self.assert_refused("host.invalid", kind="unavailable", url="ssh://git@host.invalid/x")

    def test_what_is_no_ssh_host_is_an_error(self):
        def hang_up(_server, _connection):
            return

        def speak_http(_server, connection):
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        for handle in (hang_up, speak_http):
            with FaultServer(handle) as server:
                self.assert_refused("localhost", kind="unavailable", url=f"ssh://git@localhost:{server.port}/x")

    def test_a_silent_host_ends_the_helper(self):
        def banner_only(server, connection):
            connection.sendall(b"SSH-2.0-silent\r\n")
            server.stopping.wait()
        for handle in (fault_server.hang, banner_only):
            with FaultServer(handle) as server:
                message = self.sync_stalled(**self.over_ssh(f"ssh://git@localhost:{server.port}/x"))
                self.assertIn("connecting to 'localhost': no answer within", message)

    def test_a_host_that_falls_silent_in_the_middle_of_the_pack_ends_the_helper(self):
        with SshServer(options=STOPS) as server:
            server.create("large")
            server.commit("large", {"noise": random.Random(1).randbytes(200_000)})
            message = self.sync_stalled(url=server.url("large"), ssh_key=pathlib.Path(server.client_key()).read_text(),
                                        known_hosts=server.known_hosts())
            self.assertIn("no answer within", message)

    def test_nothing_of_the_users_own_ssh_is_read(self):
        home = self.home / "user"
        (home / ".ssh").mkdir(parents=True)
        (home / ".ssh/known_hosts").write_text(self.server.known_hosts())
        document = git_helper.request(self.directory, **self.over_ssh(known_hosts=""))
        answer = git_helper.run(document, environment={"HOME": str(home)}).answer
        self.assertIn("not a known host", answer["error"]["message"])


class ProgramTest(unittest.TestCase):
    """The whole program, in which the helper is confined."""

    @classmethod
    def setUpClass(cls):
        cls.ssh = SshServer()
        cls.ssh.start()
        cls.addClassCleanup(cls.ssh.stop)

    def setUp(self):
        self.home = harness.make_home(self)
        self.data = harness.data_dir(self.home)
        self.known_hosts = self.home / "known_hosts"
        self.known_hosts.write_text(self.ssh.known_hosts())
        self.environment = {"LIGHTFAST_SSH_KEY_FILE": str(self.ssh.client_key()), "LIGHTFAST_SSH_KNOWN_HOSTS_FILE": str(self.known_hosts)}

    def repository(self):
        name = f"r{random.getrandbits(48):x}"
        self.ssh.create(name)
        self.ssh.commit(name, GOOD)
        return name

    def server(self, url, **environment):
        return Server(url, self.data, environment={**self.environment, **environment})

    def shell(self, url, **environment):
        """The finished process of `lightfast shell`; an empty variable counts as absent."""
        return subprocess.run([harness.LIGHTFAST, "shell", "--repo", url, "--data-dir", self.data, "--", "cat README.md"],
                              env={"PATH": "/usr/bin:/bin", **harness.SANITIZER_OPTIONS, **self.environment, **environment},
                              capture_output=True, text=True, timeout=harness.HANG_GUARD, check=False)

    def test_a_repository_is_read_and_a_push_followed(self):
        name = self.repository()
        with self.server(self.ssh.url(name), LIGHTFAST_POLL_INTERVAL="1") as server:
            self.assertEqual(server.shell("cat README.md", timeoutMs=PATIENCE).out, GOOD["README.md"])
            for state in ("second\n", "third\n"):
                self.ssh.commit(name, {"README.md": state})
                self.assertTrue(harness.eventually(lambda state=state: server.shell("cat README.md").out == state))

    def test_lightfast_shell_reads_it_with_the_key_in_a_variable(self):
        key = pathlib.Path(self.ssh.client_key()).read_text()
        done = self.shell(self.ssh.url(self.repository()), LIGHTFAST_SSH_KEY=key, LIGHTFAST_SSH_KEY_FILE="")
        self.assertEqual((done.returncode, done.stdout), (0, GOOD["README.md"]), done)

    def test_a_github_app_has_no_part_in_it(self):
        done = self.shell(self.ssh.url(self.repository()), LIGHTFAST_GITHUB_APP_ID="1", LIGHTFAST_GITHUB_APP_KEY="no key",
                          LIGHTFAST_GITHUB_API_URL="http://localhost:1")
        self.assertEqual((done.returncode, done.stdout), (0, GOOD["README.md"]), done)

    def test_what_is_missing_is_an_error_of_use(self):
        url = self.ssh.url("docs")
        for variable, words in (("LIGHTFAST_SSH_KEY_FILE", "ssh-keygen"),
                                ("LIGHTFAST_SSH_KNOWN_HOSTS_FILE", f"ssh-keyscan -p {self.ssh.port} localhost > FILE")):
            done = self.shell(url, **{variable: ""})
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1), done)
            self.assertIn(variable, done.stderr)
            self.assertIn(words, done.stderr)

    def test_a_key_with_a_passphrase_is_an_error_of_use(self):
        for number, options in enumerate(((), ("-m", "PEM"), ("-m", "PKCS8"))):
            kind = "ecdsa" if options else "ed25519"
            key = make_key(self.home / f"locked{number}", kind, "a passphrase", *options)
            done = self.shell(self.ssh.url("docs"), LIGHTFAST_SSH_KEY_FILE=str(key))
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1), done)
            self.assertIn("passphrase", done.stderr)

    def test_a_url_that_a_shell_could_misread_is_an_error_of_use(self):
        for url in ("ssh://-oProxyCommand=x/y", "ssh://git@localhost/a'b", "git@localhost:-x", "ssh://git:secret@localhost/x"):
            done = self.shell(url)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1), done)
            self.assertNotIn("secret", done.stderr)

    def test_a_host_key_that_changes_leaves_the_last_good_state_and_is_said(self):
        url = self.ssh.url(self.repository())
        self.assertEqual(self.shell(url).stdout, GOOD["README.md"])
        self.known_hosts.write_text(f"[localhost]:{self.ssh.port} {public_key(make_key(self.home / 'other'))}\n")
        with self.server(url) as server:
            def answer_after_the_sync():
                answer = server.shell("cat README.md")
                return None if "still running" in answer.said else answer
            answer = harness.eventually(answer_after_the_sync, 60)
        self.assertEqual((answer.out, answer.is_error), (GOOD["README.md"], False), answer)
        self.assertRegex(answer.said, r"\[stale: .*has changed")

    def test_the_key_is_nowhere_but_in_the_servers_memory(self):
        key = pathlib.Path(self.ssh.client_key()).read_text()
        secrets = [line.encode() for line in key.splitlines()[1:-1]]
        with FaultServer(fault_server.hang) as silent:
            with self.server(f"ssh://git@localhost:{silent.port}/x", LIGHTFAST_LOG_LEVEL="debug") as server:
                helper = server.running("lightfast-git")
                self.assertTrue(helper)
                shown = [self.of_process(process.pid) for process in server.processes()]
                answer = server.shell("ls", timeoutMs=PATIENCE)
                self.assertIn("no answer within", answer.all)
                log = server.log()
        with self.server(self.ssh.url(self.repository()), LIGHTFAST_LOG_LEVEL="debug") as server:
            self.assertEqual(server.shell("cat README.md", timeoutMs=PATIENCE).out, GOOD["README.md"])
            answer_of_all = server.shell("env; cat /proc/*/environ; grep -r PRIVATE / 2>/dev/null")
            log += server.log()
        with self.server(self.ssh.url("none"), LIGHTFAST_LOG_LEVEL="debug") as server:
            refused = server.shell("ls", timeoutMs=PATIENCE)
            log += server.log()
        said = "\n".join((answer.all, answer_of_all.all, refused.all, log)).encode()
        kept = [path.read_bytes() for path in pathlib.Path(self.data).rglob("*") if path.is_file() and not path.is_symlink()]
        for secret in secrets:
            self.assertNotIn(secret, said)
            self.assertFalse(any(secret in text for text in shown + kept))

    @staticmethod
    def of_process(pid):
        """Its command line and environment, as far as it is still there."""
        try:
            return b"".join(pathlib.Path("/proc", str(pid), name).read_bytes() for name in ("cmdline", "environ"))
        except OSError:
            return b""


if __name__ == "__main__":
    unittest.main()
