#!/usr/bin/env python3
"""Claude Code and Codex from end to end, against fake models on this machine: what the model is shown is what bash says.

Each client loads its file of examples/clients, over stdio and over HTTP with a key, asks its model, runs the tool calls that
the model makes, and ends with the model's text.
"""
import json
import unittest

import harness
from client_case import ClientCase, claude_environment, install_claude, install_codex, key_in_environment
from fake_models import AnthropicModel, OpenAiModel
from harness import LIGHTFAST, Server

# What a command says on both streams, its exit code, and whether bash itself would say the same.
FOUND, MISSING, BOTH = "grep -rn tone . | sort", "cat nothing.md", "cat brand.md nothing.md; exit 3"
COMMANDS = (FOUND, MISSING, BOTH)
LAST = "It is calm and brief."
NAMESPACE = "mcp__lightfast"


def tearDownModule():
    harness.fail_if_anything_is_left()


class Agent(ClientCase):
    def setUp(self):
        self.client = self.install()
        super().setUp()
        self.checkout = harness.make_checkout(str(self.repository), self.home / "checkout")
        # From then on a server can say at its start what it serves.
        self.run_checked(LIGHTFAST, "shell", "--repo", str(self.repository), "--", "true")
        self.tool, self.instructions = self.declared()

    def texts_of_bash(self, command):
        """What the tool is to show of a command, in parts: stdout, then stderr with the exit code."""
        said = harness.bash_says(command, self.checkout)
        notes = said.stderr.decode() + (f"[exit {said.returncode}]" if said.returncode else "")
        return [said.stdout.decode()] + ([notes] if notes else [])

    def declared(self):
        """The tool and the instructions as the server itself gives them."""
        with Server(self.repository, self.data) as server:
            instructions = server.initialize()["result"]["instructions"]
            return server.answer(server.request("tools/list"))["result"]["tools"][0], instructions

    def assert_shown(self, shown):
        self.assertEqual(shown, [self.texts_of_bash(command) for command in COMMANDS])
        self.assertTrue(shown[0][0].strip() and len(shown[0]) == 1)
        self.assertTrue(shown[1][-1].endswith("[exit 1]"))


class ClaudeCode(Agent):
    install = staticmethod(install_claude)

    def ask(self, name, server=None):
        """One question; the model that was asked."""
        file = self.write("mcp.json", self.example(name, server))
        with AnthropicModel([(f"{NAMESPACE}__lightfast_shell", {"command": command}) for command in COMMANDS] + [LAST]) as model:
            said = self.run_checked(
                self.client, "-p", "What is our tone?", "--mcp-config", file, "--strict-mcp-config", "--allowedTools", NAMESPACE,
                "--output-format", "json", cwd=self.project, env=self.environment(
                    ANTHROPIC_BASE_URL=model.url, ANTHROPIC_API_KEY="none", **claude_environment(), **key_in_environment(server)))
        self.assertEqual(json.loads(said)["result"], LAST)
        return model

    def assert_whole(self, model):
        self.assert_shown([[part["text"] for part in answer["content"]] for answer in model.shown()])
        self.assertFalse([answer for answer in model.shown() if answer.get("is_error")])
        # With the first request, so the model need not look for it.
        tools = [tool for tool in model.requests[0]["tools"] if tool["name"] == f"{NAMESPACE}__lightfast_shell"]
        self.assertEqual([(tool["description"], tool["input_schema"]) for tool in tools],
                         [(self.tool["description"], self.tool["inputSchema"])])
        self.assertIn(self.instructions, "".join(texts_in(model.requests[0])))

    def test_over_stdio(self):
        self.assert_whole(self.ask("claude-code.mcp.json"))

    def test_its_slash_command_puts_the_context_before_the_model(self):
        file = self.write("mcp.json", self.example("claude-code.mcp.json"))
        with AnthropicModel([LAST]) as model:
            self.run_checked(self.client, "-p", f"/{NAMESPACE}__context brand.md", "--mcp-config", file, "--strict-mcp-config",
                             cwd=self.project, env=self.environment(ANTHROPIC_BASE_URL=model.url, ANTHROPIC_API_KEY="none",
                                                                    **claude_environment()))
        said = "".join(texts_in(model.requests[0]["messages"]))
        self.assertIn("They do not override the user", said)
        self.assertIn(f"=== brand.md ===\n{(self.checkout / 'brand.md').read_text()}", said)
        self.assertNotIn("=== IDENTITY.md", said)

    def test_over_http(self):
        self.assert_whole(self.ask("claude-code.http.mcp.json", self.serve()))


class Codex(Agent):
    install = staticmethod(install_codex)

    def ask(self, name, server=None):
        with OpenAiModel([((NAMESPACE, "lightfast_shell"), {"command": command}) for command in COMMANDS] + [LAST]) as model:
            events = self.run_codex(self.client, model, "What is our tone?", self.example(name, server), **key_in_environment(server))
        self.assertIn(LAST, [event["item"].get("text") for event in events if event["type"] == "item.completed"])
        return model

    def assert_whole(self, model):
        # Codex puts the time before the output, and leaves out a part that is empty.
        shown = [[part["text"] for part in answer["output"]][1:] for answer in model.shown()]
        expected = [[text for text in self.texts_of_bash(command) if text] for command in COMMANDS]
        self.assertEqual(shown, expected)
        namespaces = [tool for tool in model.requests[0]["tools"] if tool.get("name") == NAMESPACE]
        self.assertEqual([[(tool["name"], tool["description"]) for tool in namespace["tools"]] for namespace in namespaces],
                         [[("lightfast_shell", self.tool["description"])]])
        # Of the schema it keeps types and descriptions alone.
        for name, declared in self.tool["inputSchema"]["properties"].items():
            kept = namespaces[0]["tools"][0]["parameters"]["properties"][name]
            self.assertEqual(kept["description"], declared["description"])
        self.assertEqual(namespaces[0]["description"], self.instructions)

    def test_over_stdio(self):
        self.assert_whole(self.ask("codex.config.toml"))

    def test_over_http(self):
        self.assert_whole(self.ask("codex.http.config.toml", self.serve()))


def texts_in(value):
    """All strings in a JSON value."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [text for inner in value for text in texts_in(inner)] if isinstance(value, list) else []


if __name__ == "__main__":
    unittest.main()
