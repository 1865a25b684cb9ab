#!/usr/bin/env python3
"""A served Lightfast as it is operated: behind the nginx of examples/, with an authorization server's tokens, as a systemd unit, with
public tools that read its OpenAPI document, and with a bridge to it."""
import base64
import json
import os
import re
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import npm
from harness import (HANG_GUARD, LIGHTFAST, PROGRAMS, ROOT, SANITIZER_OPTIONS, Server, eventually, fail_if_anything_is_left, make_home,
                     make_repository)
from http_server import HttpServer

FILES = {"README.md": "# Acme\n", "brand.md": "tone: calm\n"}
EXAMPLES = ROOT / "examples/serve"


def tearDownModule():
    fail_if_anything_is_left()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Case(unittest.TestCase):
    def setUp(self):
        self.home = make_home(self)
        self.repository = make_repository(self.home / "repository", FILES)


class Nginx:
    """The example's configuration, with this machine's ports and certificate put in."""

    def __init__(self, home, upstream_port):
        self.home, self.port = home, free_port()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=IP:127.0.0.1", "-keyout", home / "key.pem", "-out", home / "cert.pem"], check=True, capture_output=True)
        text = (EXAMPLES / "nginx.conf").read_text()
        for pattern, replacement in (("127.0.0.1:4114", f"127.0.0.1:{upstream_port}"), ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
                                     ("ai.example.com", "127.0.0.1"), ("/etc/ssl/lightfast/fullchain.pem", str(home / "cert.pem")),
                                     ("/etc/ssl/lightfast/privkey.pem", str(home / "key.pem"))):
            assert pattern in text, pattern
            text = text.replace(pattern, replacement)
        user = "user root;" if os.geteuid() == 0 else ""
        temporary = " ".join(f"{name}_temp_path {home}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (home / "nginx.conf").write_text(
            f"daemon off; master_process off; pid {home}/nginx.pid; error_log {home}/error.log; {user}\n"
            f"events {{ worker_connections 256; }}\nhttp {{ access_log off; {temporary}\n{text}}}\n")

    def __enter__(self):
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
        self.process = subprocess.Popen([program, "-c", self.home / "nginx.conf", "-p", self.home], stderr=subprocess.DEVNULL)
        self.context = ssl.create_default_context(cafile=self.home / "cert.pem")
        if not eventually(self.is_up):
            raise AssertionError((self.home / "error.log").read_text())
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(HANG_GUARD)

    def is_up(self):
        try:
            with self.connect():
                return True
        except OSError:
            return False

    def connect(self):
        return self.context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), timeout=HANG_GUARD), server_hostname="127.0.0.1")


class Secrecy(Case):
    @staticmethod
    def dumps_core(command, home, ready):
        """Whether a program that crashes once it is ready leaves a core dump."""
        def allow():
            resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        process = subprocess.Popen(command, cwd=home, env={"PATH": "/usr/bin:/bin"}, stdin=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=allow)
        while ready not in (line := process.stderr.readline()):
            if not line:
                raise AssertionError("it ended by itself")
        os.kill(process.pid, signal.SIGSEGV)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = status
        process.stdin.close(), process.stderr.close()
        return os.WCOREDUMP(status)

    def test_a_crash_leaves_no_core_dump_with_secrets(self):
        home = self.home / "cores"
        home.mkdir()
        if not self.dumps_core(["bash", "-c", "echo up >&2; read"], home, b"up"):
            self.skipTest("this machine makes no core dumps")
        serve = [LIGHTFAST, "serve", "--listen", "127.0.0.1:0", "--repo", self.repository, "--data-dir", self.home / "data"]
        self.assertFalse(self.dumps_core(serve, home, b"listening on"))


