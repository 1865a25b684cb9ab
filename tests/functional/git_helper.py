"""Runs the helper program lightfast-git the way the server does, and looks at the snapshots that it leaves."""
import json
import os
import pathlib
import stat
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("LIGHTFAST_BUILD", ROOT / "build" / "release")).resolve()
HELPER = BUILD / "lightfast-git"


def request(directory, url=None, git_dir=None, branch="", token="", ca_file="", stall_ms=15000, lock_wait_ms=20000):
    source = {"git_dir": str(git_dir)} if git_dir else {"url": url}
    if token:
        source["token"] = token
    if ca_file:
        source["ca_file"] = str(ca_file)
    return {"version": 1, "operation": "sync", "directory": str(directory), "source": source, "branch": branch,
            "lock_wait_ms": lock_wait_ms, "stall_ms": stall_ms}


def run(document, preexec=None, environment=None):
    """The finished process; its answer is in `.answer` when it wrote one."""
    text = document if isinstance(document, str) else json.dumps(document)
    done = subprocess.run([str(HELPER)], input=text.encode(), capture_output=True, timeout=120, check=False,
                          env=environment or {}, preexec_fn=preexec)
    done.answer = json.loads(done.stdout) if done.stdout else None
    return done


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
