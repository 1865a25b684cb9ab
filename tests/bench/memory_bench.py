#!/usr/bin/env python3
"""What a question costs an agent, by the wall clock over stdio: lightfast_search and lightfast_graph_query beside the tools of
@modelcontextprotocol/server-memory, on stores of the same things.

    tests/bench/memory_bench.py [--most 1000000] [--questions 40]

Stores grow tenfold from 1,000 things, each an event of its own with a title and a relation there, an entity with an observation
and a relation here. The peer is asked until it answers no more: not within 30 s, or with more than a client reads, 25,000 tokens
of four bytes. Prints the median and the slowest, in milliseconds, and how long an answer is.
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "functional"))
import harness  # noqa: E402
from harness import LIGHTFAST, Server  # noqa: E402
from npm import install, install_node  # noqa: E402

PEER, VERSION = "@modelcontextprotocol/server-memory", "2026.8.31"
PATIENCE = 30  # seconds
MOST_READ = 25_000 * 4  # bytes
WORDS = [f"{first}{second}" for first in "retry upload cache deploy login search index token queue image".split()
         for second in ("", "er", "ing", "ed", "s", "able", "ment", "less", "ful", "ness")]


def things(count):
    chance = random.Random(7)
    for number in range(count):
        yield number, " ".join(chance.choice(WORDS) for _ in range(8)), chance.randrange(max(1, count // 10))


def questions(count):
    chance = random.Random(8)
    return [" ".join(chance.choice(WORDS) for _ in range(2)) for _ in range(count)]


def fill_store(home, count):
    store = home / f"{count}.db"
    with subprocess.Popen([LIGHTFAST, "store", "import", "-", "--store", str(store)], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        for number, text, person in things(count):
            second = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_700_000_000 + number))
            process.stdin.write(json.dumps({
                "id": f"e{number}", "source": "bench", "type": "pull_request.opened", "occurredAt": second, "subject": f"pr:acme/web#{number}",
                "title": text, "relations": [{"entity": f"person:p{person}", "type": "authored_by"}],
                "attributes": {"state": "open" if number % 2 else "merged"}}) + "\n")
        process.stdin.close()
    return store


def fill_peer(home, count):
    file = home / f"{count}.jsonl"
    with open(file, "w", encoding="utf-8") as out:
        for number, text, person in things(count):
            out.write(json.dumps({"type": "entity", "name": f"pr:acme/web#{number}", "entityType": "pr", "observations": [text]}) + "\n")
            out.write(json.dumps({"type": "relation", "from": f"pr:acme/web#{number}", "to": f"person:p{person}", "relationType": "authored_by"}) + "\n")
    return file


class Peer:
    """The other server, by the same lines."""

    def __init__(self, file):
        node, script = install_node(), install(PEER, VERSION, f"{PEER}/dist/index.js")
        self.process = subprocess.Popen([node, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        env={"MEMORY_FILE_PATH": str(file), "PATH": "/usr/bin:/bin"})
        self.last = 0
        self.request("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def request(self, method, params):
        """The answer's line; nothing when it took too long."""
        self.last += 1
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}).encode() + b"\n")
        self.process.stdin.flush()
        line = []
        reader = threading.Thread(target=lambda: line.append(self.process.stdout.readline()), daemon=True)
        reader.start()
        reader.join(PATIENCE)
        return line[0] if line else None


def measure(name, count, ask, inputs):
    """Whether all answers came and could be read."""
    took, longest = [], 0
    for each in inputs:
        begun = time.monotonic()
        said = ask(each)
        took.append((time.monotonic() - begun) * 1000)
        if said is None:
            print(f"{count:>9,}  {name:<24} no answer within {PATIENCE} s", flush=True)
            return False
        longest = max(longest, len(said))
    took.sort()
    print(f"{count:>9,}  {name:<24} {took[len(took) // 2]:>10.2f} {took[-1]:>10.2f}   {longest:>11,}", flush=True)
    return longest <= MOST_READ


def measure_ours(home, count, asked):
    store = fill_store(home, count)
    repository = harness.make_repository(home / f"context-{count}", {"README.md": "the context\n"})
    with Server(repository, home / f"data-{count}", ["--store", str(store)]) as server:
        server.initialize()
        call = lambda tool, **arguments: json.dumps(server.answer(server.request("tools/call", {"name": tool, "arguments": arguments})))
        measure("lightfast_search", count, lambda question: call("lightfast_search", query=question), asked)
        measure("lightfast_graph_query", count, lambda _: call("lightfast_graph_query", type="pr", where={"state": "open"}), asked)


def measure_peer(home, count, asked):
    with Peer(fill_peer(home, count)) as peer:
        return measure("server-memory", count, lambda question: peer.request("tools/call", {"name": "search_nodes", "arguments": {"query": question}}), asked)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=1_000_000)
    parser.add_argument("--questions", type=int, default=40)
    given = parser.parse_args()
    print(f"{'things':>9}  {'tool':<24} {'p50 ms':>10} {'max ms':>10}   {'bytes':>11}")
    answers, count = True, 1_000
    with tempfile.TemporaryDirectory() as home:
        while count <= given.most:
            asked = questions(given.questions)
            measure_ours(pathlib.Path(home), count, asked)
            if answers:
                one_word = [question.split()[0] for question in asked]  # it looks for the question as it stands
                answers = measure_peer(pathlib.Path(home), count, one_word)
            count *= 10


if __name__ == "__main__":
    main()