class BehindNginx(Case):
    def test_streams_come_at_once_and_hanging_up_ends_the_command(self):
        port = free_port()
        options = ["--public-url", "https://127.0.0.1", "--trusted-proxy", "127.0.0.1"]
        with Nginx(self.home, port) as nginx, HttpServer(self.repository, self.home / "data", options, listen=f"127.0.0.1:{port}") as server:
            server.wait_until_ready()
            with nginx.connect() as client:
                client.sendall(self.call("echo $((6*7))"))
                self.assertIn(b'"text":"42\\n"', self.read_until(client, b"42"))
            self.assertIn("client=127.0.0.1", server.log())
            forwarded = server.get("/healthz", X_Forwarded_For="1.1.1.1, 198.51.100.7")
            self.assertEqual(forwarded.status, 200)
            self.assertTrue(eventually(lambda: "client=198.51.100.7" in server.log()))
            with nginx.connect() as client:
                client.sendall(self.call("sleep 50"))
                first = self.read_until(client, b"notifications/progress")  # while the command runs, so nothing is held back
                self.assertIn(b"text/event-stream", first)
                self.assertTrue(any(process.name == "sleep" for process in server.processes()))
            self.assertTrue(eventually(lambda: not any(process.name == "sleep" for process in server.processes())))

    @staticmethod
    def call(command):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
            "name": "lightfast_shell", "arguments": {"command": command}, "_meta": {
                "progressToken": 1, "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}}})
        return (f"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
                f"MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: lightfast_shell\r\nContent-Length: {len(body)}\r\n\r\n"
                f"{body}").encode()

    def read_until(self, client, wanted):
        read = b""
        while wanted not in read:
            octets = client.recv(65536)
            self.assertTrue(octets, read)
            read += octets
        return read


def base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


class Issuer:
    """An authorization server on loopback: its metadata, its keys, and tokens signed with one of them."""

    def __init__(self, home):
        self.home, self.kid = home, "first"
        self.make_key()

    def make_key(self):
        subprocess.run(["openssl", "genrsa", "-out", self.home / f"{self.kid}.pem", "2048"], check=True, capture_output=True)

    def jwks(self):
        modulus = subprocess.run(["openssl", "rsa", "-in", self.home / f"{self.kid}.pem", "-noout", "-modulus"], check=True, capture_output=True,
                                 text=True).stdout.strip().partition("=")[2]
        return {"keys": [{"kty": "RSA", "kid": self.kid, "alg": "RS256", "use": "sig", "n": base64url(bytes.fromhex(modulus)), "e": "AQAB"}]}

    def token(self, **claims):
        now = int(time.time())
        payload = {"iss": self.url, "aud": "https://ai.example.com", "sub": "someone", "scope": "context:read", "iat": now, "exp": now + 300} | claims
        head = {"alg": "RS256", "kid": self.kid, "typ": "at+jwt"}
        signed = f"{base64url(json.dumps(head).encode())}.{base64url(json.dumps(payload).encode())}"
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.home / f"{self.kid}.pem"], input=signed.encode(), check=True,
                                   capture_output=True).stdout
        return f"{signed}.{base64url(signature)}"

    def __enter__(self):
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                documents = {"/.well-known/oauth-authorization-server": {"issuer": issuer.url, "jwks_uri": issuer.url + "/keys"},
                             "/keys": issuer.jwks()}
                document = documents.get(self.path)
                octets = json.dumps(document or {}).encode()
                self.send_response(200 if document else 404)
                self.send_header("Content-Length", str(len(octets)))
                self.end_headers()
                self.wfile.write(octets)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Tokens(Case):
    def test_an_access_token_opens_and_nothing_like_it_does(self):
        with Issuer(self.home) as issuer:
            options = ["--oauth-issuer", issuer.url, "--public-url", "https://ai.example.com"]
            with HttpServer(self.repository, self.home / "data", options) as server:
                server.wait_until_ready()
                refused = server.shell("true")
                self.assertEqual(refused.status, 401)
                where = re.search(r'resource_metadata="([^"]*)"', refused.headers["WWW-Authenticate"])[1]
                self.assertEqual(where, "https://ai.example.com/.well-known/oauth-protected-resource")
                metadata = server.get("/.well-known/oauth-protected-resource").json
                self.assertEqual((metadata["resource"], metadata["authorization_servers"]), ("https://ai.example.com", [issuer.url]))
                self.assertTrue(eventually(lambda: self.status(server, issuer.token()) == 200), server.log())
                self.assertEqual(server.call("echo hi", Authorization=f"Bearer {issuer.token()}")["content"][0]["text"], "hi\n")
                self.assertIn("caller=someone", server.log())
                now = int(time.time())
                for name, token in {"expired": issuer.token(exp=now - 120), "not yet": issuer.token(nbf=now + 300),
                                    "another audience": issuer.token(aud="https://other.example.com"),
                                    "another issuer": issuer.token(iss="https://evil.example.com"), "cut": issuer.token()[:-4],
                                    "no token": "x.y.z"}.items():
                    with self.subTest(name):
                        reply = server.shell("true", Authorization=f"Bearer {token}")
                        self.assertEqual(reply.status, 401, reply)
                        self.assertIn('error="invalid_token"', reply.headers["WWW-Authenticate"])
                        self.assertNotIn(token, server.log())
                narrow = server.shell("true", Authorization=f"Bearer {issuer.token(scope='other')}")
                self.assertEqual(narrow.status, 403)
                self.assertIn('error="insufficient_scope", scope="context:read"', narrow.headers["WWW-Authenticate"])

    @staticmethod
    def status(server, token):
        return server.shell("true", Authorization=f"Bearer {token}").status

    def test_while_the_issuer_is_away_the_server_serves_keys_and_refuses_tokens(self):
        port = free_port()
        key = subprocess.run([LIGHTFAST, "keys", "create", "--data-dir", self.home / "data"], capture_output=True, text=True, check=True).stdout.strip()
        with HttpServer(self.repository, self.home / "data", ["--oauth-issuer", f"http://127.0.0.1:{port}"]) as server:
            server.wait_until_ready()
            self.assertEqual(self.status(server, key), 200)
            self.assertIn(self.status(server, "a.b.c"), (401, 503))


