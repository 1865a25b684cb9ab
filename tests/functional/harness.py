"""What the stories share: a server over real pipes, sample repositories, bash to compare with, and a look from outside.

    with Server(repository, home / "data") as server:
        server.shell("ls").out

Leaving the block ends the server, kills what it left behind and fails when there was anything to kill.
"""
import atexit
import collections
import contextlib
import ctypes
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from git_server import git

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("LIGHTFAST_BUILD", ROOT / "build/release")).resolve()


def reachable_by_all(build):
    """`build`, or a copy of its programs where a path to it is private: tiers 2 and 3 are tested as another user."""
    if os.geteuid() != 0 or all(parent.stat().st_mode & 1 for parent in [build, *build.parents]):
        return build
    copies = pathlib.Path(tempfile.mkdtemp(prefix="lightfast-programs-"))
    atexit.register(shutil.rmtree, copies, ignore_errors=True)
    copies.chmod(0o755)
    for name in ("lightfast", "lightfast-launcher", "lightfast-git", "lightfast-github", "lightfast-http", "lightfast-zygote.so",
                 "lightfast-sandboxee", "lightfast-layers", "lightfast-without-namespaces"):
        if (build / name).exists():  # the last three are of tests/sandboxee
            shutil.copy2(build / name, copies / name)
    return copies


