"""Runs the helper program lightfast-git the way the server does, and looks at the snapshots that it leaves."""
import json
import os
import pathlib
import resource
import stat
import subprocess
import tempfile
import time
import types

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("LIGHTFAST_BUILD", ROOT / "build" / "release")).resolve()
HELPER = BUILD / "lightfast-git"


def request(directory, url=None, git_dir=None, branch="", token="", ca_file="", stall_ms=15000, lock_wait_ms=20000, **ssh):
    source = {"git_dir": str(git_dir)} if git_dir else {"url": url, **ssh}
    if token:
        source["token"] = token
    if ca_file:
        source["ca_file"] = str(ca_file)
    return {"version": 1, "operation": "sync", "directory": str(directory), "source": source, "branch": branch,
            "lock_wait_ms": lock_wait_ms, "stall_ms": stall_ms}


def launcher_limits():
    """What sandbox/launcher/job.cc allows the helper, for `preexec`."""
    resource.setrlimit(resource.RLIMIT_CPU, (20, 25))
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))


def run(document, preexec=None, environment=None):
    """The finished run: `.returncode`, `.stdout`, `.answer` when it wrote one, and `.peak`, its most memory in bytes."""
    text = document if isinstance(document, str) else json.dumps(document)
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stdout:
        stdin.write(text.encode())
        stdin.seek(0)
        process = subprocess.Popen([str(HELPER)], stdin=stdin, stdout=stdout, stderr=subprocess.DEVNULL, env=environment or {},
                                   preexec_fn=preexec)
        usage = wait(process)
        stdout.seek(0)
        output = stdout.read()
    return types.SimpleNamespace(returncode=process.returncode, stdout=output, answer=json.loads(output) if output else None,
                                 peak=usage.ru_maxrss << 10)


def wait(process):
    """Waits for a process, two minutes at most, and gives what it used."""
    deadline = time.monotonic() + 120
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage
        if time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise AssertionError("lightfast-git hung")
        time.sleep(0.002)


def sync(directory, **arguments):
    return run(request(directory, **arguments)).answer


def current(directory):
    return (pathlib.Path(directory) / "current").read_text().strip()


def current_root(directory):
    return pathlib.Path(directory) / "snapshots" / current(directory) / "root"


def leftovers(directory):
    """What no finished run leaves behind."""
    directory = pathlib.Path(directory)
    return [str(path) for pattern in ("current.*", "mirror.git.*", "snapshots/tmp.*") for path in directory.glob(pattern)]


def disk_use(directory):
    """The bytes on the disk of all below a directory."""
    return int(subprocess.run(["du", "--summarize", "--block-size=1", directory], capture_output=True, check=True).stdout.split()[0])


def tree_listing(root):
    """Every entry below `root` (a path) as {relative path: (type and mode, content or link target)}, in raw bytes."""
    listing, root = {}, os.fsencode(root)
    for directory, directories, files in os.walk(root):
        for name in directories + files:
            path = os.path.join(directory, name)
            status = os.lstat(path)
            content = b""
            if stat.S_ISLNK(status.st_mode):
                content = os.readlink(path)
            elif stat.S_ISREG(status.st_mode):
                with open(path, "rb") as file:
                    content = file.read()
            mode = "link" if stat.S_ISLNK(status.st_mode) else oct(status.st_mode)
            listing[os.path.relpath(path, root)] = (mode, content)
    return listing
