#!/usr/bin/env python3
"""The official TypeScript SDK clients, version 1 and 2, and the MCP Inspector, over stdio and HTTP, in both eras of the protocol."""
import json
import pathlib
import subprocess
import unittest

import harness
from harness import HANG_GUARD, LIGHTFAST
from keyed_server import KeyedServer
from npm import install, install_node

V1, V2, INSPECTOR = "1.32.2", "2.4.0", "2.12.0"
FILES = {"README.md": "# Acme\n", "brand.md": "tone: calm\n", "logo.png": b"\x89PNG\x00"}
NOTES = {f"notes/{number:03}.md": "A note.\n" for number in range(250)}  # with which the list has more than one page
TOOL_ERROR = 5  # the inspector's exit code
MODERN, LEGACY_MISSING, MODERN_MISSING = "2026-07-28", -32002, -32602
SCRIPT = str(pathlib.Path(__file__).resolve().parent / "sdk/client.mjs")


def tearDownModule():
    harness.fail_if_anything_is_left()


class Client(unittest.TestCase):
    files = FILES

    def setUp(self):
        self.node = str(install_node())
        self.home = harness.make_home(self)

    def make(self, name):
        """A repository that none has changed yet, and how to start a server of it."""
        self.repository = harness.make_repository(self.home / name, self.files)
        self.data = harness.data_dir(self.home, 1, f"data of {name}")
        self.command = [LIGHTFAST, "mcp", "--repo", self.repository, "--data-dir", str(self.data)]

    def serve(self):
        return self.enterContext(KeyedServer(self.repository, self.data))


