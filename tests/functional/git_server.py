"""A real git server on loopback for tests: nginx, fcgiwrap and git-http-backend, over http and https with a test
authority, optionally behind a password. Everything lives in one temporary directory and on ports of its own.

    with GitServer() as server:
        server.create("docs")
        server.commit("docs", {"README.md": "hello\\n"})
        server.https_url("docs"), server.ca_file
"""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

IDENTITY = {
    "GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@example.org",
    "GIT_COMMITTER_NAME": "Test", "GIT_COMMITTER_EMAIL": "test@example.org",
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_TERMINAL_PROMPT": "0",
    "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "gc.auto", "GIT_CONFIG_VALUE_0": "0",  # would go on in the background
}

NGINX = """
daemon off; master_process off; pid {home}/nginx.pid; error_log {home}/error.log; {user}
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {home}/tmp1; proxy_temp_path {home}/tmp2; fastcgi_temp_path {home}/tmp3;
  uwsgi_temp_path {home}/tmp4; scgi_temp_path {home}/tmp5;
  server {{
    listen 127.0.0.1:{http}; listen 127.0.0.1:{https} ssl;
    ssl_certificate {home}/server.pem; ssl_certificate_key {home}/server.key;
    client_max_body_size 0; {auth}
    location /redirect/ {{ return 302 http://127.0.0.1:1/elsewhere$request_uri; }}
    location / {{
      fastcgi_pass unix:{home}/fcgi.sock; fastcgi_buffering off; fastcgi_read_timeout 300;
      fastcgi_param SCRIPT_FILENAME {backend};
      fastcgi_param GIT_PROJECT_ROOT {home}/repositories; fastcgi_param GIT_HTTP_EXPORT_ALL 1;
      fastcgi_param PATH_INFO $uri; fastcgi_param REMOTE_USER $remote_user;
      fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param HTTP_GIT_PROTOCOL $http_git_protocol; fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding;
    }}
  }}
}}
"""


def run(*command, cwd=None, env=None, stdin=b""):
    done = subprocess.run([str(part) for part in command], cwd=cwd, env={**os.environ, **IDENTITY, **(env or {})},
                          input=stdin, capture_output=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{command}: exit {done.returncode}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def git(*arguments, cwd=None, env=None, stdin=b""):
    return run("git", *arguments, cwd=cwd, env=env, stdin=stdin).decode(errors="surrogateescape").strip()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_authority(home, name="authority"):
    """A new certificate authority in `home`; returns the paths of its certificate and key."""
    certificate, key = home / f"{name}.pem", home / f"{name}.key"
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN=Test {name}",
        "-keyout", key, "-out", certificate)
    return certificate, key


def make_certificate(home, authority, name="server", host="localhost", days=2):
    """A server certificate for `host` signed by `authority` (as make_authority returns it)."""
    certificate, key = home / f"{name}.pem", home / f"{name}.key"
    extensions = home / f"{name}.ext"
    extensions.write_text(f"subjectAltName=DNS:{host}\n")
    run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={host}", "-keyout", key,
        "-out", home / f"{name}.csr")
    run("openssl", "x509", "-req", "-in", home / f"{name}.csr", "-CA", authority[0], "-CAkey", authority[1],
        "-CAcreateserial", "-days", days, "-extfile", extensions, "-out", certificate)
    return certificate, key


