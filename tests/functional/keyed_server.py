"""A `lightfast serve` that wants an API key, for the stories of clients: server.key, for server.mcp."""
import subprocess

from harness import HANG_GUARD, LIGHTFAST
from http_server import HttpServer


class KeyedServer(HttpServer):
    def __init__(self, repository, data):
        super().__init__(repository, data)
        made = subprocess.run([LIGHTFAST, "keys", "create", "--data-dir", str(data)], env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=True, timeout=HANG_GUARD)
        self.key = made.stdout.strip()
