#!/usr/bin/env python3
"""`lightfast setup`: writes a client's configuration, keeps what else is in the file, and takes its entry out again."""
import json
import os
import subprocess
import tomllib
import unittest

import harness
from harness import HANG_GUARD, LIGHTFAST

URL = "https://git.example/acme/.lightfast"
BASE_URL = "https://lightfast.example"


class Setup(unittest.TestCase):
    def setUp(self):
        self.home = harness.make_home(self) / "home"
        self.project = self.home / "work/project"
        self.project.mkdir(parents=True)

    def run_setup(self, *words, code=0, **environment):
        done = subprocess.run([LIGHTFAST, "setup", *words], cwd=self.project, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, timeout=HANG_GUARD, env={"PATH": "/usr/bin:/bin", "HOME": str(self.home), **environment})
        self.assertEqual(done.returncode, code, done)
        return done.stderr if code else done.stdout

    def files(self):
        return {path.relative_to(self.home).as_posix(): path.read_text() for path in self.home.rglob("*") if path.is_file()}

    def test_each_client_and_scope_has_its_place(self):
        entry = {"command": str(LIGHTFAST), "args": ["mcp", "--repo", URL]}
        claude = {"type": "stdio", **entry}
        for words, place, expected in (
                (["claude-code"], ".claude.json", {"mcpServers": {"lightfast": claude}}),
                (["claude-code", "--scope", "local"], ".claude.json",
                 {"projects": {str(self.project): {"mcpServers": {"lightfast": claude}}}}),
                (["claude-code", "--scope", "project"], "work/project/.mcp.json", {"mcpServers": {"lightfast": claude}}),
                (["cursor"], ".cursor/mcp.json", {"mcpServers": {"lightfast": entry}}),
                (["cursor", "--scope", "project"], "work/project/.cursor/mcp.json", {"mcpServers": {"lightfast": entry}}),
                (["codex"], ".codex/config.toml", {"mcp_servers": {"lightfast": entry}})):
            with self.subTest(words):
                self.assertIn(URL, self.run_setup(*words, "--repo", URL, "--dry-run"))
                self.assertEqual(self.files(), {})
                said = self.run_setup(*words, "--repo", URL)
                self.assertIn(f"lightfast setup {words[0]} --scope", said)
                self.assertEqual(list(self.files()), [place])
                text = self.files()[place]
                self.assertEqual(tomllib.loads(text) if place.endswith("toml") else json.loads(text), expected)
                self.assertEqual((self.home / place).stat().st_mode & 0o777, 0o600)
                self.assertIn("is so already", self.run_setup(*words, "--repo", URL))
                self.run_setup(*words, "--undo")
                self.assertEqual(self.files(), {})

    def test_a_hosted_server_is_set_up_with_the_name_of_the_keys_variable(self):
        entry = {"url": f"{BASE_URL}/mcp"}
        for client, place, header in (("claude-code", ".claude.json", "Bearer ${LIGHTFAST_API_KEY}"),
                                      ("cursor", ".cursor/mcp.json", "Bearer ${env:LIGHTFAST_API_KEY}"),
                                      ("codex", ".codex/config.toml", None)):
            with self.subTest(client):
                kind = {"type": "http"} if client == "claude-code" else {}
                key = {"headers": {"Authorization": header}} if header else {"bearer_token_env_var": "LIGHTFAST_API_KEY"}
                self.assertIn("No key is added", self.run_setup(client, "--base-url", BASE_URL))
                self.assertEqual(self.entry_in(place), kind | entry)
                said = self.run_setup(client, "--base-url", BASE_URL + "/", LIGHTFAST_API_KEY="sesame")
                self.assertEqual(self.entry_in(place), kind | entry | key)
                self.assertIn("LIGHTFAST_API_KEY", said)
                self.assertNotIn("sesame", said + self.files()[place])
                self.assertIn("is so already", self.run_setup(client, "--base-url", BASE_URL, LIGHTFAST_API_KEY="sesame"))
                before = self.files()
                self.assertIn(URL, self.run_setup(client, "--repo", URL, "--dry-run"))
                self.assertEqual(self.files(), before)
                self.run_setup(client, "--repo", URL)
                self.assertEqual(self.entry_in(place)["args"], ["mcp", "--repo", URL])
                self.assertFalse(self.entry_in(place).keys() & {"url", *key})
                self.run_setup(client, "--base-url", BASE_URL)
                self.assertEqual(self.entry_in(place), kind | entry)
                self.run_setup(client, "--undo")
                self.assertEqual(self.files(), {})

    def entry_in(self, place):
        text = self.files()[place]
        return tomllib.loads(text)["mcp_servers"]["lightfast"] if place.endswith("toml") else json.loads(text)["mcpServers"]["lightfast"]

    def test_an_option_says_which_of_both_is_meant_where_the_environment_names_the_other(self):
        self.run_setup("cursor", "--base-url", BASE_URL, LIGHTFAST_REPO=URL)
        self.assertIn("url", self.entry_in(".cursor/mcp.json"))
        self.run_setup("cursor", "--repo", URL, LIGHTFAST_BASE_URL=BASE_URL)
        self.assertIn("command", self.entry_in(".cursor/mcp.json"))
        self.run_setup("cursor", "--undo", "--base-url", BASE_URL, "--repo", URL)
        self.assertIn("both", self.run_setup("cursor", code=2, LIGHTFAST_REPO=URL, LIGHTFAST_BASE_URL=BASE_URL))
        self.assertIn("both", self.run_setup("cursor", "--base-url", BASE_URL, "--repo", URL, code=2))
        self.assertEqual(self.files(), {})

    def test_the_files_of_examples_are_what_setup_writes(self):
        for client, example in (("claude-code", "claude-code.http.mcp.json"), ("cursor", "cursor.http.mcp.json"),
                                ("codex", "codex.http.config.toml")):
            with self.subTest(client):
                self.run_setup(client, "--base-url", "https://lightfast.example.com", LIGHTFAST_API_KEY="sesame")
                self.assertEqual(list(self.files().values()), [(harness.ROOT / "examples/clients" / example).read_text()])
                self.run_setup(client, "--undo")

    def test_what_else_is_in_the_file_stays_as_it_is(self):
        claude, codex = self.home / ".claude.json", self.home / ".codex/config.toml"
        settings = {"numStartups": 7, "mcpServers": {"other": {"command": "x"}}, "oauthAccount": {"secret": "größe"}}
        claude.write_text(json.dumps(settings, indent=2, ensure_ascii=False) + "\n")
        claude.chmod(0o640)
        codex.parent.mkdir()
        codex.write_text("# mine\nmodel = 'x'\n\n[mcp_servers.other]\ncommand = \"y\" # why\n")
        before = self.files()
        for client in ("claude-code", "codex"):
            self.run_setup(client, "--repo", URL)
        self.assertEqual(json.loads(claude.read_text())["oauthAccount"], settings["oauthAccount"])
        self.assertEqual(claude.stat().st_mode & 0o777, 0o640)
        self.assertTrue(codex.read_text().startswith(before[".codex/config.toml"]))
        self.assertNotIn("secret", self.run_setup("claude-code", "--repo", URL, "--dry-run"))
        for client in ("claude-code", "codex"):
            self.run_setup(client, "--undo")
        self.assertEqual(self.files(), before)

    def test_a_file_that_is_a_link_stays_one(self):
        dotfiles = self.home / "dotfiles"
        dotfiles.mkdir()
        (dotfiles / "claude.json").write_text("{}\n")
        (self.home / ".claude.json").symlink_to("dotfiles/claude.json")
        self.run_setup("claude-code", "--repo", URL)
        self.assertTrue((self.home / ".claude.json").is_symlink())
        self.assertIn("lightfast", json.loads((dotfiles / "claude.json").read_text())["mcpServers"])

    def test_paths_are_whole_and_options_go_along(self):
        (self.project / "context").mkdir()
        self.run_setup("cursor", "--repo", "context", "--data-dir", "../data", "--branch", "main", "--log-level", "debug")
        entry = json.loads((self.home / ".cursor/mcp.json").read_text())["mcpServers"]["lightfast"]
        self.assertEqual(entry["args"], ["mcp", "--repo", str(self.project / "context"), "--branch", "main", "--data-dir",
                                         str(self.home / "work/data"), "--log-level", "debug"])

    def test_the_repository_may_come_from_the_environment_but_no_token_is_written(self):
        said = self.run_setup("cursor", LIGHTFAST_REPO=URL, LIGHTFAST_REPO_TOKEN="sesame")
        self.assertIn("LIGHTFAST_REPO_TOKEN_FILE", said)
        text = (self.home / ".cursor/mcp.json").read_text()
        self.assertIn(URL, text)
        self.assertNotIn("sesame", text + said)

    def test_a_file_that_is_not_understood_is_left_alone(self):
        for client, place, text in (("claude-code", ".claude.json", "{ // a comment\n}\n"), ("cursor", ".cursor/mcp.json", "[1]"),
                                    ("cursor", ".cursor/mcp.json", '{"mcpServers": 5}'),
                                    ("codex", ".codex/config.toml", 'mcp_servers.lightfast.command = "x"\n')):
            with self.subTest(text):
                path = self.home / place
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
                self.assertIn(str(path), self.run_setup(client, "--repo", URL, code=2))
                self.assertEqual(path.read_text(), text)

    def test_errors_of_use_say_what_to_do(self):
        for words, said in (([], "CLIENT"), (["emacs"], "claude-code"), (["cursor"], "--repo"),
                            (["codex", "--scope", "project", "--repo", URL], "--scope user"),
                            (["cursor", "--scope", "local", "--repo", URL], "user or project"),
                            (["cursor", "--scope", "everywhere", "--repo", URL], "--scope"),
                            (["cursor", "--base-url", "lightfast.example"], "https://"),
                            (["cursor", "--base-url", "http://lightfast.example"], "in clear")):
            with self.subTest(words):
                self.assertIn(said, self.run_setup(*words, code=2))
        self.assertIn("HOME", self.run_setup("cursor", "--repo", URL, code=2, HOME=""))
        self.assertEqual(self.files(), {})

    def test_what_cannot_be_written_is_said(self):
        (self.home / ".cursor").write_text("a file where the directory should be")
        self.assertIn(".cursor", self.run_setup("cursor", "--repo", URL, code=2))
        self.assertEqual(sorted(os.listdir(self.home)), [".cursor", "work"])

    def test_undoing_what_was_never_done_changes_nothing(self):
        for client in ("claude-code", "cursor", "codex"):
            self.assertIn("is so already", self.run_setup(client, "--undo"))
        self.assertEqual(self.files(), {})


if __name__ == "__main__":
    unittest.main()
