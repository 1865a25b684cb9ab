"""What the stories of real clients share: the clients at fixed versions, a home of their own, and the files of examples/clients."""
import json
import os
import pathlib
import subprocess
import unittest

import harness
from harness import HANG_GUARD, LIGHTFAST
from keyed_server import KeyedServer
from npm import ARCHITECTURE, ROOT, install

CLAUDE_VERSION = "2.1.330"
CODEX_VERSION = "0.169.0"
EXAMPLES = ROOT / "examples/clients"
PLACEHOLDERS = {"stdio": ("/PATH/TO/lightfast", "https://github.com/YOUR-ORG/.lightfast"), "http": ("https://lightfast.example.com",)}


def install_claude():
    package = f"@anthropic-ai/claude-code-linux-{ARCHITECTURE}"
    return str(install(package, CLAUDE_VERSION, f"{package}/claude"))


def install_codex():
    return str(install("@openai/codex", CODEX_VERSION, f"@openai/codex-linux-{ARCHITECTURE}/vendor/*/bin/codex"))


class ClientCase(unittest.TestCase):
    """A home and a sample repository for each test."""

    def setUp(self):
        self.home = harness.make_home(self)
        self.project = self.home / "project"
        self.project.mkdir()
        self.repository, self.data = self.home / "acme/.lightfast", self.home / ".local/share/lightfast"  # that one by default
        self.run_checked(LIGHTFAST, "init", str(self.repository))
        git = ("git", "-C", str(self.repository), "-c", "user.name=Test", "-c", "user.email=test@localhost")
        self.run_checked(*git, "init", "--quiet", "--initial-branch=main")
        self.run_checked(*git, "add", "--all")
        self.run_checked(*git, "commit", "--quiet", "--message", "Start")

    def environment(self, **more):
        return {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "LC_ALL": "C.UTF-8", **more}

    def run_checked(self, *command, **options):
        """The command's stdout; it fails with all that was said when the command does."""
        options = {"cwd": self.home, "env": self.environment(), "stdin": subprocess.DEVNULL, **options}
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=2 * HANG_GUARD, **options)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout

    def serve(self):
        """A server that wants a key, until the test ends."""
        return self.enterContext(KeyedServer(self.repository, self.data))

    def example(self, name, server=None):
        """A file of examples/clients: only its placeholders are filled in, for `server` or, without one, for the repository."""
        text = (EXAMPLES / name).read_text()
        values = (server.url,) if server else (LIGHTFAST, str(self.repository))
        for placeholder, value in zip(PLACEHOLDERS["http" if server else "stdio"], values):
            self.assertEqual(text.count(placeholder), 1, f"the placeholders of {name} have changed")
            text = text.replace(placeholder, value)
        return text

    def run_codex(self, codex, model, question, servers, name="gpt-5", **environment):
        """What Codex tells of one question to a fake model, as events; `servers` are the MCP servers of its configuration file.

        A model of a `name` that it does not know is shown all tools at once, and at most 12,000 bytes of an answer.
        """
        self.write(".codex/config.toml", f"""
model = "{name}"
model_provider = "fake"
approval_policy = "never"
[model_providers.fake]
name = "fake"
base_url = "{model.url}/v1"
env_key = "FAKE_KEY"
wire_api = "responses"
supports_websockets = false
""" + servers)
        said = self.run_checked(codex, "exec", "--json", "--skip-git-repo-check", "-c", f"mcp_servers.lightfast.startup_timeout_sec={HANG_GUARD}",
                                question, cwd=self.project, env=self.environment(FAKE_KEY="none", **environment))
        return [json.loads(line) for line in said.splitlines()]

    def write(self, place, text):
        path = pathlib.Path(self.home, place)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return str(path)


def key_in_environment(server):
    return {"LIGHTFAST_API_KEY": server.key} if server else {}


def claude_environment():
    """Without traffic of its own, and with patience for servers on a machine that is busy."""
    patience = str(HANG_GUARD * 1000)
    return {"DISABLE_AUTOUPDATER": "1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "MCP_TIMEOUT": patience, "MCP_CONNECT_TIMEOUT_MS": patience}
