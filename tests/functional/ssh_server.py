"""A real sshd on loopback for tests, with git repositories behind it. Everything lives in one temporary directory and on a
port of its own; the user is whoever runs the tests.

    with SshServer() as server:
        server.create("docs")
        server.url("docs"), server.client_key("ed25519"), server.known_hosts()
"""
import getpass
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from git_server import IDENTITY, Repositories, free_port, run

SSHD = "/usr/sbin/sshd"
HOST = "localhost"
SSHD_CONFIG = """
Port {port}
ListenAddress 127.0.0.1
AuthorizedKeysFile {home}/authorized_keys
PidFile {home}/sshd.pid
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
MaxStartups 100
LogLevel VERBOSE
"""


def make_key(path, kind="ed25519", passphrase="", *options):
    """A new key pair; returns the private key's path."""
    run("ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "of a test", *options, "-f", path)
    return path


def public_key(path):
    """`TYPE BASE64` of a key pair."""
    return " ".join(pathlib.Path(f"{path}.pub").read_text().split()[:2])


class SshServer(Repositories):
    def __init__(self, host_keys=("ed25519", "ecdsa"), options=""):
        """With further lines of sshd_config(5) as `options`."""
        self.kinds, self.options = host_keys, options
        self.home = None
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="ssh-server-"))
        self.repositories = self.home / "repositories"
        self.repositories.mkdir()
        self.user, self.port = getpass.getuser(), free_port()
        self.host_keys = {kind: make_key(self.home / f"host_{kind}", kind) for kind in self.kinds}
        self.client_keys = {}
        (self.home / "authorized_keys").touch()
        if os.geteuid() == 0:
            pathlib.Path("/run/sshd").mkdir(exist_ok=True)  # where it changes its root to
        lines = [SSHD_CONFIG.format(port=self.port, home=self.home), self.options, *(f"HostKey {key}" for key in self.host_keys.values())]
        (self.home / "sshd_config").write_text("\n".join(lines) + "\n")
        with open(self.home / "sshd.log", "ab") as log:
            self.process = subprocess.Popen([SSHD, "-D", "-e", "-f", self.home / "sshd_config"], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env={**os.environ, **IDENTITY}, start_new_session=True)
        self._wait_until_ready()

    def stop(self):
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None
        if self.home:
            shutil.rmtree(self.home, ignore_errors=True)

    def url(self, name, host=HOST):
        return f"ssh://{self.user}@{host}:{self.port}{self.path(name)}"

    def client_key(self, kind="ed25519", *options):
        """The path of a private key that the server lets in."""
        if (kind, options) not in self.client_keys:
            key = make_key(self.home / f"client_{len(self.client_keys)}", kind, "", *options)
            with open(self.home / "authorized_keys", "a", encoding="ascii") as allowed:
                allowed.write(public_key(key) + "\n")
            self.client_keys[kind, options] = key
        return self.client_keys[kind, options]

    def known_hosts(self, kinds=None, host=HOST):
        """A line for each of the host keys."""
        return "".join(f"[{host}]:{self.port} {public_key(self.host_keys[kind])}\n" for kind in kinds or self.kinds)

    def fingerprint(self, kind):
        return run("ssh-keygen", "-lf", self.host_keys[kind]).decode().split()[1]

    def log(self):
        return (self.home / "sshd.log").read_text(errors="replace")

    def _wait_until_ready(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 2) as connection:
                    if connection.recv(4) == b"SSH-":
                        return
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError("sshd did not start: " + self.log())
