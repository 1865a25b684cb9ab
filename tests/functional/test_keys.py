#!/usr/bin/env python3
"""`lightfast keys`: creates, lists and revokes the API keys of a hosted server, whose secrets are nowhere on disk."""
import hashlib
import json
import os
import re
import subprocess
import unittest

import harness
from harness import HANG_GUARD, LIGHTFAST

SECRET = re.compile(r"sk-lf-[A-Za-z0-9_-]{43}")
ID = re.compile(r"key_[0-9a-f]{12}")
TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Keys(unittest.TestCase):
    def setUp(self):
        self.data = harness.make_home(self) / "data"
        self.file = self.data / "keys.json"

    def command(self, *words):
        return [LIGHTFAST, "keys", *words, "--data-dir", str(self.data)]

    def run_keys(self, *words, code=0, **how):
        done = subprocess.run(self.command(*words), stdin=subprocess.DEVNULL, text=True, check=False, timeout=HANG_GUARD,
                              env={"PATH": "/usr/bin:/bin"}, **({"capture_output": True} | how))
        self.assertEqual(done.returncode, code, done)
        return done

    def create(self, *words):
        """The secret and the id of a new key."""
        done = self.run_keys("create", *words)
        self.assertRegex(done.stdout, rf"\A{SECRET.pattern}\n\Z")
        return done.stdout.strip(), ID.search(done.stderr)[0]

    def rows(self):
        """The lines of the list, as words, the headings left out."""
        return [line.split() for line in self.run_keys("list").stdout.splitlines()[1:]]

    def test_a_key_is_shown_once_and_only_its_digest_is_kept(self):
        done = self.run_keys("create", "--org", "acme", "--label", "deploy robot")
        secret = done.stdout.strip()
        self.assertRegex(done.stdout, rf"\A{SECRET.pattern}\n\Z")
        for said in ("acme", "once", "LIGHTFAST_API_KEY", "Authorization: Bearer", "lightfast keys revoke key_"):
            self.assertIn(said, done.stderr)
        self.assertNotIn(secret, done.stderr)
        text = self.file.read_text()
        self.assertNotIn(secret[6:30], text)
        self.assertEqual(json.loads(text)["keys"][0]["sha256"], hashlib.sha256(secret.encode()).hexdigest())
        self.assertNotIn(secret[6:30], self.run_keys("list").stdout)

    def test_the_files_are_their_owners_alone(self):
        old = os.umask(0)
        self.addCleanup(os.umask, old)
        self.create()
        self.assertEqual(sorted(os.listdir(self.data)), ["keys.json", "keys.lock"])
        for path, mode in ((self.data, 0o700), (self.file, 0o600), (self.data / "keys.lock", 0o600)):
            self.assertEqual(path.stat().st_mode & 0o777, mode, path)

    def test_the_list_is_a_table(self):
        none = self.run_keys("list")
        self.assertEqual(none.stdout, "")
        self.assertIn("no keys yet; ", none.stderr)
        self.assertFalse(self.data.exists())
        ids = [self.create("--org", org, "--label", label)[1] for org, label in (("a", "größe"), ("a-longer-name", "x"), ("b", ""))]
        lines = self.run_keys("list").stdout.splitlines()
        self.assertEqual([line.split()[0] for line in lines], ["ID", *ids])
        self.assertEqual([line.split()[1:3] for line in lines[1:]], [["a", "größe"], ["a-longer-name", "x"], ["b", "-"]])
        for heading in ("ORG", "LABEL", "CREATED", "REVOKED"):
            column = lines[0].index(heading)
            for line in lines[1:]:
                self.assertEqual(line[column - 1], " ", line)
                self.assertNotEqual(line[column], " ", line)
        self.assertTrue(all(TIME.fullmatch(created) and revoked == "-" for *_, created, revoked in self.rows()))

    def test_a_revoked_key_stays_in_the_list(self):
        first, second = self.create()[1], self.create()[1]
        done = self.run_keys("revoke", first)
        self.assertIn(first, done.stderr)
        revoked = {row[0]: row[-1] for row in self.rows()}
        self.assertRegex(revoked[first], TIME)
        self.assertEqual(revoked[second], "-")
        self.assertIn(revoked[first], self.run_keys("revoke", first).stderr)  # a second time changes nothing
        self.assertEqual({row[0]: row[-1] for row in self.rows()}, revoked)

    def test_the_organisation_is_the_default_where_none_is_named(self):
        self.create()
        self.assertEqual(self.rows()[0][1], "default")

    def test_keys_made_at_once_are_all_kept(self):
        running = [subprocess.Popen(self.command("create", "--label", str(i)), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
                   for i in range(8)]
        secrets = {process.communicate(timeout=HANG_GUARD)[0].strip() for process in running}
        self.assertEqual([process.returncode for process in running], [0] * 8)
        self.assertEqual(len(secrets), 8)
        kept = {key["sha256"] for key in json.loads(self.file.read_text())["keys"]}
        self.assertEqual(kept, {hashlib.sha256(secret.encode()).hexdigest() for secret in secrets})

    def test_a_damaged_file_is_left_as_it_is(self):
        self.create()
        for text in ("", "{", "[]", '{"version": 1, "keys": [{}]}', '{"version": 2, "keys": []}'):
            self.file.write_text(text)
            for words in (("create",), ("list",), ("revoke", "key_000000000000")):
                with self.subTest(text=text, words=words):
                    done = self.run_keys(*words, code=2)
                    self.assertEqual(done.stdout, "")
                    self.assertEqual(done.stderr.count("\n"), 1)
                    self.assertIn(str(self.file), done.stderr)
                    self.assertIn("new keys", done.stderr)
                    self.assertEqual(self.file.read_text(), text)

    def test_a_file_that_others_may_write_proves_nothing(self):
        self.create()
        self.file.chmod(0o666)
        self.assertIn(f"chmod 600 '{self.file}'", self.run_keys("list", code=2).stderr)
        self.file.chmod(0o600)
        self.assertEqual(len(self.rows()), 1)

    def test_errors_of_use_say_what_to_do(self):
        known = self.create()[1]
        nearly = known[:-1] + ("0" if known[-1] != "0" else "1")
        for words, said in ((["revoke", nearly], f"did you mean '{known}'"), (["revoke", "x"], "lightfast keys list"),
                            (["revoke"], "ID"), ([], "subcommand"), (["create", "--org", "a/b"], "--org"),
                            (["create", "--label", "two\nlines"], "--label"), (["create", "--label", "a" * 201], "200")):
            with self.subTest(words):
                done = self.run_keys(*words, code=2)
                self.assertEqual(done.stdout, "")
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                self.assertIn(said, done.stderr)
        self.assertEqual(len(self.rows()), 1)

    def test_a_key_that_nobody_saw_is_revoked(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = self.run_keys("create", code=2, capture_output=False, stdout=full, stderr=subprocess.PIPE)
        self.assertIn("revoked", done.stderr)
        self.assertRegex(self.rows()[0][-1], TIME)


if __name__ == "__main__":
    unittest.main()
