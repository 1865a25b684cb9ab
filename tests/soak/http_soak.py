#!/usr/bin/env python3
"""Dozens of clients and hundreds of streams at one served Lightfast: what it holds at the end is what it held before.

    tests/soak/http_soak.py [--seconds 60] [--clients 64] [--streams 200] [--seed 1]

Clients of both eras and of the REST API, each with a connection that it keeps, send commands, refused calls, reads and lists,
calls that they cancel by closing or by a notification, requests that are none, and begin and end sessions. Meanwhile streams lie
open, half of them of sessions, half listens, and some are closed and opened again; the repository is committed to, so that
changes are told while streams close. Every answer is compared with what it must be, and after each of the rounds every stream
must have been told of the last commit. Then all is ended but the server, and a line of the table says what it holds. In the end
there is one round more, with SIGTERM in its middle: the server must end in time and with 0. Exits with 1 when anything was
wrong, or when a figure has not come back to what it was.
"""
import argparse
import collections
import contextlib
import http.client
import json
import os
import pathlib
import random
import re
import selectors
import shutil
import signal
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "functional"))
import harness  # noqa: E402
from git_server import git  # noqa: E402
from http_server import ENVELOPE, HttpServer, Kept  # noqa: E402

ROUNDS = 4
ENDS_WITHIN = 10 * harness.WEIGHT  # seconds from SIGTERM; three are for calls that run
COMMIT_PAUSE, STREAM_PAUSE = 0.7, 0.05  # seconds
README = "# Pages\n\nThe tone is calm.\n"
COUNTER = "lightfast://repo/counter.txt"
SHELL = "lightfast_shell"
LEGACY_MISSING, MODERN_MISSING, INVALID_PARAMS = -32002, -32602, -32602
BROKEN = (OSError, http.client.HTTPException)

# The figures that must come back to what they were before the first round, and by how much each may be above. Threads are those
# that are kept for calls, and memory, KiB that are of no file, is compared with what it was after the first round; with a sanitizer
# it says more of that.
SLACK = {"memory": 8192 if harness.WEIGHT == 1 else 1 << 20, "descriptors": 0, "threads": 10, "processes": 0, "connections": 0, "streams": 0, "sessions": 0}
Row = collections.namedtuple("Row", ["round", "seconds", "answers", "told", *SLACK])


def line_of(cells):
    return "| " + " | ".join(str(cell).rjust(max(len(name), 6)) for name, cell in zip(Row._fields, cells)) + " |"


def findings(rows):
    """Which figures have grown, in words; the first row is from before the first round."""
    last = rows[-1]
    first = rows[0]._replace(memory=rows[1].memory)
    return [f"{name} grew from {getattr(first, name)} to {getattr(last, name)}, more than {most} is too much"
            for name, most in SLACK.items() if getattr(last, name) - getattr(first, name) > most]


class Wrong(AssertionError):
    """An answer that is not what it must be."""


def expect(is_right, what):
    if not is_right:
        raise Wrong(str(what)[:600])


# ---- The repository.

class Changing:
    """A repository whose counter.txt counts its commits."""

    def __init__(self, home):
        self.path = harness.make_repository(home / "repository", {
            "README.md": README, "counter.txt": "0\n", **{f"pages/{page:03}.md": f"page {page}\n" for page in range(300)}})
        self.begun = self.settled = 0  # the commits that may, and those that must be seen
        self.lock = threading.Lock()

    def commit(self):
        with self.lock:
            self.begun += 1
            pathlib.Path(self.path, "counter.txt").write_text(f"{self.begun}\n")
            git("commit", "--quiet", "--all", "--message", "Count", cwd=self.path)
            self.settled = self.begun

    def commit_until(self, stopped):
        while not stopped.wait(COMMIT_PAUSE):
            self.commit()


# ---- Streams.

