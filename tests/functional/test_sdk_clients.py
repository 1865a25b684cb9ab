#!/usr/bin/env python3
"""The official TypeScript SDK clients, version 1 and 2, and the MCP Inspector, over stdio and in both eras of the protocol."""
import json
import pathlib
import subprocess
import unittest

import harness
from harness import HANG_GUARD, LIGHTFAST
from npm import install, install_node

V1, V2, INSPECTOR = "1.32.2", "2.4.0", "2.12.0"
FILES = {"README.md": "# Acme\n", "brand.md": "tone: calm\n", "logo.png": b"\x89PNG\x00"}
TOOL_ERROR = 5  # the inspector's exit code


class Client(unittest.TestCase):
    def setUp(self):
        self.node = str(install_node())
        home = harness.make_home(self)
        self.repository = harness.make_repository(home / "repository", FILES)
        self.server = [LIGHTFAST, "mcp", "--repo", self.repository, "--data-dir", str(harness.data_dir(home, 1))]


class Sdk(Client):
    def seen_by(self, package, version, client, stdio, options):
        change = (f"cd '{self.repository}' && echo 'tone: loud' > brand.md && git add --all && "
                  "git -c user.name=x -c user.email=x@localhost commit --quiet --message Loud")
        script = str(pathlib.Path(__file__).resolve().parent / "sdk/client.mjs")
        done = subprocess.run([self.node, script, str(install(package, version, f"{package}/{client}")),
                               str(install(package, version, f"{package}/{stdio}")), json.dumps(options), change, *self.server],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=HANG_GUARD)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def assert_whole(self, seen, missing):
        self.assertEqual(seen["server"], "lightfast")
        self.assertIn("organisation", seen["instructions"])
        self.assertEqual(seen["tools"], ["lightfast_shell"])
        self.assertEqual(seen["shell"], ["tone: calm\n", "[exit 3]"])
        self.assertEqual(seen["resources"], [f"lightfast://repo/{name}" for name in FILES])
        self.assertEqual(seen["templates"], ["lightfast://repo/{+path}"])
        self.assertEqual(seen["text"], [{"uri": "lightfast://repo/brand.md", "mimeType": "text/markdown", "text": "tone: calm\n"}])
        self.assertEqual(seen["missing"]["code"], missing)
        self.assertEqual(seen["prompts"], ["context"])
        self.assertIn("=== brand.md ===\ntone: calm\n", seen["context"])
        self.assertEqual(seen["completion"]["values"], ["brand.md"])
        self.assertIs(seen["wrong"], True)
        self.assertEqual(seen["after"], "tone: loud\n")

    def test_version_1(self):
        seen = self.seen_by("@modelcontextprotocol/sdk", V1, "dist/esm/client/index.js", "dist/esm/client/stdio.js", {})
        self.assert_whole(seen, -32002)
        self.assertIn("notifications/resources/list_changed", seen["told"])

    def test_version_2_in_the_legacy_era(self):
        # This client gives the legacy code as the modern one.
        self.assert_whole(self.seen_by("@modelcontextprotocol/client", V2, "dist/index.mjs", "dist/stdio.mjs", {}), -32602)

    def test_version_2_finds_out_the_modern_era(self):
        options = {"versionNegotiation": {"mode": "auto"}}
        self.assert_whole(self.seen_by("@modelcontextprotocol/client", V2, "dist/index.mjs", "dist/stdio.mjs", options), -32602)

    def test_version_2_held_to_the_modern_era(self):
        options = {"versionNegotiation": {"mode": {"pin": "2026-07-28"}}}
        self.assert_whole(self.seen_by("@modelcontextprotocol/client", V2, "dist/index.mjs", "dist/stdio.mjs", options), -32602)


class Inspector(Client):
    def setUp(self):
        super().setUp()
        package = "@modelcontextprotocol/inspector"
        self.inspector = str(install(package, INSPECTOR, f"{package}/clients/launcher/build/index.js"))

    def ask(self, era, method, *words, code=0):
        command = [self.node, self.inspector, "--cli", *self.server, "--protocol-era", era, "--method", method, *words]
        done = subprocess.run([*command, "--format", "json"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                              timeout=HANG_GUARD)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout).get("result") if done.stdout.strip() else None

    def test_it_gets_everything_in_both_eras(self):
        for era in ("legacy", "modern"):
            with self.subTest(era):
                self.assertEqual([tool["name"] for tool in self.ask(era, "tools/list", "--strict")["tools"]], ["lightfast_shell"])
                called = self.ask(era, "tools/call", "--tool-name", "lightfast_shell", "--tool-arg", "command=cat brand.md")
                self.assertEqual(called["content"], [{"type": "text", "text": "tone: calm\n"}])
                self.assertEqual(len(self.ask(era, "resources/list")["resources"]), len(FILES))
                read = self.ask(era, "resources/read", "--uri", "lightfast://repo/logo.png")
                self.assertEqual(read["contents"][0]["blob"], "iVBORwA=")
                prompt = self.ask(era, "prompts/get", "--prompt-name", "context", "--prompt-args", "files=README.md")
                self.assertIn("# Acme", prompt["messages"][0]["content"]["text"])

    def test_a_call_that_could_not_be_done_is_an_error_of_the_tool(self):
        for era in ("legacy", "modern"):
            with self.subTest(era):
                self.ask(era, "tools/call", "--tool-name", "lightfast_shell", "--tool-arg", "command=sleep 5", "--tool-arg", "timeoutMs=100",
                         code=TOOL_ERROR)


if __name__ == "__main__":
    unittest.main()
