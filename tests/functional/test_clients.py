#!/usr/bin/env python3
"""The configuration files of examples/clients, read by the clients themselves: they connect and find the tool.

The clients come from npm at fixed versions, below the build directory, and run with a HOME of their own. No account is
needed: Claude Code's `mcp list` and Codex's app server connect to configured servers before any login. Where npm is not
there, or cannot fetch, these tests say so and are skipped.
"""

import json
import subprocess
import unittest

import harness
from client_case import ClientCase, EXAMPLES, claude_environment, install_claude, install_codex, key_in_environment
from harness import HANG_GUARD, LIGHTFAST
from npm import install, install_node

INSPECTOR_VERSION = "2.12.0"


def tearDownModule():
    harness.fail_if_anything_is_left()


class ClaudeCode(ClientCase):
    def setUp(self):
        self.claude = install_claude()
        super().setUp()

    def run_claude(self, *arguments, server=None):
        environment = self.environment(**claude_environment(), **key_in_environment(server))
        return self.run_checked(self.claude, *arguments, cwd=self.project, env=environment)

    def server_line(self, name, server=None):
        listed = self.run_claude("mcp", "list", server=server)
        lines = [line for line in listed.splitlines() if line.startswith(f"{name}: ")]
        self.assertEqual(len(lines), 1, listed)
        return lines[0]

    def test_connects_to_a_server_that_was_added_by_command(self):
        self.run_claude("mcp", "add", "--scope", "user", "lightfast", "--",
                        LIGHTFAST, "mcp", "--repo", str(self.repository))
        self.assertIn("Connected", self.server_line("lightfast"))

    def test_connects_to_a_server_that_was_set_up_and_not_after_that_was_undone(self):
        for scope in ("user", "local"):
            setup = (LIGHTFAST, "setup", "claude-code", "--scope", scope)
            self.run_checked(*setup, "--repo", str(self.repository), cwd=self.project)
            self.assertIn("Connected", self.server_line("lightfast"))
            self.run_checked(*setup, "--undo", cwd=self.project)
            self.assertNotIn("lightfast", self.run_claude("mcp", "list"))

    def test_connects_to_a_hosted_server_that_was_set_up_and_only_with_its_key(self):
        server = self.serve()
        for scope in ("user", "local"):
            setup = (LIGHTFAST, "setup", "claude-code", "--scope", scope)
            self.run_checked(*setup, "--base-url", server.url, cwd=self.project,
                             env=self.environment(**key_in_environment(server)))
            self.assertIn("Connected", self.server_line("lightfast", server))
            self.assertNotIn("Connected", self.server_line("lightfast"))
            self.run_checked(*setup, "--undo", cwd=self.project)

    def test_connects_to_the_servers_of_the_project_files(self):
        self.write(".claude/settings.json", '{"enableAllProjectMcpServers": true}')  # else a file waits for a person's approval
        for name, server in (("claude-code.mcp.json", None), ("claude-code.http.mcp.json", self.serve())):
            with self.subTest(name):
                self.write("project/.mcp.json", self.example(name, server))
                self.assertIn("Connected", self.server_line("lightfast", server))

    def test_says_so_when_a_server_does_not_start(self):
        self.run_claude("mcp", "add", "--scope", "user", "broken", "--", "/bin/false")
        self.assertNotIn("Connected", self.server_line("broken"))


class Codex(ClientCase):
    def setUp(self):
        self.codex = install_codex()
        super().setUp()

    def test_finds_the_tool_of_a_server_that_was_set_up(self):
        self.run_checked(LIGHTFAST, "setup", "codex", "--repo", str(self.repository))
        self.assertIn("lightfast_shell", self.configured_server()["tools"])

    def test_finds_the_tool_of_a_hosted_server_that_was_set_up(self):
        server = self.serve()
        self.run_checked(LIGHTFAST, "setup", "codex", "--base-url", server.url,
                         env=self.environment(**key_in_environment(server)))
        self.assertIn("lightfast_shell", self.configured_server(server)["tools"])

    def test_finds_the_tool_of_the_configured_servers(self):
        for name, server in (("codex.config.toml", None), ("codex.http.config.toml", self.serve())):
            with self.subTest(name):
                self.write(".codex/config.toml", self.example(name, server))
                status = self.configured_server(server)
                self.assertEqual(status["serverInfo"]["name"], "lightfast")
                self.assertIn("lightfast_shell", status["tools"])

    def configured_server(self, server=None):
        """What Codex's app server, asked over its stdio, says about the server `lightfast` that it is configured with."""
        requests = [
            {"id": 1, "method": "initialize", "params": {"clientInfo": {"name": "test", "title": "test", "version": "1"}}},
            {"method": "initialized"},
            {"id": 2, "method": "mcpServerStatus/list", "params": {}},
        ]
        environment = self.environment(**key_in_environment(server))
        with subprocess.Popen([self.codex, "app-server"], cwd=self.home, env=environment, text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as app_server:
            app_server.stdin.writelines(json.dumps(request) + "\n" for request in requests)
            app_server.stdin.flush()
            messages = map(json.loads, app_server.stdout)
            answer = next((message for message in messages if message.get("id") == 2), None)
            app_server.stdin.close()
            app_server.wait(HANG_GUARD)
        self.assertIsNotNone(answer, "codex app-server ended without an answer")
        return {status["name"]: status for status in answer["result"]["data"]}["lightfast"]


class Cursor(ClientCase):
    """Cursor cannot be run here. The inspector, which reads files of this form, connects with its files instead."""

    def setUp(self):
        package = "@modelcontextprotocol/inspector"
        self.inspector = [str(install_node()), str(install(package, INSPECTOR_VERSION, f"{package}/clients/launcher/build/index.js"))]
        super().setUp()

    def tools_of(self, text):
        file = self.write("cursor.mcp.json", text)
        listed = self.run_checked(*self.inspector, "--cli", "--config", file, "--server", "lightfast", "--method", "tools/list",
                                  "--format", "json")
        return [tool["name"] for tool in json.loads(listed)["result"]["tools"]]

    def test_the_file_of_a_server_that_it_starts(self):
        self.assertEqual(self.tools_of(self.example("cursor.mcp.json")), ["lightfast_shell"])

    def test_the_file_of_a_hosted_server(self):
        # Cursor does two things itself: it tells by the URL that this is no stdio server, and puts the variable's value in.
        server = self.serve()
        text = self.example("cursor.http.mcp.json", server)
        self.assertEqual(text.count("${env:LIGHTFAST_API_KEY}"), 1)
        configured = json.loads(text.replace("${env:LIGHTFAST_API_KEY}", server.key))
        configured["mcpServers"]["lightfast"]["type"] = "http"
        self.assertEqual(self.tools_of(json.dumps(configured)), ["lightfast_shell"])


class Files(unittest.TestCase):
    def test_those_of_cursor_differ_from_claude_codes_only_in_the_type_and_how_a_variable_is_written(self):
        for form, kind in (("mcp.json", "stdio"), ("http.mcp.json", "http")):
            claude, cursor = (json.loads((EXAMPLES / f"{client}.{form}").read_text().replace("${env:", "${"))
                              for client in ("claude-code", "cursor"))
            self.assertEqual(claude["mcpServers"]["lightfast"].pop("type"), kind)
            self.assertEqual(claude, cursor)


if __name__ == "__main__":
    unittest.main()