class Stream:
    """A stream that lies open: of a session, or a listen to the counter."""

    def __init__(self, server, session=None):
        self.session, self.text, self.is_over = session, b"", False
        if session:
            head = f"GET /mcp HTTP/1.1\r\nMcp-Session-Id: {session}\r\nAccept: text/event-stream\r\n"
            body = b""
        else:
            asked = {"notifications": {"resourcesListChanged": True, "resourceSubscriptions": [COUNTER]}, "_meta": ENVELOPE}
            body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": asked}).encode()
            head = ("POST /mcp HTTP/1.1\r\nContent-Type: application/json\r\nMCP-Protocol-Version: 2026-07-28\r\n"
                    f"Mcp-Method: subscriptions/listen\r\nContent-Length: {len(body)}\r\n")
        self.socket = server.socket()
        self.socket.sendall(f"{head}Host: localhost\r\n\r\n".encode() + body)

    def read(self):
        octets = self.socket.recv(65536)
        self.text += octets
        self.is_over = not octets or self.text.endswith(b"\r\n0\r\n\r\n")

    def is_open(self):
        """It has begun: from then on it is told of changes."""
        return (b"\r\n\r\n" if self.session else b"acknowledged") in self.text

    def told(self):
        """How often it was told that the counter is another."""
        return self.text.count(b"notifications/resources/updated")


class Streams:
    """Keeps so many open, and closes and opens some; all on one thread, between start() and close_all()."""

    def __init__(self, server, wanted, choice):
        self.server, self.wanted, self.choice = server, wanted, choice
        self.asking = Kept(server)
        self.open, self.told_before = [], 0
        self.ready = selectors.DefaultSelector()

    def start(self):
        while len(self.open) < self.wanted:
            self.add()

    def add(self):
        session = self.asking.initialize() if self.choice.random() < 0.5 else None
        if session:
            asked = {"jsonrpc": "2.0", "id": 1, "method": "resources/subscribe", "params": {"uri": COUNTER}}
            reply = self.asking.legacy(asked, session)
            expect(reply.status == 200 and reply.json["result"] == {}, reply)
        stream = Stream(self.server, session)
        self.open.append(stream)
        self.ready.register(stream.socket, selectors.EVENT_READ, stream)

    def read(self, seconds):
        for key, _ in self.ready.select(seconds):
            key.data.read()
            if key.data.is_over:
                self.ready.unregister(key.fileobj)

    def churn_until(self, stopped):
        """Reads what comes, and once in a while ends a stream and opens another."""
        due = time.monotonic()
        while not stopped.is_set():
            self.read(STREAM_PAUSE)
            if time.monotonic() >= due:
                due = time.monotonic() + STREAM_PAUSE
                self.end(self.choice.choice(self.open))
                self.add()

    def end(self, stream):
        """Closes it, or has its session end, with which it must end."""
        self.open.remove(stream)
        self.told_before += stream.told()
        if not stream.is_over:
            self.ready.unregister(stream.socket)
        if stream.session and self.choice.random() < 0.5:
            self.delete(stream)
            stream.socket.settimeout(harness.HANG_GUARD)
            while not stream.is_over:
                stream.read()
            expect(stream.text.endswith(b"\r\n0\r\n\r\n"), f"a stream broke off: {stream.text[-300:]}")
            stream.socket.close()
        else:
            stream.socket.close()
            self.delete(stream)

    def delete(self, stream):
        if stream.session:
            reply = self.asking.request("DELETE", "/mcp", headers={"Mcp-Session-Id": stream.session})
            expect(reply.status == 204, reply)

    def hear_of(self, commit):
        """All streams are told of what `commit` does, and none has ended by itself."""
        def all_of(condition):
            deadline = time.monotonic() + harness.HANG_GUARD
            while not all(map(condition, self.open)) and time.monotonic() < deadline:
                self.read(0.05)
            return all(map(condition, self.open))
        expect(all_of(Stream.is_open), "a stream did not begin")
        before = {stream: stream.told() for stream in self.open}
        commit()
        expect(all_of(lambda stream: stream.told() > before[stream]), "a stream was not told of a commit")
        expect(not any(stream.is_over for stream in self.open), "a stream ended by itself")

    def close_all(self):
        while self.open:
            self.end(self.open[-1])
        self.asking.close()

    def told(self):
        return self.told_before + sum(stream.told() for stream in self.open)


# ---- Clients.

