#!/usr/bin/env python3
"""Fills the local store and a Memory service with real data, asks six questions, and prints what came from where.

    examples/memory/run.py        # LIGHTFAST=/path/to/lightfast where it is not in build/release
"""
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
LIGHTFAST = os.environ.get("LIGHTFAST", str(HERE.parent.parent / "build/release/lightfast"))
SECRET = "what GitHub and we know"
KEY = "a-key-of-the-memory"


class Service:
    """A command that says where it listens, until the block ends."""

    def __init__(self, home, *words):
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LIGHTFAST_GITHUB_WEBHOOK_SECRET": SECRET, "LIGHTFAST_MEMORY_API_KEY": KEY}
        self.command = [LIGHTFAST, *words, "--listen", "127.0.0.1:0", "--log-level", "error"]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, env=self.environment, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if found := re.search(r"listening on http://(127\.0\.0\.1:\d+)", line):
                self.address = found[1]
                self.url = f"http://{self.address}"
                return self
        sys.exit(f"{' '.join(self.command)} did not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate()

    def post(self, path, body, **headers):
        connection = http.client.HTTPConnection(self.address, timeout=30)
        connection.request("POST", path, body, {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        return answer.status, json.loads(said)


def run(home, *words):
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LIGHTFAST_MEMORY_API_KEY": KEY}
    return subprocess.run([LIGHTFAST, *map(str, words)], env=environment, capture_output=True, text=True, check=True).stdout


def deliver(server):
    """As GitHub does it: signed, and answered once it is on disk."""
    for file in sorted((HERE / "payloads").glob("*.json")):
        body = file.read_bytes()
        signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        status, said = server.post("/api/ingest/github", body, X_Hub_Signature_256=signature, X_GitHub_Event=file.stem, X_GitHub_Delivery=f"example-{file.stem}")
        print(f"  {file.stem}: {status} {said.get('status', said)}")


def ask(home, title, question, *options):
    print(f"\n{title}\n  $ lightfast search {question}")
    said = json.loads(run(home, "search", "--json", "--limit", "3", "--store", home / "store.db", *options, "--", question))
    for result in said["results"]:
        print(f"  {result['tier']:>6}  {(result['occurredAt'] or '')[:10]}  {result['title'][:70]}\n          {result['reason']}")
    for tier, report in said["tiers"].items():
        print(f"  [{tier}: {report['state']}, {report['count']} found in {report['ms']} ms{'; ' + report['why'] if report.get('why') else ''}]")


def state_last_friday(home):
    print("\n3. A state at a time: what was the latest merged on Friday, 17 July 2026, at noon?")
    command = ["graph", "query", "--type", "pr", "--where", "state=merged", "--at", "2026-07-17T12:00:00Z", "--limit", "2"]
    print(f"  $ lightfast {' '.join(command)}")
    for line in run(home, *command, "--store", home / "store.db").splitlines():
        print(f"  {line[:150]}")


def main():
    with tempfile.TemporaryDirectory() as directory:
        home = pathlib.Path(directory)
        run(home, "init", home / "context")
        git = ["git", "-C", home / "context", "-c", "user.name=Example", "-c", "user.email=example@localhost"]
        for words in (("init", "-qb", "main"), ("add", "."), ("commit", "-qm", "Start")):
            subprocess.run([*git, *words], check=True)
        run(home, "store", "import", HERE / "history.ndjson", "--store", home / "store.db")
        run(home, "memory", "import", HERE / "archive.ndjson", "--data-dir", home / "memory")
        print("GitHub's webhooks:")
        with Service(home, "serve", "--repo", str(home / "context"), "--store", str(home / "store.db"), "--data-dir", str(home / "data")) as server:
            deliver(server)
            while json.loads(run(home, "store", "stats", "--json", "--store", home / "store.db"))["events"] < 57 + 6:
                time.sleep(0.1)
        with Service(home, "memory", "serve", "--data-dir", str(home / "memory")) as memory:
            both = ["--memory-url", memory.url, "--data-dir", home / "data"]
            ask(home, "1. Something recent: the local store alone", "latest pull requests about proxies", *both)
            ask(home, "2. What is open: a list", "open pull requests", *both)
            state_last_friday(home)
            ask(home, "4. How it was done once: both tiers in one list", "how did we handle certificates of a proxy", *both)
            ask(home, "5. One thing by its handle", "pip#14179", *both)
        ask(home, "6. The same as 4, with the Memory service down: what is local, and the truth about the rest",
            "how did we handle certificates of a proxy", *both)


if __name__ == "__main__":
    main()
