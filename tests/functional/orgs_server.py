"""A `lightfast serve` of several organisations, declared in a config file, each with a repository of a real git server.

    with OrgsServer(home, {"acme": git.https_url("acme")}) as server:
        server.shell("cat README.md", **server.as_("acme"))
"""
import json
import signal
import subprocess

from harness import HANG_GUARD, LIGHTFAST
from http_server import HttpServer


class OrgsServer(HttpServer):
    def __init__(self, home, orgs, environment=None, options=()):
        """`orgs`: by name, the URL of the repository or all of the entry but its id."""
        self.home, self.data, self.config = home, home / "data", home / "config.json"
        self.declare(orgs)
        super().__init__(None, self.data, options, environment)
        at = self.command.index("--repo")
        self.command[at:at + 2] = ["--config", str(self.config)]
        self.keys = {}

    @staticmethod
    def entry(name, org):
        return {"id": name} | (org if isinstance(org, dict) else {"repo": {"url": str(org)}})

    def declare(self, orgs, **more):
        """Writes the config file; in effect from the next start, or reload(), on."""
        self.config.write_text(json.dumps({"orgs": [self.entry(name, org) for name, org in orgs.items()]} | more))

    def create_key(self, org, *words):
        made = subprocess.run([LIGHTFAST, "keys", "create", "--data-dir", self.data, "--org", org, *words], env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, timeout=HANG_GUARD)
        return made.stdout.strip()

    def as_(self, org):
        """The headers of a request with a key of this organisation."""
        if org not in self.keys:
            self.keys[org] = self.create_key(org)
        return {"Authorization": f"Bearer {self.keys[org]}"}

    def reads(self, org, path="README.md"):
        """What a file of the organisation's holds now; else the answer."""
        answer = self.shell(f"cat {path}", **self.as_(org))
        return answer.json["stdout"] if answer.status == 200 else answer

    def reload(self):
        """Asks for it and waits until it is done."""
        before = self.log().count("reloaded=")
        self.process.send_signal(signal.SIGHUP)
        return before
