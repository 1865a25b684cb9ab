#!/usr/bin/env python3
"""lightfast-git, the helper that does all git work, against real git servers and local repositories."""
import fcntl
import json
import os
import random
import resource
import signal
import stat
import subprocess
import time
import unittest

import git_helper
from git_server import GitServer, free_port, git, make_authority
from repo_case import RepoCase


class RemoteTest(RepoCase):
    @classmethod
    def setUpClass(cls):
        cls.server = GitServer()
        cls.server.start()
        cls.addClassCleanup(cls.server.stop)

    def repository(self, files, **arguments):
        name = f"r{random.getrandbits(48):x}"
        self.server.create(name)
        return name, self.server.commit(name, files, **arguments)

    def https(self, name):
        return {"url": self.server.https_url(name), "ca_file": self.server.ca_file}

    def test_a_snapshot_over_https_equals_the_commit(self):
        name, commit = self.repository({"README.md": "hello\n", "docs/a b.txt": "text", "bin\nary": bytes(range(256))},
                                       date="1700000000 +0000")
        record = self.sync_well(**self.https(name))
        self.assertEqual(record, {"version": 1, "commit": commit, "branch": "main", "committed_at": 1700000000,
                                  "entries": 4, "bytes": 6 + 4 + 256, "top": ["README.md", "bin\\nary", "docs/"],
                                  "notes": []})
        self.assertEqual(git_helper.tree_listing(self.root()), self.checkout(self.server.path(name), commit))
        self.assertEqual(git_helper.current(self.directory), commit)
        self.assertEqual(os.stat(self.root() / "README.md").st_mtime, 1700000000)

    def test_plain_http_on_the_loopback_is_taken(self):
        name, commit = self.repository({"a": "1"})
        self.assertEqual(self.sync_well(url=self.server.http_url(name))["commit"], commit)

    def test_plain_http_elsewhere_is_refused(self):
        error = self.sync_badly(url="http://example.org/x.git")
        self.assertEqual(error["kind"], "invalid_argument")
        self.assertIn("use https://", error["message"])

    def test_pushes_forced_pushes_and_a_renamed_default_branch_are_followed(self):
        name, first = self.repository({"a": "1"})
        self.sync_well(**self.https(name))
        second = self.server.commit(name, {"a": "2"})
        self.assertEqual(self.sync_well(**self.https(name))["commit"], second)
        git("update-ref", "refs/heads/main", first, cwd=self.server.path(name))
        self.assertEqual(self.sync_well(**self.https(name))["commit"], first)
        git("branch", "-m", "main", "main/trunk", cwd=self.server.path(name))
        renamed = self.sync_well(**self.https(name))
        self.assertEqual((renamed["commit"], renamed["branch"]), (first, "main/trunk"))
        third = self.server.commit(name, {"a": "3"}, branch="main/trunk")
        record = self.sync_well(**self.https(name))
        self.assertEqual((record["commit"], record["branch"]), (third, "main/trunk"))

    def test_unchanged_files_are_shared_and_keep_their_time(self):
        name, _ = self.repository({"same": "x", "run.sh": "y", "d/changed": "1"}, date="1700000000 +0000")
        self.sync_well(**self.https(name))
        before = self.root()
        self.server.commit(name, {"d/changed": "2"}, date="1700009999 +0000")
        self.sync_well(**self.https(name))
        after = self.root()
        self.assertNotEqual(before, after)
        self.assertEqual(os.stat(before / "same").st_ino, os.stat(after / "same").st_ino)
        times = {path: os.stat(after / path).st_mtime for path in ("same", "d/changed", "d", ".")}
        self.assertEqual(times, {"same": 1700000000, "d/changed": 1700009999, "d": 1700009999, ".": 1700009999})
        self.assertEqual((before / "d/changed").read_text(), "1")

    def test_whatever_changes_the_snapshot_is_that_of_the_commit(self):
        """Many commits in a row, each made of the directory of a snapshot that is no more; the last ones are looked at as a whole."""
        chance, name = random.Random(6), "changing"
        self.server.create(name)
        state, seen, when = {}, {}, 1_700_000_000
        for step in range(40):
            when += chance.choice((-5, 0, 1, 60))
            state = self.changed(chance, state)
            commit = self.server.commit_tree(name, state, date=f"{when} +0000")
            self.sync_well(**self.https(name))
            root = self.root()
            self.assertEqual(git_helper.tree_listing(root), self.checkout(self.server.path(name), commit), step)
            now = {line.split("\t")[1]: line.split("\t")[0] for line in
                   git("ls-tree", "-rt", commit, cwd=self.server.path(name)).splitlines()}
            for path, what in now.items():
                before = seen.get(path)
                now[path] = (what, before[1] if before and before[0] == what else when)
                self.assertEqual(os.lstat(root / path).st_mtime, now[path][1], (step, path))
            seen = now

    @staticmethod
    def changed(chance, state):
        """Another tree: files, links, programs and directories come, go and become each other."""
        state = dict(state)
        for _ in range(chance.randint(1, 5)):
            path = "/".join(chance.choices("abc", k=chance.randint(1, 4)))
            if chance.random() < 0.3 and state:
                del state[chance.choice(sorted(state))]
                continue
            for other in [other for other in state if other.startswith(path + "/") or path.startswith(other + "/")]:
                del state[other]
            state[path] = (chance.choice(("100644", "100644", "100755", "120000")), chance.choice(("one", "two", "three")))
        return state or {"a": ("100644", "one")}

    def test_nothing_is_written_when_nothing_changed(self):
        name, _ = self.repository({"a": "1"})
        self.assertTrue(self.sync(**self.https(name))["changed"])
        inode = os.stat(self.root()).st_ino
        self.assertFalse(self.sync(**self.https(name))["changed"])
        self.assertEqual(os.stat(self.root()).st_ino, inode)

    def test_old_snapshots_go_unless_somebody_uses_them(self):
        name, used = self.repository({"a": "0"})
        self.sync_well(**self.https(name))
        snapshots = self.directory / "snapshots"
        with open(snapshots / f"{used}.lock", "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            commits = []
            for number in range(1, 6):
                commits.append(self.server.commit(name, {"a": str(number)}))
                self.sync_well(**self.https(name))
            kept = {path.name for path in snapshots.iterdir() if path.is_dir()}
            self.assertEqual(kept, {used, *commits[-2:]})
        self.server.commit(name, {"a": "6"})
        self.sync_well(**self.https(name))
        self.assertFalse((snapshots / used).exists())
        self.assertFalse((snapshots / f"{used}.lock").exists())

    def test_other_users_can_read_what_is_written_whatever_the_umask(self):
        name, _ = self.repository({"d/a": "1"})
        done = git_helper.run(git_helper.request(self.directory, **self.https(name)), preexec=lambda: os.umask(0o077))
        self.assertTrue(done.answer["ok"])
        modes = {path: stat.S_IMODE(os.stat(self.directory / path).st_mode) for path in
                 ("current", "snapshots", f"snapshots/{git_helper.current(self.directory)}/record.json")}
        self.assertEqual(modes, {"current": 0o644, "snapshots": 0o755,
                                 f"snapshots/{git_helper.current(self.directory)}/record.json": 0o644})
        self.assertEqual(stat.S_IMODE(os.stat(self.root() / "d").st_mode), 0o755)
        self.assertEqual(stat.S_IMODE(os.stat(self.root() / "d/a").st_mode), 0o644)

    def test_a_damaged_mirror_is_made_anew(self):
        name, _ = self.repository({"a": "1"})
        self.sync_well(**self.https(name))
        for damage in ("empty packs", "no HEAD", "stale locks"):
            with self.subTest(damage):
                commit = self.server.commit(name, {"a": damage})
                mirror = self.directory / "mirror.git"
                if damage == "empty packs":
                    for pack in mirror.glob("objects/pack/*.pack"):
                        pack.chmod(0o644)
                        pack.write_bytes(b"")
                elif damage == "no HEAD":
                    (mirror / "HEAD").unlink()
                else:
                    for lock in ("config.lock", "refs/lightfast/head.lock"):
                        (mirror / lock).write_text("")
                self.assertEqual(self.sync_well(**self.https(name))["commit"], commit)

    def test_errors_name_the_thing_and_what_to_do(self):
        name, _ = self.repository({"a": "1"})
        self.server.create("empty")
        other = make_authority(self.home, "other")[0]
        cases = [
            ("certificate", {"url": self.server.https_url(name)}, "permission_denied",
             "certificate of 'localhost' is not trusted (set LIGHTFAST_CA_FILE for an own authority)"),
            ("other authority", {"url": self.server.https_url(name), "ca_file": other}, "permission_denied",
             "certificate of 'localhost' is not trusted"),
            ("missing authority", {**self.https(name), "ca_file": "/nowhere/ca.pem"}, "invalid_argument",
             "'/nowhere/ca.pem' (LIGHTFAST_CA_FILE)"),
            ("branch", {**self.https(name), "branch": "nope"}, "not_found",
             "branch 'nope' does not exist; branches: main"),
            ("empty", self.https("empty"), "not_found", "repository is empty: push a first commit"),
            ("missing", self.https("missing"), "not_found", "was not found (404)"),
            ("redirect", {"url": f"http://localhost:{self.server.http_port}/redirect/x.git"}, "invalid_argument",
             "redirects to another address; configure that address"),
            ("closed port", {"url": f"http://localhost:{free_port()}/x.git"}, "unavailable", "refused"),
            ("user in the URL", {"url": "https://me:secret@localhost/x.git"}, "invalid_argument", "LIGHTFAST_REPO_TOKEN"),
        ]
        for title, arguments, kind, text in cases:
            with self.subTest(title):
                error = self.sync_badly(**arguments)
                self.assertIn(text, error["message"])
                self.assertEqual(error["kind"], kind, error)
                self.assertNotIn("secret", error["message"])

    def test_a_failed_sync_leaves_the_last_snapshot_current(self):
        name, commit = self.repository({"a": "1"})
        self.sync_well(**self.https(name))
        self.sync_badly(url=f"http://localhost:{free_port()}/x.git")
        self.assertEqual(git_helper.current(self.directory), commit)
        self.assertEqual((self.root() / "a").read_text(), "1")

    def test_proxies_of_the_environment_are_not_used(self):
        name, commit = self.repository({"a": "1"})
        environment = {key: "http://127.0.0.1:1" for key in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY")}
        done = git_helper.run(git_helper.request(self.directory, **self.https(name)), environment=environment)
        self.assertEqual(done.answer["record"]["commit"], commit)

    def test_a_helper_that_is_killed_at_any_time_leaves_only_whole_snapshots(self):
        name, commit = self.repository({f"d{number % 7}/f{number}": f"{number}\n" * 50 for number in range(150)})
        self.sync_well(**self.https(name))
        document = git_helper.request(self.directory, **self.https(name))
        random.seed(4114)
        killed = 0
        known = {commit}
        started = time.monotonic()
        git_helper.run(document)
        usual = time.monotonic() - started
        work = self.home / "work"
        git("clone", "--quiet", self.server.path(name), work)
        for round_number in range(60):
            (work / f"d{round_number % 7}" / "f").write_text(f"{round_number}\n")
            (work / "run.sh").write_text(f"{round_number}\n")
            (work / "run.sh").chmod(0o755 if round_number % 2 else 0o644)
            (work / "link").unlink(missing_ok=True)
            (work / "link").symlink_to(f"target{round_number}")
            git("add", "--all", cwd=work)
            git("commit", "--quiet", "-m", "round", cwd=work)
            git("push", "--quiet", "origin", "HEAD:main", cwd=work)
            known.add(git("rev-parse", "HEAD", cwd=work))
            with subprocess.Popen([str(git_helper.HELPER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={}) as helper:
                helper.stdin.write(json.dumps(document).encode())
                helper.stdin.close()
                time.sleep(random.uniform(0, 2 * usual))
                helper.kill()
                killed += helper.wait() == -signal.SIGKILL
            seen = git_helper.current(self.directory)
            self.assertIn(seen, known)
            self.assertEqual(git_helper.tree_listing(self.root()), self.checkout(self.server.path(name), seen))
        self.assertGreater(killed, 10, "hardly any run was killed before its end")
        self.assertEqual(self.sync_well(**self.https(name))["commit"], git("rev-parse", "HEAD", cwd=work))


class TokenTest(RepoCase):
    def test_a_token_is_needed_used_and_never_shown(self):
        with GitServer(token="tok-1234567") as server:
            server.create("r")
            commit = server.commit("r", {"a": "1"})
            source = {"url": server.https_url("r"), "ca_file": server.ca_file}
            self.assertIn("authentication needed: set LIGHTFAST_REPO_TOKEN", self.sync_badly(**source)["message"])
            refused = self.sync_badly(**source, token="tok-wrong")
            self.assertIn("the token in LIGHTFAST_REPO_TOKEN was refused", refused["message"])
            self.assertNotIn("tok-wrong", refused["message"])
            self.assertEqual(self.sync_well(**source, token="tok-1234567")["commit"], commit)
            kept = subprocess.run(["grep", "-r", "tok-1234567", self.directory], capture_output=True, check=False)
            self.assertEqual(kept.stdout, b"")


class LocalTest(RepoCase):
    def setUp(self):
        super().setUp()
        self.work = self.home / "work"
        git("init", "--quiet", "--initial-branch=main", self.work)
        (self.work / "a").write_text("1")
        self.commit = self.commit_all(self.work)

    def commit_all(self, work):
        git("add", "--all", cwd=work)
        git("commit", "--quiet", "--allow-empty", "-m", "change", cwd=work)
        return git("rev-parse", "HEAD", cwd=work)

    def test_bare_worktree_shared_and_detached_repositories_are_read(self):
        git("clone", "--quiet", "--bare", self.work, self.home / "bare.git")
        git("clone", "--quiet", "--shared", "--bare", self.work, self.home / "shared.git")
        git("worktree", "add", "--quiet", "-b", "side", self.home / "tree", cwd=self.work)
        (self.home / "tree" / "b").write_text("2")
        side = self.commit_all(self.home / "tree")
        git("clone", "--quiet", self.work, self.home / "detached")
        git("checkout", "--quiet", "--detach", cwd=self.home / "detached")
        cases = [(self.work / ".git", self.commit, "main"), (self.home / "bare.git", self.commit, "main"),
                 (self.home / "shared.git", self.commit, "main"),
                 (self.work / ".git" / "worktrees" / "tree", side, "side"),
                 (self.home / "detached" / ".git", self.commit, "HEAD")]
        for git_dir, commit, branch in cases:
            with self.subTest(str(git_dir)):
                directory = self.home / f"key-{git_dir.name}-{git_dir.parent.name}"
                directory.mkdir()
                record = git_helper.sync(directory, git_dir=git_dir)["record"]
                self.assertEqual(record["commit"], commit)
                self.assertEqual(record["branch"], branch)
                self.assertFalse((directory / "mirror.git").exists())

    def test_a_local_repository_is_not_written_to(self):
        before = git_helper.tree_listing(self.work)
        self.sync_well(git_dir=self.work / ".git")
        self.assertEqual(git_helper.tree_listing(self.work), before)

    def test_packed_references_and_packed_objects_are_read(self):
        git("gc", "--quiet", cwd=self.work)
        git("pack-refs", "--all", cwd=self.work)
        self.assertEqual(self.sync_well(git_dir=self.work / ".git")["commit"], self.commit)

    def test_errors_say_what_is_wrong(self):
        git("init", "--quiet", "--bare", self.home / "empty.git")
        git("init", "--quiet", "--bare", "--object-format=sha256", self.home / "sha256.git")
        cases = [(self.home / "empty.git", "", "repository is empty: push a first commit"),
                 (self.home / "sha256.git", "", "SHA-256"),
                 (self.home / "key", "", "not a git repository"),
                 (self.work / ".git", "x", "branch 'x' does not exist; branches: main")]
        for git_dir, branch, text in cases:
            with self.subTest(text):
                self.assertIn(text, self.sync_badly(git_dir=git_dir, branch=branch)["message"])

    def test_a_lock_held_by_another_process_is_waited_for_only_so_long(self):
        with open(self.directory / "sync.lock", "wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            error = self.sync_badly(git_dir=self.work / ".git", lock_wait_ms=50)
        self.assertEqual(error["kind"], "timeout")

    def test_a_full_disk_is_said_and_publishes_nothing(self):
        self.sync_well(git_dir=self.work / ".git")
        (self.work / "large").write_bytes(os.urandom(2 << 20))
        self.commit_all(self.work)
        small = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
        done = git_helper.run(git_helper.request(self.directory, git_dir=self.work / ".git"), preexec=small)
        self.assertEqual(done.answer["error"]["kind"], "limit_exceeded")
        self.assertIn("writing 'large'", done.answer["error"]["message"])
        self.assertEqual(git_helper.current(self.directory), self.commit)
        self.assertEqual(git_helper.leftovers(self.directory), [])

    def test_requests_that_are_not_understood_are_answered(self):
        for text in ("", "[]", "{", '{"version":2}', '{"version":1,"operation":"rm","directory":"/"}',
                     '{"version":1,"operation":"sync","directory":"relative","source":{"url":"https://h/"}}'):
            with self.subTest(text):
                done = git_helper.run(text)
                self.assertEqual((done.returncode, done.answer["error"]["kind"]), (0, "invalid_argument"))


if __name__ == "__main__":
    unittest.main()