PROGRAMS = reachable_by_all(BUILD)
LIGHTFAST = str(PROGRAMS / "lightfast")
# What tests/sanitize.sh runs the stories with; the programs are then heavier and slower.
SANITIZER_OPTIONS = {name: os.environ[name] for name in ("ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ}
WEIGHT = 8 if SANITIZER_OPTIONS else 1  # how many times more memory and time they may take
HANG_GUARD = 60 * WEIGHT  # seconds; reaching it is a failure, nothing is timed by it
LEAVES_WITHIN = 20 * WEIGHT  # seconds; what was killed in the middle of syncfs(2) is there until the disk has done it
ORDINARY_USER = 65534  # nobody
IS_ROOT = os.geteuid() == 0
SHELL_ENVIRONMENT = {"PATH": "/usr/bin", "HOME": "/", "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "dumb"}
OWN_ROOM = {"lightfast", "lightfast-launc", "zygote", "init", "waiting"}  # the names of processes that are no command

MOST_READY = 6  # sandboxes that wait at once for one organisation; how many there are goes by use
NEVER_OURS = OWN_ROOM - {"lightfast"}  # what no test starts itself

PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # orphans of what a test starts become its children

Process = collections.namedtuple("Process", "pid name parent started")


# ---- Processes, from outside.

def all_processes():
    """Every live process by pid; zombies are not alive, and orphans that ended are reaped."""
    found = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            text = pathlib.Path("/proc", entry, "stat").read_text(errors="replace")
        except OSError:
            continue
        name, fields = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
        if fields[0] not in "ZX":
            found[int(entry)] = Process(int(entry), name, int(fields[1]), int(fields[19]))
        elif int(fields[1]) == os.getpid() and (name in NEVER_OURS or int(fields[3]) not in (int(entry), os.getsid(0))):
            reap_orphan(int(entry))
    return found


def reap_orphan(pid):
    """What tests start themselves leads a session or is in theirs, and subprocess waits for it; others are adopted."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        pass  # another thread was first


def processes_below(pid):
    """The descendants of `pid`, it left out."""
    everything, below = all_processes(), []
    reached = {pid}
    while reached:
        children = [process for process in everything.values() if process.parent in reached]
        below += children
        reached = {process.pid for process in children}
    return below


def is_alive(process):
    return all_processes().get(process.pid, process._replace(started=-1)).started == process.started


def status_of(pid):
    """/proc/PID/status as {field: text}."""
    lines = pathlib.Path("/proc", str(pid), "status").read_text().splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def eventually(condition, seconds=HANG_GUARD):
    """Waits until `condition()` is true; its last value."""
    deadline = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return value


def without_ready(processes):
    """`processes` without the sandboxes that wait for a command, each an init and its shell; None while one of them is neither."""
    inits = [process for process in processes if process.name == "init"]
    shells = [process for process in processes if process.name == "waiting"]
    if len(inits) > MOST_READY or sorted(shell.parent for shell in shells) != sorted(init.pid for init in inits):
        return None
    return [process for process in processes if process.name not in ("init", "waiting")]


def kill_all(processes):
    for process in processes:
        if is_alive(process):
            try:
                os.kill(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


def fail_if_anything_is_left():
    """For tearDownModule: nothing that a test started, and nothing that was started by that, is alive."""
    if not eventually(lambda: not processes_below(os.getpid()), LEAVES_WITHIN):
        left = processes_below(os.getpid())
        kill_all(left)
        raise AssertionError(f"processes were left running: {left}")


SANITIZER_REPORT = re.compile(r"^(?:=+\n)?.*(?:WARNING: ThreadSanitizer|ERROR: \w+Sanitizer|ThreadSanitizer: \w+:|runtime error:)", re.MULTILINE)


def fail_if_a_sanitizer_reported(log):
    """`log` is all that a program wrote to stderr."""
    if found := SANITIZER_REPORT.search(log):
        report = log[found.start():found.start() + 20000]
        raise AssertionError(f"a sanitizer reported:\n{re.sub(r'[(]([a-z-]+)[+](0x[0-9a-f]+)[)]', place_in_source, report)}")


def place_in_source(found):
    """Where `(program+address)` is: the programs themselves, confined as they are, cannot read what they are made of."""
    if not (PROGRAMS / found[1]).exists() or not shutil.which("addr2line"):
        return found[0]
    return subprocess.run(["addr2line", "-Cfspe", PROGRAMS / found[1], found[2]], capture_output=True, text=True, check=False).stdout.strip()


def run(command, text="", environment=None):
    """The finished process of a program that is given `text`, and of this environment nothing but `environment`."""
    said = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=HANG_GUARD,
                          env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **SANITIZER_OPTIONS, **(environment or {})})
    fail_if_a_sanitizer_reported(said.stderr)
    return said


# ---- Places.

def make_home(case):
    """A temporary directory that goes with `case`, a test or a test class, and that every user may search."""
    directory = tempfile.mkdtemp(prefix="lightfast-story-")
    add_cleanup = case.addClassCleanup if isinstance(case, type) else case.addCleanup
    add_cleanup(shutil.rmtree, directory, ignore_errors=True)
    os.chmod(directory, 0o755)
    return pathlib.Path(directory)


def small_disk(case, path, size):
    """A disk of this size at `path`, as mount(8) takes it, that goes with `case`; skips the test where that cannot be had."""
    if not IS_ROOT:
        raise unittest.SkipTest("only root can mount a small disk")
    path.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "none", path], check=True)
    case.addCleanup(subprocess.run, ["umount", "--lazy", path], check=True)
    return path


def fill(path):
    """Writes a file until its disk is full."""
    with open(path, "wb", buffering=0) as file:
        for size in (1 << 20, 4096):
            with contextlib.suppress(OSError):
                while file.write(b"x" * size):
                    pass
    return path


def wrapper(tier):
    """What stands before a command so that the sandbox is of this tier; skips the test where that cannot be had."""
    if tier == 1:
        if not IS_ROOT:
            raise unittest.SkipTest("tier 1 needs root")
        return []
    words = ["setpriv", f"--reuid={ORDINARY_USER}", f"--regid={ORDINARY_USER}", "--clear-groups"] if IS_ROOT else []
    if tier == 3:
        words += ["unshare", "--user", "--map-current-user", "--keep-caps", "sh", "-c",
                  'echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --ambient-caps=-all --inh-caps=-all "$@"', "sh"]
    if words:
        tried = subprocess.run([*words, "true"], capture_output=True, text=True, check=False)
        if tried.returncode != 0:
            raise unittest.SkipTest(f"tier {tier} cannot be had here: {tried.stderr.strip()}")
    return words


def without_namespaces(*options):
    """What stands before a command, in place of wrapper(3), so that an ordinary user can make user namespaces but has no use of them."""
    words = [*wrapper(2), str(PROGRAMS / "lightfast-without-namespaces"), *options]
    tried = subprocess.run([*words, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        raise unittest.SkipTest(f"namespaces cannot be taken away: {tried.stderr.strip()}")
    return words


def data_dir(home, tier=1, name="data"):
    """A new data directory of the user that a server of this tier runs as."""
    path = home / name
    path.mkdir()
    if IS_ROOT and tier != 1:
        os.chown(path, ORDINARY_USER, ORDINARY_USER)
    return path


# ---- Repositories, and bash to compare with.

def make_repository(path, files, links=(), executables=()):
    """A git repository with one commit of `files` (name to text or bytes) and `links` (name to target)."""
    git("init", "--quiet", "--initial-branch=main", path)
    for name, content in files.items():
        target = pathlib.Path(path, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        target.chmod(0o755 if name in executables else 0o644)
    for name, target in dict(links).items():
        os.symlink(target, pathlib.Path(path, name))
    git("add", "--all", cwd=path)
    git("commit", "--quiet", "--message", "Start", cwd=path, env={"GIT_COMMITTER_DATE": "1700000000 +0000"})
    return str(path)


def head_of(repository):
    return git("rev-parse", "HEAD", cwd=repository)


def make_checkout(repository, target):
    """The files of the head, as git writes them under umask 022, with the commit's time on all of them."""
    target.mkdir()
    git("read-tree", "HEAD", cwd=repository, env={"GIT_INDEX_FILE": f"{target}.index"})
    subprocess.run(["git", "checkout-index", "--all", f"--prefix={target}/"], cwd=repository, check=True, umask=0o022,
                   env={**os.environ, "GIT_INDEX_FILE": f"{target}.index"})
    for directory, directories, files in os.walk(target, topdown=False):
        for name in files + directories + ["."]:
            os.utime(os.path.join(directory, name), (1700000000, 1700000000), follow_symlinks=False)
    return target


def bash_says(command, cwd, **environment):
    """The finished process of plain bash on `command`, with the sandbox's environment but for `environment`."""
    return subprocess.run(["bash", "--noprofile", "--norc", "-c", command], cwd=cwd, env=SHELL_ENVIRONMENT | environment, umask=0o022,
                          stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=HANG_GUARD)


def visible(octets):
    """How the tool shows bytes: those that are no UTF-8, and of control characters but TAB, LF and CR, as \\xNN."""
    text = octets.decode(errors="surrogateescape")
    text = re.sub("[\x80-\x9f]", lambda one: f"\\xC2\\x{ord(one[0]):02X}", text)
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\udc80-\udcff]", lambda one: f"\\x{ord(one[0]) & 0xFF:02X}", text)


# ---- The server.

class Answer:
    """What one shell call answered."""

    def __init__(self, response):
        self.error = response.get("error")
        result = response.get("result", {})
        self.texts = [part["text"] for part in result.get("content", [])]
        self.is_error = result.get("isError", False)
        self.meta = result.get("_meta", {}).get("lightfast/result", {})
        self.out = self.texts[0] if self.texts else ""
        self.said = self.texts[1] if len(self.texts) > 1 else ""
        self.all = "\n".join(self.texts)
        self.exit_code = self.meta.get("exitCode")

    def __repr__(self):
        return f"Answer(texts={[text[:400] for text in self.texts]}, meta={self.meta}, error={self.error})"


class Server:
    """`lightfast mcp`, spoken to by its pipes from any thread. `wrap` stands before the command; `before` runs in the new process."""

    def __init__(self, repository, data, options=(), environment=None, wrap=(), before=None):
        self.command = [*wrap, LIGHTFAST, "mcp", "--repo", str(repository), "--data-dir", str(data), *options]
        self.environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/nonexistent", **SANITIZER_OPTIONS, **(environment or {})}
        self.before = before
        self.lines, self.answers, self.changed = [], {}, threading.Condition()
        self.last_id, self.sending = 0, threading.RLock()

    def __enter__(self):
        self.log_file = tempfile.TemporaryFile()
        self.process = subprocess.Popen(self.command, env=self.environment, stdin=subprocess.PIPE, preexec_fn=self.before,
                                        stdout=subprocess.PIPE, stderr=self.log_file, start_new_session=True)
        self.pid = self.process.pid
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        return self

    def __exit__(self, failed, *_):
        below = processes_below(self.pid)
        self.close_input()
        try:
            self.process.wait(HANG_GUARD)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        ended = eventually(lambda: not any(map(is_alive, below)), LEAVES_WITHIN)
        left = [process for process in below if is_alive(process)]
        kill_all(left)
        self.reader.join(HANG_GUARD)
        self.process.stdout.close()
        self.last_log = self.log()
        self.log_file.close()
        fail_if_a_sanitizer_reported(self.last_log)
        if not failed and not ended:
            raise AssertionError(f"the server left processes: {left}; its log:\n{self.log()}")

    def close_input(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass

    def log(self):
        if self.log_file.closed:
            return self.last_log
        self.log_file.seek(0)
        return self.log_file.read().decode(errors="replace")

    def _read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line)
                try:
                    message = json.loads(line)
                    self.answers[message.get("id")] = message
                except (ValueError, AttributeError):
                    pass  # whoever waits for it fails, and says what came
                self.changed.notify_all()
        with self.changed:
            self.answers[None] = "end"
            self.changed.notify_all()

    def send(self, message):
        with self.sending:
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()

    def request(self, method, params=None):
        """Sends a request; its id."""
        with self.sending:
            self.last_id += 1
            self.send({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params or {}})
            return self.last_id

    def answer(self, number, seconds=HANG_GUARD):
        with self.changed:
            self.changed.wait_for(lambda: number in self.answers or self.answers.get(None) == "end", seconds)
            if number in self.answers:
                return self.answers.pop(number)
        raise AssertionError(f"no answer to request {number}; last lines {self.lines[-3:]}; log:\n{self.log()}")

    def initialize(self):
        return self.answer(self.request("initialize", {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "story", "version": "1"}}))

    def start_shell(self, command, **arguments):
        return self.request("tools/call", {"name": "lightfast_shell", "arguments": {"command": command, **arguments}})

    def shell(self, command, **arguments):
        return Answer(self.answer(self.start_shell(command, **arguments)))

    def processes(self):
        return processes_below(self.pid)

    def running(self, name):
        """The processes of that name below the server, as soon as there is one."""
        return eventually(lambda: [process for process in self.processes() if process.name == name], 10) or []

    def commands(self):
        """The processes of commands: all but the server's own machinery."""
        return [process for process in self.processes() if process.name not in OWN_ROOM]
