"""`lightfast serve` over real sockets.

    with HttpServer(repository, home / "data") as server:
        server.get("/healthz").status
        server.raw(b"GET / HTTP/1.1\\r\\n\\r\\n")

Leaving the block ends the server as an operator would, and fails when it leaves anything behind.
"""
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import tempfile

from harness import (HANG_GUARD, LEAVES_WITHIN, LIGHTFAST, SANITIZER_OPTIONS, eventually, fail_if_a_sanitizer_reported, is_alive,
                     kill_all, processes_below)

MODERN = "2026-07-28"
ENVELOPE = {"io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": {}}


class Reply:
    """An answer with its body read."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def messages(self):
        """The JSON-RPC messages of the body, JSON or a stream of events."""
        if self.headers.get_content_type() == "text/event-stream":
            return [json.loads(line[6:]) for line in self.body.decode().split("\n") if line.startswith("data: ")]
        return [self.json]

    def __repr__(self):
        return f"Reply({self.status}, {dict(self.headers)}, {self.body[:600]})"


class Requests:
    """What clients say, by the request() of whoever is asked."""

    def get(self, path, **headers):
        return self.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path, body, **headers):
        """`body` as JSON, if it is not bytes."""
        octets = body if isinstance(body, bytes) else json.dumps(body).encode()
        all_headers = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.request("POST", path, octets, all_headers)

    def shell(self, command, **headers):
        """The REST answer to a command."""
        return self.post("/v1/shell", {"command": command}, **headers)

    # ---- MCP.

    def legacy(self, body, session=None, **headers):
        """A message of a legacy client."""
        if session:
            headers["Mcp_Session_Id"] = session
        return self.post("/mcp", body, Accept="application/json, text/event-stream", **headers)

    def initialize(self, revision="2025-11-25", **headers):
        """A new session; its id."""
        reply = self.legacy({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
            "protocolVersion": revision, "capabilities": {}, "clientInfo": {"name": "story", "version": "1"}}}, **headers)
        session = reply.headers["Mcp-Session-Id"]
        self.legacy({"jsonrpc": "2.0", "method": "notifications/initialized"}, session, **headers)
        return session

    def modern(self, method, params=None, number=1, meta=None, **headers):
        """A request of a modern client."""
        params = params or {}
        named = params.get("uri" if method == "resources/read" else "name")
        if named and "Mcp_Name" not in headers:
            headers["Mcp_Name"] = named
        headers = {"MCP_Protocol_Version": MODERN, "Mcp_Method": method, "Accept": "application/json, text/event-stream"} | headers
        body = {"jsonrpc": "2.0", "id": number, "method": method, "params": params | {"_meta": ENVELOPE | (meta or {})}}
        return self.post("/mcp", body, **headers)

    def call(self, command, **headers):
        """The result of the tool, called by a modern client."""
        reply = self.modern("tools/call", {"name": "lightfast_shell", "arguments": {"command": command}}, **headers)
        return reply.messages[-1]["result"]


class Kept(Requests):
    """A client of `server` that keeps its connection."""

    def __init__(self, server):
        self.connection = server.connection()

    def request(self, method, path, body=None, headers=None):
        self.connection.request(method, path, body, headers or {})
        return Reply(self.connection.getresponse())

    def close(self):
        self.connection.close()


class HttpServer(Requests):
    def __init__(self, repository, data, options=(), environment=None, wrap=(), before=None, listen="127.0.0.1:0"):
        self.command = [*wrap, LIGHTFAST, "serve", "--listen", listen, "--repo", str(repository), "--data-dir", str(data),
                        *map(str, options)]
        environment = environment or {}
        # Webhooks fill a store, which is to be below the test's own directory.
        store = {"LIGHTFAST_STORE": f"{data}/store.db"} if any("SECRET" in name for name in environment) else {}
        self.environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/nonexistent", **store, **SANITIZER_OPTIONS, **environment}
        self.before = before

    def __enter__(self):
        self.log_file = tempfile.TemporaryFile()
        self.process = subprocess.Popen(self.command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=self.log_file, preexec_fn=self.before, start_new_session=True)
        self.pid = self.process.pid
        eventually(lambda: re.search("^listening on ", self.log(), re.MULTILINE) or self.process.poll() is not None)
        found = re.search(r"^listening on (https?)://\[?([^\]\n]+?)\]?:(\d+)$", self.log(), re.MULTILINE)
        if not found:
            self.end()
            raise AssertionError(f"the server did not come up:\n{self.log()}")
        self.scheme, self.host, self.port = found[1], found[2].replace("0.0.0.0", "127.0.0.1"), int(found[3])
        self.url = f"{self.scheme}://{self.host}:{self.port}"
        self.mcp = f"{self.url}/mcp"
        return self

    def __exit__(self, failed, *_):
        left = self.end()
        fail_if_a_sanitizer_reported(self.log())
        if not failed and left:
            raise AssertionError(f"the server left processes: {left}; its log:\n{self.log()}")

    def end(self):
        """Asks the server to end and waits for it; the processes that it left, which are killed."""
        below = processes_below(self.pid)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(HANG_GUARD)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        eventually(lambda: not any(map(is_alive, below)), LEAVES_WITHIN)
        left = [process for process in below if is_alive(process)]
        kill_all(left)
        self.process.stdout.close()
        self.last_log = self.log()
        self.log_file.close()
        return left

    def log(self):
        if self.log_file.closed:
            return self.last_log
        return os.pread(self.log_file.fileno(), 1 << 24, 0).decode(errors="replace")

    def wait_until_ready(self):
        if not eventually(lambda: self.get("/readyz").status == 200):
            raise AssertionError(f"the server is not ready: {self.get('/readyz')}; its log:\n{self.log()}")
        return self

    def processes(self):
        return processes_below(self.pid)

    # ---- Requests, each over a connection of its own.

    def connection(self, ca_file=None):
        if self.scheme == "http":
            return http.client.HTTPConnection(self.host, self.port, timeout=HANG_GUARD)
        return http.client.HTTPSConnection(self.host, self.port, timeout=HANG_GUARD, context=ssl.create_default_context(cafile=ca_file))

    def request(self, method, path, body=None, headers=None, ca_file=None):
        connection = self.connection(ca_file)
        try:
            connection.request(method, path, body, headers or {})
            return Reply(connection.getresponse())
        finally:
            connection.close()

    # ---- Bytes.

    def socket(self):
        return socket.create_connection((self.host, self.port), timeout=HANG_GUARD)

    def raw(self, octets):
        """Sends bytes and returns what comes until the server closes or is silent for a second."""
        with self.socket() as connection:
            try:
                connection.sendall(octets)
            except OSError:
                pass  # refused before its end
            return read_all(connection, 1)


def read_all(connection, silence):
    connection.settimeout(silence)
    answer = b""
    try:
        while octets := connection.recv(65536):
            answer += octets
    except (TimeoutError, ConnectionResetError):
        pass
    return answer


def status_of_raw(answer):
    """The status of the first answer in bytes; None when there is none."""
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    return int(found[1]) if found else None
