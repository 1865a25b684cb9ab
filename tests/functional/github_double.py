"""As much of GitHub's API as a GitHub App needs to read a repository, over TLS on loopback. It believes no app that has not
signed by its key, gives tokens that a real git server takes, and no others, and remembers what it was asked.

    with GitHubDouble(git, "acme/.lightfast") as github:
        github.environment
"""
import base64
import json
import secrets
import ssl
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from git_server import git, run

APP, INSTALLATION = "12345", 77


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class GitHubDouble:
    def __init__(self, git, repository):
        """`git`, a GitServer with a token, takes the last token that was made here."""
        self.git, self.repository = git, repository
        self.lifetime = 3600       # s, of the tokens
        self.refusal = None        # status and message of every answer, or none
        self.may_create = True     # repositories
        self.breaks_at = None      # the path of what fails
        self.location = None       # where every request is redirected to
        self.asked = []            # method, path, body
        self.tokens = []

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory()
        home = Path(self.directory.name)
        self.key, self.public = home / "app.pem", home / "app.pub"
        run("openssl", "genrsa", "-out", self.key, "2048")
        run("openssl", "rsa", "-in", self.key, "-pubout", "-out", self.public)
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                double.answer(self, b"")

            def do_POST(self):
                double.answer(self, self.rfile.read(int(self.headers["Content-Length"])))

            do_PATCH = do_POST

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # a client that is killed
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.git.home / "server.pem", self.git.home / "server.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"https://localhost:{self.server.server_address[1]}"
        self.environment = {"LIGHTFAST_GITHUB_APP_ID": APP, "LIGHTFAST_GITHUB_APP_KEY_FILE": str(self.key),
                            "LIGHTFAST_GITHUB_API_URL": self.url, "LIGHTFAST_CA_FILE": str(self.git.ca_file)}
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.directory.cleanup()

    def answer(self, handler, body):
        self.asked.append((handler.command, handler.path, json.loads(body) if body else None))
        status, content = self.status_and_content(handler, body)
        octets = json.dumps(content).encode()
        handler.send_response(status)
        if self.location:
            handler.send_header("Location", self.location)
        handler.send_header("Content-Type", "application/json; charset=utf-8")
        handler.send_header("Content-Length", str(len(octets)))
        handler.end_headers()
        handler.wfile.write(octets)

    def status_and_content(self, handler, body):
        if self.location:
            return 302, {}
        if self.refusal:
            return self.refusal[0], {"message": self.refusal[1]}
        if not handler.headers.get("User-Agent") or handler.headers.get("X-GitHub-Api-Version") != "2022-11-28":
            return 403, {"message": "Request forbidden by administrative rules."}
        asked = (handler.command, handler.path.removeprefix(f"/repos/{self.repository}"))
        if handler.headers.get("Authorization", "").removeprefix("Bearer ") in self.tokens:
            return self.repository_api(asked, json.loads(body) if body else None)
        if fault := self.fault_of_app(handler.headers.get("Authorization", "")):
            return 401, {"message": fault}
        if (handler.command, handler.path) == ("GET", f"/repos/{self.repository}/installation"):
            return 200, {"id": INSTALLATION, "account": {"login": self.repository.split("/")[0]}}
        if (handler.command, handler.path) == ("GET", f"/orgs/{self.repository.split('/')[0]}/installation"):
            return 200, {"id": INSTALLATION, "account": {"login": self.repository.split("/")[0]}}
        if (handler.command, handler.path) == ("POST", f"/app/installations/{INSTALLATION}/access_tokens"):
            return self.make_token(json.loads(body))
        return 404, {"message": "Not Found"}

    def fault_of_app(self, authorization):
        """What is wrong with the app's own token, or None."""
        parts = authorization.removeprefix("Bearer ").split(".")
        if len(parts) != 3:
            return "A JSON web token could not be decoded"
        signed, signature = Path(self.directory.name, "signed"), Path(self.directory.name, "signature")
        signed.write_text(".".join(parts[:2]))
        signature.write_bytes(decoded(parts[2]))
        try:
            run("openssl", "dgst", "-sha256", "-verify", self.public, "-signature", signature, signed)
        except AssertionError:
            return "A JSON web token could not be decoded"
        header, claims, now = json.loads(decoded(parts[0])), json.loads(decoded(parts[1])), time.time()
        if header.get("alg") != "RS256" or claims.get("iss") != APP:
            return "Integration not found"
        if not (claims["iat"] <= now < claims["exp"] <= now + 600):
            return "'Expiration time' claim ('exp') is too far in the future"
        return None

    def repository_api(self, asked, wanted):
        """What the holder of a token may do: make the repository, and change it, with real git."""
        owner, name = self.repository.split("/")
        place = self.git.path(self.repository)
        if asked == ("GET", ""):
            return (200, {"full_name": self.repository}) if place.exists() else (404, {"message": "Not Found"})
        if asked == ("POST", f"/orgs/{owner}/repos"):
            if place.exists() or wanted["name"] != name or not wanted["auto_init"]:
                return 422, {"message": "Repository creation failed."}
            if not self.may_create:
                return 403, {"message": "Resource not accessible by integration"}
            self.git.create(self.repository)
            self.git.commit(self.repository, {"README.md": f"# {name}\n"}, message="Initial commit")
            return 201, {"html_url": f"https://localhost:{self.git.https_port}/{self.repository}", "private": wanted["private"]}
        if self.breaks_at == asked[1]:
            return 500, {"message": "Server Error"}
        if asked == ("POST", "/git/trees"):
            with tempfile.TemporaryDirectory() as scratch:
                index = {"GIT_INDEX_FILE": f"{scratch}/index"}
                for entry in wanted["tree"]:
                    blob = git("hash-object", "-w", "--stdin", cwd=place, stdin=entry["content"].encode())
                    git("update-index", "--add", "--cacheinfo", f"{entry['mode']},{blob},{entry['path']}", cwd=place, env=index)
                return 201, {"sha": git("write-tree", cwd=place, env=index)}
        if asked == ("POST", "/git/commits"):
            parents = [word for parent in wanted["parents"] for word in ("-p", parent)]
            return 201, {"sha": git("commit-tree", wanted["tree"], *parents, "-m", wanted["message"], cwd=place)}
        if asked == ("PATCH", "/git/refs/heads/main") and wanted["force"]:
            git("update-ref", "refs/heads/main", wanted["sha"], cwd=place)
            return 200, {"ref": "refs/heads/main"}
        return 404, {"message": "Not Found"}

    def make_token(self, wanted):
        if wanted == {"permissions": {"administration": "write", "contents": "write"}}:
            return self.minted(wanted)
        if wanted.get("repositories") != [self.repository.split("/")[1]]:
            return 422, {"message": "There is at least one repository that does not exist or is not accessible to the parent installation."}
        if wanted.get("permissions") != {"contents": "read", "metadata": "read"}:
            return 422, {"message": "The permissions requested are not granted to this installation."}
        return self.minted(wanted)

    def minted(self, wanted):
        token = "ghs_" + secrets.token_hex(18)
        self.tokens.append(token)
        self.git.change_token(token)
        expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + self.lifetime))
        return 201, {"token": token, "expires_at": expires, "permissions": wanted["permissions"], "repository_selection": "selected"}