class Client:
    """Sends one request after the other, of the kinds below, and looks at every answer."""

    def __init__(self, soak, number):
        self.soak, self.number, self.answers = soak, number, 0
        self.choice = random.Random(f"{soak.options.seed}-{number}")
        self.kept, self.session = Kept(soak.server), None
        self.is_legacy = number % 2 == 0
        kinds = [(30, self.echo), (10, self.counter), (10, self.rest), (10, self.refused), (10, self.read), (5, self.missing),
                 (5, self.lists), (3, self.context), (3, self.goes_on), (6, self.cancels), (4, self.listens), (3, self.nonsense)]
        if self.is_legacy:
            kinds += [(4, self.ends_session), (3, self.replaces_stream)]
        self.weights, self.kinds = zip(*kinds)

    def run_until(self, stopped):
        while not stopped.is_set():
            [kind] = self.choice.choices(self.kinds, self.weights)
            self.soak.guarded(f"client {self.number}, {kind.__name__}", kind)
            self.answers += 1

    def close(self):
        self.end_session()
        self.kept.close()

    def ask(self, method, params, **meta):
        """The answer to a request, as its client's era has it."""
        self.last = self.choice.randrange(1 << 30)
        if not self.is_legacy:
            return self.kept.modern(method, params, self.last, meta=meta).messages[-1]
        if not self.session:
            self.session = self.kept.initialize()
        message = {"jsonrpc": "2.0", "id": self.last, "method": method, "params": params | ({"_meta": meta} if meta else {})}
        return self.kept.legacy(message, self.session).messages[-1]

    def ask_well(self, method, params, **meta):
        answer = self.ask(method, params, **meta)
        expect(answer.get("id") == self.last and "result" in answer, answer)
        return answer["result"]

    def shell(self, command, **meta):
        """What a command writes."""
        result = self.ask_well("tools/call", {"name": SHELL, "arguments": {"command": command, "timeoutMs": 60000}}, **meta)
        expect(not result["isError"], result)
        return result["content"][0]["text"]

    def fails(self, code, method, params):
        answer = self.ask(method, params)
        expect(answer.get("error", {}).get("code") == code, answer)

    # The kinds.

    def echo(self):
        number = self.choice.randrange(1 << 30)
        expect(self.shell(f"echo {number} | cat") == f"{number}\n", "another echo")

    def counter(self):
        least = self.soak.repository.settled
        seen = int(self.shell("cat counter.txt"))
        expect(least <= seen <= self.soak.repository.begun, f"the counter is {seen}, and was {least} at least")

    def rest(self):
        number = self.choice.randrange(1 << 30)
        reply = self.kept.shell(f"echo {number}; exit 3")
        expect(reply.status == 200 and (reply.json["stdout"], reply.json["exitCode"]) == (f"{number}\n", 3), reply)

    def refused(self):
        result = self.ask_well("tools/call", {"name": SHELL, "arguments": {"comand": "ls"}})
        expect(result["isError"], result)
        self.fails(INVALID_PARAMS, "tools/call", {"name": "rm", "arguments": {}})
        expect(self.kept.post("/v1/shell", {"command": ""}).status == 400, "an empty command was taken")
        expect(self.kept.get("/nowhere").status == 404, "there is something nowhere")

    def read(self):
        contents = self.ask_well("resources/read", {"uri": "lightfast://repo/README.md"})["contents"]
        expect(contents[0]["text"] == README, contents)

    def missing(self):
        self.fails(LEGACY_MISSING if self.is_legacy else MODERN_MISSING, "resources/read", {"uri": "lightfast://repo/nothing.md"})

    def lists(self):
        expect(len(self.ask_well("resources/list", {})["resources"]) == 200, "another page of resources")
        expect([tool["name"] for tool in self.ask_well("tools/list", {})["tools"]] == [SHELL], "other tools")
        if self.is_legacy:
            expect(self.ask_well("ping", {}) == {}, "another pong")
        else:
            expect(self.ask_well("server/discover", {})["supportedVersions"] == ["2026-07-28"], "other versions")

    def context(self):
        expect("The tone is calm." in json.dumps(self.ask_well("prompts/get", {"name": "context"})), "another context")
        asked = {"ref": {"type": "ref/resource", "uri": "lightfast://repo/{+path}"}, "argument": {"name": "path", "value": "READ"}}
        expect(self.ask_well("completion/complete", asked)["completion"]["values"] == ["README.md"], "another completion")

    def goes_on(self):
        expect(self.shell("sleep 1.2; echo done", progressToken=self.number) == "done\n", "another end")

    def cancels(self):
        """By closing; a legacy client, for which that is none, by a notification, and then the answer may be either."""
        side, call = Kept(self.soak.server), {"name": SHELL, "arguments": {"command": "sleep 3; echo late", "timeoutMs": 2000}}
        with contextlib.closing(side):
            if self.is_legacy:
                return self.cancels_by_notification(side, call)
            if self.choice.random() < 0.5:
                side.connection.request("POST", "/v1/shell", json.dumps(call["arguments"]), {"Content-Type": "application/json"})
            else:
                side.connection.request("POST", "/mcp", json.dumps({
                    "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call | {"_meta": ENVELOPE}}), {
                    "Content-Type": "application/json", "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": SHELL})
            time.sleep(self.choice.choice([0, 0.001, 0.02, 0.1]))

    def cancels_by_notification(self, side, call):
        self.ask_well("ping", {})
        message = {"jsonrpc": "2.0", "id": "cancelled", "method": "tools/call", "params": call}
        side.connection.request("POST", "/mcp", json.dumps(message), {
            "Content-Type": "application/json", "Accept": "application/json, text/event-stream", "Mcp-Session-Id": self.session})
        time.sleep(self.choice.choice([0, 0.001, 0.02, 0.1]))
        notice = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "cancelled"}}
        expect(self.kept.legacy(notice, self.session).status == 202, "a notification was refused")
        expect(side.connection.getresponse().status in (200, 202), "another answer to a call that was cancelled")

    def listens(self):
        """Opens a listen, and closes it once it has begun."""
        stream = Stream(self.soak.server)
        with contextlib.closing(stream.socket):
            while not stream.is_open():
                stream.read()
                expect(not stream.is_over, stream.text)

    def nonsense(self):
        """A body that is no message, on the connection that is kept, and a request that is none, on another."""
        answer = self.kept.legacy(b"{", self.session) if self.session else self.kept.modern("no/such", {}, 1)
        expect(answer.status in (400, 404), answer)
        with self.soak.server.socket() as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n")
            expect(connection.recv(100).startswith(b"HTTP/1.1 400 "), "a request that is none was taken")

    def ends_session(self):
        """While a call of it runs, one time in two."""
        self.ask_well("ping", {})
        side = Kept(self.soak.server)
        with contextlib.closing(side):
            has_call = self.choice.random() < 0.5
            if has_call:
                call = {"name": SHELL, "arguments": {"command": "sleep 2", "timeoutMs": 2500}}
                side.connection.request("POST", "/mcp", json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}), {
                    "Content-Type": "application/json", "Accept": "application/json", "Mcp-Session-Id": self.session})
                time.sleep(self.choice.choice([0, 0.02]))
            self.end_session()
            if has_call:
                expect(side.connection.getresponse().status in (200, 404), "another answer to a call of a session that ended")

    def end_session(self):
        if self.session:
            ended, self.session = self.session, None
            reply = self.kept.request("DELETE", "/mcp", headers={"Mcp-Session-Id": ended})
            expect(reply.status == 204, reply)

    def replaces_stream(self):
        """A second stream of a session takes the first one's place, which ends."""
        self.ask_well("ping", {})
        first = Stream(self.soak.server, self.session)
        with contextlib.closing(first.socket):
            while not first.is_open():
                first.read()
            second = Stream(self.soak.server, self.session)
            with contextlib.closing(second.socket):
                while not first.is_over:
                    first.read()
                expect(first.text.endswith(b"0\r\n\r\n"), first.text)


