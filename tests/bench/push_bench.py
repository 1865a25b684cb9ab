#!/usr/bin/env python3
"""How soon a push is seen, and how a webhook is acknowledged, by a served Lightfast that is read all the while.

    tests/bench/push_bench.py [--pushes 200] [--organisations 50]

First one repository over https on loopback: each push is told by its webhook, and commands are run until one shows it; beside it
`git pull` of the same push, on a quiet machine. Then the same for many organisations at once, each pushed to three times while
all are read, and as many `git pull` at once. Last, deliveries of 24 KB at 100 a second, beside as many writes of a file that is
flushed to the same disk. Prints percentiles, in milliseconds.
"""
import argparse
import http.client
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "functional"))
from git_server import IDENTITY, GitServer  # noqa: E402
from github_hooks import SECRET, headers_of  # noqa: E402
from orgs_server import OrgsServer  # noqa: E402

ROUTE = "/api/ingest/github"
READERS = 2
RATE = 100  # deliveries a second
SENDERS = 8
PAUSE = 0.01  # between two looks, which take processors from what is looked for


class World:
    """A server of organisations whose repositories hold one number each."""

    def __init__(self, home, git, names):
        self.git, self.names = git, names
        for name in names:
            git.create(f"{name}/.lightfast")
            self.push(name, 0)
        self.server = OrgsServer(home, {name: git.https_url(f"{name}/.lightfast") for name in names}, environment={
            "LIGHTFAST_CA_FILE": str(git.ca_file), "LIGHTFAST_POLL_INTERVAL": "0", "LIGHTFAST_RATE_LIMIT": "0",
            "LIGHTFAST_GITHUB_API_URL": "https://localhost:1", "LIGHTFAST_GITHUB_WEBHOOK_SECRET": SECRET})

    def clone(self, home, name):
        """For pull()."""
        self.run_git("clone", "-q", self.git.https_url(f"{name}/.lightfast"), home / name)

    def pull(self, home, name):
        began = time.perf_counter()
        self.run_git("-C", home / name, "pull", "-q")
        return milliseconds_since(began)

    def run_git(self, *arguments):
        subprocess.run(["git", *map(str, arguments)], env={**os.environ, **IDENTITY, "GIT_SSL_CAINFO": self.git.ca_file}, check=True)

    def push(self, name, number):
        self.git.commit_tree(f"{name}/.lightfast", {"README.md": ("100644", f"{number}\n")})

    def tell(self, name):
        """The webhook of a push; milliseconds until it was acknowledged."""
        payload = {"ref": "refs/heads/main", "repository": {"id": 1 + self.names.index(name), "full_name": f"{name}/.lightfast",
                                                            "default_branch": "main", "owner": {"login": name}}}
        body = json.dumps(payload).encode()
        began = time.perf_counter()
        assert self.server.request("POST", ROUTE, body, headers_of(body)).status == 202
        return milliseconds_since(began)

    def wait_for(self, name, number):
        """Runs commands until one shows the push; milliseconds."""
        began = time.perf_counter()
        while self.server.reads(name) != f"{number}\n":
            time.sleep(PAUSE)
        return milliseconds_since(began)

    def keep_reading(self, ending):
        while not ending.is_set():
            for name in self.names:
                assert self.server.reads(name).strip().isdigit()


def milliseconds_since(began):
    return 1000 * (time.perf_counter() - began)


def show(what, numbers):
    numbers = sorted(numbers)
    at = [numbers[min(len(numbers) - 1, int(len(numbers) * share))] for share in (0.5, 0.9, 0.99)]
    print(f"{what:<58} p50 {at[0]:8.2f}  p90 {at[1]:8.2f}  p99 {at[2]:8.2f}  max {numbers[-1]:8.2f}  n {len(numbers)}", flush=True)


def in_threads(work, arguments):
    threads = [threading.Thread(target=work, args=each) for each in arguments]
    for thread in threads:
        thread.start()
    return threads


def read_meanwhile(world):
    ending = threading.Event()
    readers = in_threads(world.keep_reading, [(ending,)] * READERS)

    def end():
        ending.set()
        for reader in readers:
            reader.join()
    return end


def one_repository(world, home, pushes):
    [name] = world.names
    assert world.server.reads(name) == "0\n"
    world.clone(home, name)
    end = read_meanwhile(world)
    seen, acknowledged = [], []
    for number in range(1, pushes + 1):
        world.push(name, number)
        acknowledged.append(world.tell(name))
        seen.append(acknowledged[-1] + world.wait_for(name, number))
    end()
    pulled = []
    for number in range(1, pushes // 4 + 1):
        world.push(name, -number)
        pulled.append(world.pull(home, name))
    show("a push, from its webhook to a command that shows it", seen)
    show("git pull of a push", pulled)
    show("its webhook acknowledged, commands running", acknowledged)


def many_organisations(world, home):
    for name in world.names:
        world.server.as_(name)
        assert world.server.reads(name) == "0\n"
        world.clone(home, name)
    end = read_meanwhile(world)
    seen, pulled = [], []
    for number in (1, 2, 3):
        for name in world.names:
            world.push(name, number)
        threads = in_threads(lambda name, number=number: seen.append(world.tell(name) + world.wait_for(name, number)),
                             [(name,) for name in world.names])
        for thread in threads:
            thread.join()
    end()
    for number in (4, 5, 6):
        for name in world.names:
            world.push(name, number)
        for thread in in_threads(lambda name: pulled.append(world.pull(home, name)), [(name,) for name in world.names]):
            thread.join()
    show(f"{len(world.names)} organisations pushed to at once, the same", seen)
    show(f"{len(world.names)} times git pull at once", pulled)


def deliveries(world, _home, seconds=10):
    name = world.names[0]
    body = json.dumps({"ref": "refs/heads/topic", "repository": {"id": 1, "full_name": f"{name}/.lightfast", "default_branch": "main"},
                       "commits": ["x" * 24_000]}).encode()
    took, flushed = [], []

    def send(number):
        connection = http.client.HTTPConnection(world.server.host, world.server.port)
        for i in range(RATE * seconds // SENDERS):
            time.sleep(max(0, start + (i * SENDERS + number) / RATE - time.perf_counter()))
            headers = headers_of(body, number=str(uuid.uuid4()))
            began = time.perf_counter()
            connection.request("POST", ROUTE, body, headers)
            response = connection.getresponse()
            response.read()
            assert response.status == 202
            took.append(milliseconds_since(began))

    start = time.perf_counter() + 0.1
    for thread in in_threads(send, [(number,) for number in range(SENDERS)]):
        thread.join()
    with open(world.server.data / "flushed", "wb", buffering=0) as file:
        for _ in range(RATE * seconds // 2):
            began = time.perf_counter()
            file.write(body)
            os.fdatasync(file.fileno())
            flushed.append(milliseconds_since(began))
            time.sleep(1 / RATE)
    show(f"a delivery of 24 KB on disk and acknowledged, {RATE} a second", took)
    show("a write of 24 KB and fdatasync of the same disk", flushed)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pushes", type=int, default=200)
    options.add_argument("--organisations", type=int, default=50)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as home, GitServer() as git:
        for part, names, work in (("one", ["alone"], lambda world, home: one_repository(world, home, given.pushes)),
                                  ("many", [f"org{i:03}" for i in range(given.organisations)], many_organisations),
                                  ("hooks", ["hooked"], deliveries)):
            place = pathlib.Path(home, part)
            place.mkdir()
            world = World(place, git, names)
            with world.server:
                world.server.wait_until_ready()
                clones = place / "clones"
                clones.mkdir()
                work(world, clones)


if __name__ == "__main__":
    main()