class SystemdUnit(Case):
    def test_the_unit_is_one(self):
        if shutil.which("systemd-analyze") is None:
            self.skipTest("systemd-analyze is not installed")
        unit = self.home / "lightfast.service"
        unit.write_text((EXAMPLES / "lightfast.service").read_text().replace("/usr/local/bin/lightfast", LIGHTFAST))
        verified = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False)
        self.assertEqual((verified.returncode, verified.stderr.replace(f"{unit}:", "")), (0, ""), verified)

    def test_its_capabilities_are_enough(self):
        if os.geteuid() != 0:
            self.skipTest("a unit starts as root, this test does not")
        text = (EXAMPLES / "lightfast.service").read_text()
        named = re.search(r"^CapabilityBoundingSet=(.*)$", text, re.MULTILINE)[1].lower().replace("cap_", "").split()
        wrap = ["setpriv", "--bounding-set", ",".join(["-all", *(f"+{name}" for name in named)]), "--no-new-privs", "--"]
        with HttpServer(self.repository, self.home / "data", wrap=wrap) as server:
            self.assertEqual(server.wait_until_ready().get("/readyz").json["isolationTier"], 1)
            self.assertEqual(server.shell("cat < <(echo hi)").json["stdout"], "hi\n")


class ContainerRecipe(unittest.TestCase):
    def test_its_packages_have_every_library_that_the_programs_load(self):
        if shutil.which("dpkg-query") is None:
            self.skipTest("this is no Debian, whose packages the recipe names")
        if SANITIZER_OPTIONS:
            self.skipTest("these programs load a sanitizer's runtime, which no package of the recipe has")
        recipe = (EXAMPLES / "Containerfile").read_text()
        named = re.search(r"--no-install-recommends (lib[^\\\n]*)", recipe)[1].split()
        there = self.with_dependencies({"libc6", "libstdc++6", "libgcc-s1", *named})
        programs = [PROGRAMS / name for name in ("lightfast", "lightfast-http", "lightfast-launcher", "lightfast-git", "lightfast-github")]
        loaded = subprocess.run(["ldd", *programs], capture_output=True, text=True, check=True).stdout
        for library, owners in self.owners_of(set(re.findall(r"=> (/\S+)", loaded))).items():
            self.assertTrue(owners & there, f"{library} is of {owners or 'no package'}")

    @staticmethod
    def owners_of(libraries):
        """The packages that have each library, by the path it is loaded from or the one it is installed at."""
        paths = {library: {library, os.path.realpath(library), "/usr" + library} for library in libraries}
        said = subprocess.run(["dpkg-query", "--search", *set().union(*paths.values())], capture_output=True, text=True, check=False).stdout
        owner = {line.rpartition(": ")[2]: line.partition(":")[0] for line in said.splitlines()}
        return {library: {owner[path] for path in variants if path in owner} for library, variants in paths.items()}

    @staticmethod
    def with_dependencies(packages):
        found, new = set(), set(packages)
        while new:
            found |= new
            said = subprocess.run(["dpkg-query", "--show", "--showformat", "${Depends}, ${Pre-Depends}, ", *sorted(new)], capture_output=True,
                                  text=True, check=False).stdout
            new = {re.match(r"[^ :(]+", one.strip())[0] for part in said.split(",") for one in part.split("|") if one.strip()} - found
        return found


