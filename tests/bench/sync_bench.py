#!/usr/bin/env python3
"""What it costs to follow a repository, beside `git` doing the like in the same run: both over http from one server on loopback.

    tests/bench/sync_bench.py [--rounds 5]

The first rows begin with nothing on disk: the helper `lightfast-git` beside `git clone`, and the whole of `lightfast shell`,
its toolbox made before, beside `git clone` and `cat`. Then one file is pushed to a repository of many: the helper beside
`git pull`. The two take turns. Prints medians, and ratios to git.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "functional"))
from git_helper import HELPER, request  # noqa: E402
from git_server import IDENTITY, GitServer, git  # noqa: E402
from harness import LIGHTFAST  # noqa: E402

SMALL, LARGE, LARGE_DIRECTORIES = 2000, 49_000, 990
GIT_ENVIRONMENT = {**os.environ, **IDENTITY}


def files_of(count, directories, size):
    """`count` files in `directories` of about `size` bytes each, the same on every machine."""
    words = random.Random(count)
    vocabulary = ["".join(words.choices("abcdefghijklmnopqrstuvwxyz", k=words.randint(2, 10))) for _ in range(2000)]
    files = {"README.md": "# Words\n"}
    for number in range(count - 1):
        files[f"part{number % directories:03}/{number:05}.md"] = " ".join(words.choices(vocabulary, k=size // 7)) + "\n"
    return files


# Runs a command, then tells its seconds, those of processors, and KiB, on descriptor 3. A process of its own, since a child's
# largest memory begins with what its parent had.
MEASURE = """
import os, sys, time
began = time.perf_counter()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_CLOSE, 3)])
_, status, used = os.wait4(child, 0)
os.write(3, f"{time.perf_counter() - began} {used.ru_utime + used.ru_stime} {used.ru_maxrss}".encode())
sys.exit(os.waitstatus_to_exitcode(status))
"""


class Cost:
    """The runs of one program: seconds of wall clock and processor, its largest memory."""

    def __init__(self):
        self.wall, self.cpu, self.mebibytes = [], [], []

    def run(self, command, text=b"", environment=None):
        program = shutil.which(command[0])
        reading, writing = os.pipe()
        try:
            done = subprocess.run(["sh", "-c", f'exec "$@" 3>&{writing}', "sh", sys.executable, "-S", "-E", "-c", MEASURE, program,
                                   *map(str, command[1:])], input=text, capture_output=True, pass_fds=[writing], check=False,
                                  env=GIT_ENVIRONMENT if environment is None else environment)
        finally:
            os.close(writing)
        if done.returncode != 0:
            raise SystemExit(f"{command}: exit {done.returncode}: {done.stderr.decode(errors='replace')}")
        wall, cpu, kibibytes = map(float, os.read(reading, 1000).split())
        os.close(reading)
        self.wall.append(wall)
        self.cpu.append(cpu)
        self.mebibytes.append(kibibytes / 1024)
        return done.stdout


def print_row(what, ours, theirs):
    def median(numbers):
        return statistics.median(numbers)
    print(f"| {what} | {1000 * median(ours.wall):.0f} / {1000 * median(theirs.wall):.0f} | {median(ours.wall) / median(theirs.wall):.2f} "
          f"| {1000 * median(ours.cpu):.0f} / {1000 * median(theirs.cpu):.0f} | {median(ours.cpu) / median(theirs.cpu):.2f} "
          f"| {max(ours.mebibytes):.0f} / {max(theirs.mebibytes):.0f} |", flush=True)


def in_turn(round_number, first, second):
    for step in (first, second) if round_number % 2 == 0 else (second, first):
        step()


def sync_with_helper(cost, directory, url):
    answer = json.loads(cost.run([HELPER], text=json.dumps(request(directory, url=url)).encode(), environment={}))
    if "error" in answer:
        raise SystemExit(f"the helper failed: {answer['error']}")


def from_nothing(home, url, rounds):
    ours, theirs = Cost(), Cost()
    for number in range(rounds):
        fresh = home / f"fresh{number}"
        fresh.mkdir()
        in_turn(number, lambda: sync_with_helper(ours, fresh, url),  # pylint: disable=cell-var-from-loop
                lambda: theirs.run(["git", "clone", "--quiet", url, home / f"clone{number}"]))
    return ours, theirs


def to_the_first_answer(home, url, rounds):
    data = home / "data"
    command = [LIGHTFAST, "shell", "--repo", url, "--data-dir", data, "--timeout-ms", "60000", "--", "cat README.md"]
    Cost().run(command)  # makes the toolbox
    ours, theirs = Cost(), Cost()
    for number in range(rounds):
        # Aside, and not away: ext4 looks long for a place for what is made shortly after much was removed.
        (data / "orgs").rename(home / f"orgs{number}")
        clone = home / f"first{number}"
        in_turn(number, lambda: ours.run(command),
                lambda: theirs.run(["sh", "-c", f"git clone --quiet {url} {clone} && cat {clone}/README.md"]))
    return ours, theirs


def push_one(repository, index, text):
    """A commit that changes one file, without a working tree."""
    environment = {"GIT_INDEX_FILE": str(index)}
    if not index.exists():
        git("read-tree", "main", cwd=repository, env=environment)
    blob = git("hash-object", "-w", "--stdin", cwd=repository, stdin=text.encode())
    git("update-index", "--add", "--cacheinfo", f"100644,{blob},part000/changed.md", cwd=repository, env=environment)
    commit = git("commit-tree", git("write-tree", cwd=repository, env=environment), "-p", "main", "-m", "change", cwd=repository)
    git("update-ref", "refs/heads/main", commit, cwd=repository)


def a_push(home, server, name, rounds):
    url = server.http_url(name)
    directory, clone = home / "followed", home / "pulled"
    directory.mkdir()
    sync_with_helper(Cost(), directory, url)
    Cost().run(["git", "clone", "--quiet", url, clone])
    ours, theirs = Cost(), Cost()
    for number in range(rounds):
        push_one(server.path(name), home / "index", f"change {number}\n")
        in_turn(number, lambda: sync_with_helper(ours, directory, url),
                lambda: theirs.run(["git", "-C", clone, "pull", "--quiet"]))
    return ours, theirs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with GitServer() as server, tempfile.TemporaryDirectory() as place:
        home = pathlib.Path(place)
        for name, files in (("small", files_of(SMALL, 50, 4000)), ("large", files_of(LARGE, LARGE_DIRECTORIES, 700))):
            server.create(name)
            server.commit(name, files)
        print("| ours / git | wall ms | ratio | CPU ms | ratio | memory MiB |\n|---|---|---|---|---|---|")
        small = server.http_url("small")
        print_row(f"{SMALL} files, from nothing", *from_nothing(home, small, rounds))
        print_row(f"{SMALL} files, to the first answer", *to_the_first_answer(home, small, rounds))
        print_row(f"a push of one file to {LARGE + LARGE_DIRECTORIES}", *a_push(home, server, "large", rounds))


if __name__ == "__main__":
    main()
