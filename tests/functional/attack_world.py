"""What the attacks are after: files with a canary in them, files that may not change, listeners, and a process of the same user.

    world = World(case, user)
    world.settle()
    run(world.fill(attack.command))
    world.changes()      # as sentences; none where the attack was contained
"""
import json
import os
import pathlib
import re
import secrets
import selectors
import shutil
import socket
import subprocess
import tempfile
import unittest

import harness
from harness import status_of

TOKEN = secrets.token_hex(12)
CANARY = "canary-" + TOKEN
BREACH = "breached-" + TOKEN
FOREIGN = shutil.which("dd")  # reads files, and is not in the toolbox
HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = {"program": [], "static": ["-static"], "library.so": ["-DLIBRARY", "-shared", "-fPIC"]}
SHARED_PLACES = ("/", "/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/dev/hugepages", "/run", "/run/lock", "/root", "/usr", "/usr/bin",
                 "/lib")


def clean_up_with(case):
    return case.addClassCleanup if isinstance(case, type) else case.addCleanup


def as_user(user):
    """Arguments of Popen; None is whoever runs the tests."""
    return {"user": user, "group": user, "extra_groups": None if user is None else []}


def build_programs(directory):
    """attack_program.c as {name: bytes}; skips the test where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise unittest.SkipTest("there is no C compiler")
    for name, options in PROGRAMS.items():
        subprocess.run([compiler, "-O1", *options, "-pthread", "-o", directory / name, HERE / "attack_program.c"], check=True)
    return {name: (directory / name).read_bytes() for name in PROGRAMS}


class Listeners:
    """Listen on loopback, on a path and on an abstract name."""

    def __init__(self, case, path):
        self.abstract = f"lightfast-{TOKEN}-{id(self)}"
        self.sockets = {"TCP": socket.create_server(("127.0.0.1", 0)), "UDP": socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
                        "UNIX": socket.socket(socket.AF_UNIX), "ABSTRACT": socket.socket(socket.AF_UNIX)}
        self.sockets["UDP"].bind(("127.0.0.1", 0))
        self.sockets["UNIX"].bind(str(path))
        self.sockets["ABSTRACT"].bind("\0" + self.abstract)
        path.chmod(0o777)
        if self.has_ipv6():
            self.sockets["TCP6"] = socket.create_server(("::1", 0), family=socket.AF_INET6)
        self.selector = selectors.DefaultSelector()
        clean_up_with(case)(self.selector.close)
        for name, listener in self.sockets.items():
            if name in ("UNIX", "ABSTRACT"):
                listener.listen()
            listener.setblocking(False)
            self.selector.register(listener, selectors.EVENT_READ, name)
            clean_up_with(case)(listener.close)

    @staticmethod
    def has_ipv6():
        try:
            with socket.create_server(("::1", 0), family=socket.AF_INET6):
                return True
        except OSError:
            return False

    def port(self, name):
        return self.sockets.get(name, self.sockets["TCP"]).getsockname()[1]

    def arrivals(self):
        """What arrived since the last look, as sentences."""
        arrived = []
        for key, _ in self.selector.select(0):
            arrived.append(f"something arrived at {key.data}")
            if key.data == "UDP":
                key.fileobj.recv(4096)
            else:
                key.fileobj.accept()[0].close()
        return arrived


class Victim:
    """A process of `user` with the canary in its arguments, its environment and a deleted file; it tells of every signal."""

    def __init__(self, program, directory, user):
        self.held = tempfile.TemporaryFile()
        self.held.write(CANARY.encode())
        self.held.flush()
        os.fchmod(self.held.fileno(), 0o644)
        ours, its = os.pipe()
        self.process = subprocess.Popen([program, "victim", str(its), CANARY], cwd=directory, env={"CANARY": CANARY},
                                        pass_fds=(its, self.held.fileno()), start_new_session=True, **as_user(user))
        os.close(its)
        self.pid, self.heard = self.process.pid, os.fdopen(ours, "rb", buffering=0)
        assert self.heard.read(100) == b"ready\n"
        os.set_blocking(ours, False)
        self.quiet = self.settings()

    def end(self):
        self.process.kill()
        self.process.wait()
        self.heard.close()
        self.held.close()

    def settings(self):
        """What others could set of it: limits, priority, scheduling, processors, and what the kernel kills first."""
        own = pathlib.Path("/proc", str(self.pid))
        fields = own.joinpath("stat").read_text().rpartition(")")[2].split()
        return (own.joinpath("limits").read_text(), fields[15:17], fields[37:39], status_of(self.pid)["Cpus_allowed"],
                own.joinpath("oom_score_adj").read_text())

    def changes(self):
        if self.process.poll() is not None:
            return [f"the victim ended with {self.process.returncode}"]
        changed, heard = [], self.heard.read()
        if heard:
            changed.append(f"the victim heard {heard}")
        if status_of(self.pid)["State"][0] in "Tt":
            changed.append("the victim is stopped")
        if self.settings() != self.quiet:
            changed.append("the victim was set")
        return changed


class World:
    """Lives in a directory of its own, `home`. The process and what is writable belong to `user`."""

    def __init__(self, case, user):
        self.user, self.home = user, harness.make_home(case)
        self.outside, self.open = self.make("outside"), self.make("open", 0o777)
        contents = {"outside.txt": CANARY, "hosts": f"127.0.0.9 {CANARY}", "module.json": json.dumps(CANARY), CANARY: CANARY}
        for name, text in contents.items():
            self.write(f"outside/{name}", text)
        os.symlink(f"/{CANARY}", self.outside / "pointer")
        try:
            os.setxattr(self.outside / "outside.txt", "user.canary", CANARY.encode())
        except OSError:
            pass  # a file system without extended attributes
        for name in (".git-credentials", ".netrc", ".bash_history"):
            self.write(f"user/{name}", CANARY)
        for name in (".bashrc", ".bash_profile", ".profile"):
            self.write(f"user/{name}", f"echo {CANARY}")
        self.programs = build_programs(self.make("programs"))
        self.listeners = Listeners(case, self.home / "socket")
        self.victim, self.words = None, {}
        clean_up_with(case)(lambda: self.victim and self.victim.end())

    def make(self, name, mode=0o755):
        path = self.home / name
        path.mkdir()
        path.chmod(mode)
        return path

    def write(self, name, text, mode=0o644):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
        path.chmod(mode)

    def repository(self):
        """The repository, as attackers wrote it."""
        bash, library = f"#!{shutil.which('bash')}\n", self.programs["library.so"]
        scripts = {"reader.sh": bash + 'cat "$1"\n', "plain.sh": 'cat "$1"\n', "writer.sh": bash + "echo x > writable\ncat\n",
                   "foreign.sh": '#!/usr/bin/env bash\ncat "$1"\n'}
        files = {"README.md": "hello\n", **scripts, **self.programs, "itself.sh": ". ./itself.sh\n",
                 "gconv-modules": "module NATIVE// INTERNAL library 1\nmodule INTERNAL NATIVE// library 1\n",
                 "libselinux.so.1": library, "libpcre2-8.so.0": library, "evil": library}
        outwards = {"outside": self.outside / "outside.txt", "up": "../" * 16 + f".{self.outside}/outside.txt", "place": self.outside,
                    "writable": self.home / "writable", "foreign": FOREIGN, "root": "/", "self": "/proc/self"}
        links = {**outwards, "hop": "hop2", "hop2": "./hop3", "hop3": "outside", "loop1": ".", "loop2": ".", "loop3": ".", "loop4": "loop3",
                 **{name: "/usr/bin/sleep" for name in harness.NEVER_OURS}}
        path = harness.make_repository(self.home / "repository", files, links, executables={*scripts, *self.programs})
        self.write("repository/uncommitted.txt", CANARY)
        with open(f"{path}/.git/config", "a", encoding="utf-8") as config:
            config.write(f"[http]\n\textraHeader = {CANARY}\n")
        return path

    def settle(self):
        """Everything as it should be, before an attack."""
        for path in self.open.iterdir():
            path.unlink()
        self.write("open/old", "old", 0o666)
        self.write("open/magic", "0 string x x", 0o666)
        self.write("writable", "writable", 0o666)
        if self.victim and self.victim.changes():
            self.victim.end()
            self.victim = None
        self.victim = self.victim or Victim(self.home / "programs/program", self.outside, self.user)
        self.listeners.arrivals()
        self.before = self.fingerprint()
        self.words.update({
            "OUTSIDE": self.outside / "outside.txt", "PLACE": self.outside, "HOME": self.home / "user",
            "REPOSITORY": self.home / "repository", "DATA": self.home / "data", "WRITABLE": self.home / "writable", "OPEN": self.open,
            "VICTIM": self.victim.pid, "HELD": self.victim.held.fileno(), "TCP": self.listeners.port("TCP"),
            "TCP6": self.listeners.port("TCP6"),
            "UDP": self.listeners.port("UDP"), "UNIX": self.home / "socket", "ABSTRACT": self.listeners.abstract, "FOREIGN": FOREIGN,
            "FOREIGN_DIRECTORY": os.path.dirname(FOREIGN), "LOADER": '"${BASH%/bin/bash}"/lib64/ld-linux-x86-64.so.2', "TOKEN": TOKEN,
            # Bash drops the empty variable; so messages that quote the command do not hold the words.
            "BREACH": BREACH[:5] + "${none}" + BREACH[5:], "STILL": "still-${none}here"})

    def fill(self, command):
        return re.sub("@([A-Z_0-9]+)@", lambda word: str(self.words[word[1]]), command)

    def fingerprint(self):
        """The state of every file; no content changes without the time of change."""
        found = {}
        for directory, directories, files in os.walk(self.home):
            for name in directories + files + ["."]:
                status = os.lstat(os.path.join(directory, name))
                found[os.path.join(directory, name)] = (status.st_ino, status.st_mode, status.st_uid, status.st_gid, status.st_nlink,
                                                        status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        return found

    def changes(self):
        after = self.fingerprint()
        changed = [f"changed: {path}" for path in sorted({*self.before, *after}) if self.before.get(path) != after.get(path)]
        left = [f"left: {place}/{TOKEN}" for place in SHARED_PLACES if os.path.lexists(f"{place}/{TOKEN}")]
        return changed + left + self.listeners.arrivals() + self.victim.changes()