class Sdk(Client):
    files = FILES | NOTES

    def seen_by(self, modules, server=None, **options):
        """What the client of these modules sees, of `server` or, without one, over stdio."""
        change = (f"cd '{self.repository}' && echo 'tone: loud' > brand.md && echo new > notes/new.md && git add --all && "
                  "git -c user.name=x -c user.email=x@localhost commit --quiet --message Loud")
        place = {"command": self.command} if server is None else {"url": server.mcp, "headers": bearer(server)}
        plan = modules | place | {"options": options, "change": change}
        done = subprocess.run([self.node, SCRIPT, json.dumps(plan)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, timeout=5 * HANG_GUARD)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def assert_whole(self, seen, missing, modern, server):
        uris = [f"lightfast://repo/{name}" for name in sorted(self.files)]
        self.assertEqual((seen["server"], seen["modern"]), ("lightfast", modern))
        self.assertIn("organisation", seen["instructions"])
        self.assertEqual(seen["tools"], ["lightfast_shell"])
        self.assertEqual(seen["shell"], ["tone: calm\n", "[exit 3]"])
        self.assertEqual(seen["resources"], uris)
        self.assertEqual(seen["templates"], ["lightfast://repo/{+path}"])
        self.assertEqual(seen["text"], [{"uri": "lightfast://repo/brand.md", "mimeType": "text/markdown", "text": "tone: calm\n"}])
        self.assertEqual(seen["blob"], [{"uri": "lightfast://repo/logo.png", "mimeType": "image/png", "blob": "iVBORwA="}])
        self.assertEqual(seen["missing"]["code"], missing)
        self.assertEqual(seen["prompts"], ["context"])
        self.assertIn("=== brand.md ===\ntone: calm\n", seen["context"])
        self.assertEqual(seen["completion"]["values"], ["brand.md"])
        self.assertIs(seen["wrong"], True)
        self.assert_of_long_calls(seen)
        self.assert_of_changes(seen)
        self.assertEqual(seen["endedSession"], 404 if server and not modern else None)

    def assert_of_long_calls(self, seen):
        beats = [beat["progress"] for beat in seen["progress"]]
        self.assertTrue(beats and beats == sorted(set(beats)), seen["progress"])
        self.assertEqual(seen["cancelled"], {"ran": True, "failed": True, "gone": True, "after": ["on\n"]})

    def assert_of_changes(self, seen):
        self.assertEqual(seen["after"], "tone: loud\n")
        told = [(method.removeprefix("notifications/resources/"), uri) for method, uri in seen["told"]]
        self.assertEqual(set(told), {("list_changed", None), ("updated", "lightfast://repo/brand.md")}, told)

    def each_transport(self, modules, missing, modern, **options):
        for transport in ("stdio", "http"):
            with self.subTest(transport):
                self.make(transport)
                server = self.serve() if transport == "http" else None
                self.assert_whole(self.seen_by(modules, server, **options), missing, modern, server)

    def test_version_1(self):
        package = "@modelcontextprotocol/sdk"
        modules = {name: str(install(package, V1, f"{package}/dist/esm/client/{file}.js"))
                   for name, file in (("client", "index"), ("stdio", "stdio"), ("http", "streamableHttp"))}
        self.each_transport(modules, LEGACY_MISSING, modern=False)

    def test_version_2_in_the_legacy_era(self):
        # This client gives the legacy code as the modern one.
        self.each_transport(version_2(), MODERN_MISSING, modern=False)

    def test_version_2_finds_out_the_modern_era(self):
        self.each_transport(version_2(), MODERN_MISSING, modern=True, versionNegotiation={"mode": "auto"})

    def test_version_2_held_to_the_modern_era(self):
        self.each_transport(version_2(), MODERN_MISSING, modern=True, versionNegotiation={"mode": {"pin": MODERN}})


class Inspector(Client):
    def setUp(self):
        super().setUp()
        self.make("repository")
        package = "@modelcontextprotocol/inspector"
        self.inspector = str(install(package, INSPECTOR, f"{package}/clients/launcher/build/index.js"))

    def ask(self, target, era, method, *words, code=0):
        command = [self.node, self.inspector, "--cli", *target, "--protocol-era", era, "--method", method, *words]
        done = subprocess.run([*command, "--format", "json"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                              timeout=2 * HANG_GUARD)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout).get("result") if done.stdout.strip() else None

    def assert_everything(self, target, era):
        self.assertEqual([tool["name"] for tool in self.ask(target, era, "tools/list", "--strict")["tools"]], ["lightfast_shell"])
        called = self.ask(target, era, "tools/call", "--tool-name", "lightfast_shell", "--tool-arg", "command=cat brand.md")
        self.assertEqual(called["content"], [{"type": "text", "text": "tone: calm\n"}])
        self.assertEqual(len(self.ask(target, era, "resources/list")["resources"]), len(FILES))
        read = self.ask(target, era, "resources/read", "--uri", "lightfast://repo/logo.png")
        self.assertEqual(read["contents"][0]["blob"], "iVBORwA=")
        prompt = self.ask(target, era, "prompts/get", "--prompt-name", "context", "--prompt-args", "files=README.md")
        self.assertIn("# Acme", prompt["messages"][0]["content"]["text"])
        # What could not be done is an error of the tool.
        self.ask(target, era, "tools/call", "--tool-name", "lightfast_shell", "--tool-arg", "command=sleep 5", "--tool-arg",
                 "timeoutMs=100", code=TOOL_ERROR)

    def test_it_gets_everything_in_both_eras_over_stdio(self):
        for era in ("legacy", "modern"):
            with self.subTest(era):
                self.assert_everything(self.command, era)

    def test_it_gets_everything_in_both_eras_over_http(self):
        server = self.serve()
        target = [server.mcp, "--transport", "http", "--header", f"Authorization: {bearer(server)['Authorization']}"]
        for era in ("legacy", "modern"):
            with self.subTest(era):
                self.assert_everything(target, era)


def version_2():
    package = "@modelcontextprotocol/client"
    return {name: str(install(package, V2, f"{package}/dist/{file}.mjs"))
            for name, file in (("client", "index"), ("stdio", "stdio"), ("http", "index"))}


def bearer(server):
    return {"Authorization": f"Bearer {server.key}"}


if __name__ == "__main__":
    unittest.main()