class PublicTools(Case):
    def test_the_openapi_document_is_valid(self):
        node = npm.install_node()
        npm.install("@seriousme/openapi-schema-validator", "2.9.0", "@seriousme/openapi-schema-validator/package.json")
        tool = npm.install("@seriousme/openapi-schema-validator", "2.9.0", "@seriousme/openapi-schema-validator/bin/validate-api-cli.js")
        with HttpServer(self.repository, self.home / "data") as server:
            document = self.home / "openapi.json"
            document.write_bytes(server.get("/openapi.json").body)
        checked = subprocess.run([node, tool, document], capture_output=True, text=True, check=False, timeout=HANG_GUARD)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)


class Bridge(Case):
    def test_a_bridge_has_the_server_s_tools_and_survives_its_restart(self):
        data, port = self.home / "data", free_port()
        key = subprocess.run([LIGHTFAST, "keys", "create", "--data-dir", data], capture_output=True, text=True, check=True).stdout.strip()
        bridge = Server("unused", "unused", environment={"LIGHTFAST_API_KEY": key})
        bridge.command = [LIGHTFAST, "mcp", "--base-url", f"http://127.0.0.1:{port}"]
        with bridge:
            bridge.initialize()
            with HttpServer(self.repository, data, listen=f"127.0.0.1:{port}") as server:
                server.wait_until_ready()
                self.assertEqual(bridge.shell("cat brand.md").out, FILES["brand.md"])
                self.assertEqual(bridge.shell("cat nothing").said, "cat: nothing: No such file or directory\n[exit 1]")
                number = bridge.start_shell("sleep 55")
                self.assertTrue(eventually(lambda: any(process.name == "sleep" for process in server.processes())))
                bridge.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}})
                self.assertTrue(eventually(lambda: not any(process.name == "sleep" for process in server.processes())))
            gone = bridge.shell("true")
            self.assertTrue(gone.is_error)
            self.assertIn("cannot reach", gone.out)
            with HttpServer(self.repository, data, listen=f"127.0.0.1:{port}") as server:
                server.wait_until_ready()
                self.assertEqual(bridge.shell("echo again").out, "again\n")


if __name__ == "__main__":
    unittest.main()