# ---- The whole.

class Soak:
    def __init__(self, home, options):
        self.options, self.problems, self.lock = options, [], threading.Lock()
        self.repository = Changing(home)
        self.server = HttpServer(self.repository.path, harness.data_dir(home), ["--log-level", "error"])
        self.is_ending, self.answers, self.told = False, 0, 0

    def guarded(self, what, work):
        """Does `work`; what goes wrong is a problem, unless the server has been asked to end."""
        try:
            work()
        except (Wrong, *BROKEN, ValueError, KeyError) as problem:
            if not self.is_ending:
                with self.lock:
                    self.problems.append(f"{what}: {type(problem).__name__} {problem}")

    def measure(self, number, started):
        """What the server holds once nothing goes on; the connection that asks is one of it."""
        ready = harness.eventually(self.is_at_rest)
        metrics = self.metrics()
        if not ready:
            self.problems.append(f"after round {number} something goes on: {metrics}, {self.server.processes()}")
        pid, rest = self.server.pid, harness.without_ready(self.server.processes()) or self.server.processes()
        lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
        return Row(round=number, seconds=time.monotonic() - started, answers=self.answers, told=self.told,
                   memory=int(re.search(r"(?m)^Anonymous: +(\d+)", lines)[1]), descriptors=len(os.listdir(f"/proc/{pid}/fd")),
                   threads=len(os.listdir(f"/proc/{pid}/task")), processes=len(rest), connections=metrics["http_connections"],
                   streams=metrics["http_streams"], sessions=metrics["mcp_sessions"])

    def metrics(self):
        text = self.server.get("/metrics").body.decode()
        return {name: int(value) for name, value in re.findall(r"(?m)^lightfast_(\w+) (\d+)$", text)}

    def is_at_rest(self):
        metrics = self.metrics()
        processes = harness.without_ready(self.server.processes())
        return (metrics["http_connections"] == 1 and metrics["http_streams"] == metrics["mcp_sessions"] == 0
                and metrics["workers_running"] == metrics["workers_waiting"] == 0
                and processes is not None and sorted(process.name for process in processes) == ["lightfast-launc", "zygote"])

    def run_round(self, number, seconds, in_the_middle=None):
        """All clients and streams for so long; `in_the_middle` ends it."""
        stopped = threading.Event()
        streams = Streams(self.server, self.options.streams, random.Random(f"{self.options.seed}-{number}"))
        self.guarded("streams", streams.start)
        clients = [Client(self, each) for each in range(self.options.clients)]
        work = [lambda: self.guarded("streams", lambda: streams.churn_until(stopped)), lambda: self.repository.commit_until(stopped)]
        work += [lambda client=client: client.run_until(stopped) for client in clients]
        threads = [threading.Thread(target=each) for each in work]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        if in_the_middle:
            in_the_middle()
        stopped.set()
        for thread in threads:
            thread.join()
        if not in_the_middle:
            self.guarded("streams", lambda: streams.hear_of(self.commit_and_look))
        self.guarded("streams", streams.close_all)
        for client in clients:
            self.guarded(f"client {client.number}", client.close)
        self.answers += sum(client.answers for client in clients)
        self.told += streams.told()

    def commit_and_look(self):
        self.repository.commit()
        self.server.call("true")

    def end_the_server(self):
        self.is_ending = True
        started = time.monotonic()
        self.server.process.send_signal(signal.SIGTERM)
        code = self.server.process.wait(harness.HANG_GUARD)
        took = time.monotonic() - started
        if code != 0 or took > ENDS_WITHIN:
            self.problems.append(f"the server ended with {code}, {took:.1f} s after it was asked to")
        print(f"\nSIGTERM in the middle of it: ended with {code} after {took:.1f} s")

    def run(self):
        """Prints the table; its lines."""
        started, seconds = time.monotonic(), self.options.seconds / (ROUNDS + 1)
        with self.server:
            self.server.wait_until_ready().call("true")
            print(line_of(Row._fields), flush=True)
            rows = [self.measure(0, started)]
            for number in range(1, ROUNDS + 1):
                print(line_of(f"{cell:.0f}" for cell in rows[-1]), flush=True)
                self.run_round(number, seconds)
                rows.append(self.measure(number, started))
            harness.eventually(lambda: not findings([rows[0], rows[1], self.measure(ROUNDS, started)]), 15)  # threads leave after 10 s
            rows[-1] = self.measure(ROUNDS, started)
            print(line_of(f"{cell:.0f}" for cell in rows[-1]), flush=True)
            self.run_round(ROUNDS + 1, seconds, self.end_the_server)
        return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="of load, in all rounds together")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    home = pathlib.Path(tempfile.mkdtemp(prefix="lightfast-http-soak-"))
    home.chmod(0o755)
    print(f"{options.clients} clients, {options.streams} streams, {options.seconds:g} s, seed {options.seed}; memory in KiB\n")
    try:
        soak = Soak(home, options)
        rows = soak.run()
    finally:
        shutil.rmtree(home, ignore_errors=True)
    problems = [*soak.problems[:20], *findings(rows)]
    for problem in problems:
        print(problem)
    print(f"\n{'NOT FLAT, or wrong answers' if problems else 'flat'} (seed {options.seed})")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
