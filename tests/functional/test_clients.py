#!/usr/bin/env python3
"""The configuration files of examples/clients, read by the clients themselves: they connect and find the tool.

The clients come from npm at fixed versions, below the build directory, and run with a HOME of their own. No account is
needed: Claude Code's `mcp list` and Codex's app server connect to configured servers before any login. Where npm is not
there, or cannot fetch, these tests say so and are skipped. Cursor has no such check; its file is compared by form.
"""

import json
import pathlib
import subprocess
import tempfile
import unittest

from npm import ARCHITECTURE, BUILD, ROOT, install

LIGHTFAST = BUILD / "lightfast"
CLAUDE_VERSION = "2.1.330"
CODEX_VERSION = "0.169.0"
HANG_GUARD = 120  # seconds; nothing here is timed


def example(name, repository):
    """A file of examples/clients with its two placeholders filled in."""
    text = (ROOT / "examples/clients" / name).read_text()
    filled = text.replace("/PATH/TO/lightfast", str(LIGHTFAST)).replace("https://github.com/YOUR-ORG/.lightfast", str(repository))
    assert filled.count(str(LIGHTFAST)) == 1 and filled.count(str(repository)) == 1, f"placeholders of {name} have changed"
    return filled


class ClientTest(unittest.TestCase):
    """A home of its own and a sample repository for each test."""

    def setUp(self):
        home = tempfile.TemporaryDirectory()
        self.addCleanup(home.cleanup)
        self.home = pathlib.Path(home.name)
        self.repository = self.home / "acme/.lightfast"
        self.run_checked(str(LIGHTFAST), "init", str(self.repository))
        git = ("git", "-C", str(self.repository), "-c", "user.name=Test", "-c", "user.email=test@localhost")
        self.run_checked(*git, "init", "--quiet", "--initial-branch=main")
        self.run_checked(*git, "add", "--all")
        self.run_checked(*git, "commit", "--quiet", "--message", "Start")

    def environment(self, **more):
        return {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "LC_ALL": "C.UTF-8", **more}

    def run_checked(self, *command, **options):
        options = {"cwd": self.home, "env": self.environment(), "stdin": subprocess.DEVNULL, **options}
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=HANG_GUARD, **options).stdout


class ClaudeCode(ClientTest):
    def setUp(self):
        package = f"@anthropic-ai/claude-code-linux-{ARCHITECTURE}"
        self.claude = str(install(package, CLAUDE_VERSION, f"{package}/claude"))
        super().setUp()
        self.project = self.home / "project"
        self.project.mkdir()

    def run_claude(self, *arguments):
        environment = self.environment(DISABLE_AUTOUPDATER="1", CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1")
        return self.run_checked(self.claude, *arguments, cwd=self.project, env=environment)

    def server_line(self, name):
        listed = self.run_claude("mcp", "list")
        lines = [line for line in listed.splitlines() if line.startswith(f"{name}: ")]
        self.assertEqual(len(lines), 1, listed)
        return lines[0]

    def test_connects_to_a_server_that_was_added_by_command(self):
        self.run_claude("mcp", "add", "--scope", "user", "lightfast", "--",
                        str(LIGHTFAST), "mcp", "--repo", str(self.repository))
        self.assertIn("Connected", self.server_line("lightfast"))

    def test_connects_to_a_server_that_was_set_up_and_not_after_that_was_undone(self):
        for scope in ("user", "local"):
            setup = (str(LIGHTFAST), "setup", "claude-code", "--scope", scope)
            self.run_checked(*setup, "--repo", str(self.repository), cwd=self.project)
            self.assertIn("Connected", self.server_line("lightfast"))
            self.run_checked(*setup, "--undo", cwd=self.project)
            self.assertNotIn("lightfast", self.run_claude("mcp", "list"))

    def test_connects_to_the_server_of_the_project_file(self):
        (self.project / ".mcp.json").write_text(example("claude-code.mcp.json", self.repository))
        settings = self.home / ".claude/settings.json"
        settings.parent.mkdir()
        settings.write_text('{"enableAllProjectMcpServers": true}')  # else the file waits for a person's approval
        self.assertIn("Connected", self.server_line("lightfast"))

    def test_says_so_when_a_server_does_not_start(self):
        self.run_claude("mcp", "add", "--scope", "user", "broken", "--", "/bin/false")
        self.assertNotIn("Connected", self.server_line("broken"))


class Codex(ClientTest):
    def setUp(self):
        program = f"@openai/codex-linux-{ARCHITECTURE}/vendor/*/bin/codex"
        self.codex = str(install("@openai/codex", CODEX_VERSION, program))
        super().setUp()

    def test_finds_the_tool_of_a_server_that_was_set_up(self):
        self.run_checked(str(LIGHTFAST), "setup", "codex", "--repo", str(self.repository))
        self.assertIn("lightfast_shell", self.configured_servers()["lightfast"]["tools"])

    def test_finds_the_tool_of_the_configured_server(self):
        (self.home / ".codex").mkdir()
        (self.home / ".codex/config.toml").write_text(example("codex.config.toml", self.repository))
        server = self.configured_servers()["lightfast"]
        self.assertEqual(server["serverInfo"]["name"], "lightfast")
        self.assertIn("lightfast_shell", server["tools"])

    def configured_servers(self):
        """What Codex's app server, asked over its stdio, says about the MCP servers it is configured with."""
        requests = [
            {"id": 1, "method": "initialize", "params": {"clientInfo": {"name": "test", "title": "test", "version": "1"}}},
            {"method": "initialized"},
            {"id": 2, "method": "mcpServerStatus/list", "params": {}},
        ]
        with subprocess.Popen([self.codex, "app-server"], cwd=self.home, env=self.environment(), text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as app_server:
            app_server.stdin.writelines(json.dumps(request) + "\n" for request in requests)
            app_server.stdin.flush()
            messages = map(json.loads, app_server.stdout)
            answer = next((message for message in messages if message.get("id") == 2), None)
            app_server.stdin.close()
            app_server.wait(HANG_GUARD)
        self.assertIsNotNone(answer, "codex app-server ended without an answer")
        return {server["name"]: server for server in answer["result"]["data"]}


class Cursor(unittest.TestCase):
    def test_file_differs_from_claude_codes_only_in_the_type(self):
        claude, cursor = (json.loads((ROOT / "examples/clients" / f"{client}.mcp.json").read_text())
                          for client in ("claude-code", "cursor"))
        self.assertEqual(claude["mcpServers"]["lightfast"].pop("type"), "stdio")
        self.assertEqual(claude, cursor)


if __name__ == "__main__":
    unittest.main()