class Repositories:
    """Bare repositories below the directory `repositories`, and commits in them."""

    repositories: pathlib.Path

    def path(self, name):
        return self.repositories / f"{name}.git"

    def create(self, name, branch="main"):
        git("init", "--quiet", "--bare", f"--initial-branch={branch}", self.path(name))
        git("config", "uploadpack.allowAnySHA1InWant", "true", cwd=self.path(name))
        return self.path(name)

    def commit_tree(self, name, files, branch="main", date="1700000000 +0000"):
        """Makes a commit of `files` (path to mode and text) and no others on top of `branch`; returns its id."""
        place = self.path(name)
        with tempfile.TemporaryDirectory() as scratch:
            index = {"GIT_INDEX_FILE": f"{scratch}/index"}
            lines = [f"{mode} {git('hash-object', '-w', '--stdin', cwd=place, stdin=text.encode())}\t{path}" for path, (mode, text) in files.items()]
            git("update-index", "--index-info", cwd=place, env=index, stdin=("\n".join(lines) + "\n").encode())
            tree = git("write-tree", cwd=place, env=index)
        parent = git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}", cwd=place)
        commit = git("commit-tree", tree, *(["-p", parent] if parent else []), "-m", "change", cwd=place,
                     env={"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date})
        git("update-ref", f"refs/heads/{branch}", commit, cwd=place)
        return commit

    def commit(self, name, files, branch="main", message="change", date=None, remove=()):
        """Adds a commit with `files` (name to text or bytes) on top of `branch`; returns its id."""
        times = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date} if date else {}
        with tempfile.TemporaryDirectory() as work:
            git("clone", "--quiet", self.path(name), work)
            known = git("for-each-ref", f"refs/remotes/origin/{branch}", cwd=work)
            git("checkout", "--quiet", "-B", branch, *([f"origin/{branch}"] if known else []), cwd=work)
            for path, content in files.items():
                target = pathlib.Path(work, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.encode() if isinstance(content, str) else content)
            for path in remove:
                pathlib.Path(work, path).unlink()
            git("add", "--all", cwd=work)
            git("commit", "--quiet", "--allow-empty", "-m", message, cwd=work, env=times)
            git("push", "--quiet", "origin", f"{branch}:{branch}", cwd=work)
            return git("rev-parse", "HEAD", cwd=work)


class GitServer(Repositories):
    def __init__(self, token=None):
        """With a `token`, every request needs basic authentication with the user x-access-token."""
        self.token = token
        self.home = None
        self.processes = []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="git-server-"))
        self.repositories = self.home / "repositories"
        self.repositories.mkdir()
        self.authority = make_authority(self.home)
        self.ca_file = str(self.authority[0])
        make_certificate(self.home, self.authority)
        self.http_port, self.https_port = free_port(), free_port()
        (self.home / "nginx.conf").write_text(self._nginx_configuration())
        socket_path = self.home / "fcgi.sock"
        self._spawn("fcgiwrap", "-c", "4", "-s", f"unix:{socket_path}")
        self._spawn("nginx", "-p", self.home, "-e", self.home / "error.log", "-c", self.home / "nginx.conf")
        self._wait_until_ready()

    def stop(self):
        for process in reversed(self.processes):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes = []
        if self.home:
            shutil.rmtree(self.home, ignore_errors=True)

    def http_url(self, name):
        return f"http://localhost:{self.http_port}/{name}.git"

    def https_url(self, name):
        return f"https://localhost:{self.https_port}/{name}.git"

    def change_token(self, token):
        """From now on, of a server that was made with a token."""
        digest = run("openssl", "passwd", "-apr1", token).decode().strip()
        fresh = self.home / "users.new"
        fresh.write_text(f"x-access-token:{digest}\n")
        fresh.rename(self.home / "users")

    def _nginx_configuration(self):
        auth = ""
        if self.token:
            self.change_token(self.token)
            auth = f"auth_basic git; auth_basic_user_file {self.home}/users;"
        backend = pathlib.Path(git("--exec-path"), "git-http-backend")
        user = "user root;" if os.geteuid() == 0 else ""
        return NGINX.format(home=self.home, http=self.http_port, https=self.https_port, auth=auth, backend=backend,
                            user=user)

    def _spawn(self, *command):
        log = open(self.home / "server.log", "ab")
        with log:
            self.processes.append(subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **IDENTITY, "PATH": os.environ["PATH"] + ":/usr/sbin"}, start_new_session=True))

    def _wait_until_ready(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/ready", timeout=2)
                return
            except urllib.error.HTTPError as answered:
                if answered.code < 500:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        logs = [path.read_text(errors="replace") for path in self.home.glob("*.log")]
        raise AssertionError("the git server did not start: " + "\n".join(logs))
