#!/usr/bin/env python3
"""What a command costs through lightfast_shell, against the same command run unsandboxed, in one run on one machine.

    tests/bench/shell_bench.py [--rounds 200] [--runs 5] [--seconds 1.5] [--json FILE]

Every round runs every command once under every peer, in any order, so that whatever else the machine does hits all alike.
`sh -c` is measured twice, as a control: what differs between the two is noise. Answers are compared with bash's before
anything is timed. bubblewrap is measured where it is installed. Prints milliseconds and ratios to `sh -c`.
"""
import argparse
import json
import os
import pathlib
import random
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "functional"))
import harness  # noqa: E402

FILES = 200
ONE_PROGRAM = ("cat", "echo", "grep")  # what `exec` can run
COMMANDS = {
    "cat": "cat README.md",
    "echo": "echo hello",
    "grep": "grep -rn tone .",
    "pipe": "find . -name '*.md' | xargs grep -l tone | head -5",
    "loop": "for f in docs/0*.md; do read -r line < $f; echo \"$f: $line\"; done",
}
ENVIRONMENT = {"PATH": "/usr/bin", "HOME": "/", "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "dumb"}
BUBBLEWRAP = ["/usr/bin/bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--setenv", "PATH", "/usr/bin",
              "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64",
              "/lib64", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--cap-drop", "ALL"]


def make_tree(home):
    """A repository of FILES Markdown files, about 2 MB, the same on every machine, and its files without git's own."""
    words = random.Random(1)
    vocabulary = ["".join(words.choices("abcdefghijklmnopqrstuvwxyz", k=words.randint(2, 10))) for _ in range(2000)]
    files = {"README.md": "# Words\n\nThe tone is calm.\n"}
    for number in range(FILES - 1):
        lines = [" ".join(words.choices(vocabulary, k=12)) for _ in range(120)]
        if number % 3 == 0:
            lines[number % 120] = "the tone of this page"
        files[f"docs/{number:03}.md"] = "\n".join(lines) + "\n"
    repository = harness.make_repository(home / "repository", files)
    return repository, str(harness.make_checkout(repository, home / "tree"))


class Spawned:
    """A process for each command, started without a shell in between and read to the end of its output."""

    def __init__(self, tree, arguments):
        self.tree, self.arguments = tree, arguments

    def run(self, command):
        return self.spawn(self.arguments + [command])

    @staticmethod
    def spawn(arguments):
        read, write = os.pipe()
        null = [(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)]
        child = os.posix_spawn(arguments[0], arguments, ENVIRONMENT, file_actions=[*null, (os.POSIX_SPAWN_DUP2, write, 1)])
        os.close(write)
        chunks = []
        while chunk := os.read(read, 1 << 20):
            chunks.append(chunk)
        os.close(read)
        os.waitpid(child, 0)
        return b"".join(chunks)


class Direct(Spawned):
    """The program itself, without any shell; for the commands that are one program."""

    def run(self, command):
        words = shlex.split(command)
        return self.spawn([shutil.which(words[0], path="/usr/bin"), *words[1:]])


class Ours:
    """lightfast_shell over stdio. Whoever asks reads the answer, until share(): then a thread does, and many may ask."""

    def __init__(self, repository, data):
        self.process = subprocess.Popen([harness.LIGHTFAST, "mcp", "--repo", str(repository), "--data-dir", str(data)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.lock, self.number, self.waiting, self.is_shared = threading.Lock(), 0, {}, False
        self.call("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}})

    def share(self):
        self.is_shared = True
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            message = json.loads(line)
            answer, done = self.waiting.pop(message["id"])
            answer.append(message)
            done.release()

    def call(self, method, parameters):
        answer, done = [], threading.Lock()
        done.acquire()
        with self.lock:
            self.number += 1
            self.waiting[self.number] = (answer, done)
            request = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": parameters}
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        if not self.is_shared:
            return json.loads(self.process.stdout.readline())["result"]
        done.acquire()
        return answer[0]["result"]

    def run(self, command):
        arguments = {"command": command, "maxOutputBytes": 1 << 20}
        return self.call("tools/call", {"name": "lightfast_shell", "arguments": arguments})["content"][0]["text"].encode()

    def memory(self):
        """Proportional set size of the server and all below it, in MiB."""
        pids = [self.process.pid] + [process.pid for process in harness.processes_below(self.process.pid)]
        rollups = [pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids]
        return sum(int(line.split()[1]) for text in rollups for line in text.splitlines() if line.startswith("Pss:")) / 1024

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def make_peers(repository, tree, data):
    peers = {"ours": Ours(repository, data), "sh -c": Spawned(tree, ["/bin/sh", "-c"]), "sh -c again": Spawned(tree, ["/bin/sh", "-c"]),
             "bash -c": Spawned(tree, ["/usr/bin/bash", "-c"]), "exec": Direct(tree, [])}
    if shutil.which("bwrap"):
        peers["bwrap sh -c"] = Spawned(tree, [*BUBBLEWRAP, "--ro-bind", str(tree), "/repo", "--chdir", "/repo", "/bin/sh", "-c"])
    return peers


def can_run(name, key):
    return name != "exec" or key in ONE_PROGRAM


def check_answers(peers, tree):
    os.chdir(tree)  # what is spawned starts here
    for key, command in COMMANDS.items():
        expected = sorted(Spawned(tree, ["/usr/bin/bash", "-c"]).run(command).splitlines())
        for name, peer in peers.items():
            for _ in range(3 if can_run(name, key) else 0):
                answered = sorted(peer.run(command).splitlines())
                if answered != expected and "head" not in command:
                    sys.exit(f"{name}: another answer to {command!r}: {answered[:3]}")


def latencies(peers, rounds):
    times = {name: {key: [] for key in COMMANDS} for name in peers}
    order, shuffle = list(peers.items()), random.Random(2)
    for _ in range(rounds):
        for key, command in COMMANDS.items():
            shuffle.shuffle(order)  # what a peer leaves to the kernel to clear up hits the next
            for name, peer in order:
                if not can_run(name, key):
                    continue
                started = time.perf_counter()
                peer.run(command)
                times[name][key].append((time.perf_counter() - started) * 1e3)
    return times


def throughput(peer, command, callers, seconds):
    """Commands a second. Spawned peers get a process for each caller, so that the caller's language is not measured."""
    if isinstance(peer, Ours):
        counts, end = [0] * callers, time.monotonic() + seconds

        def work(caller):
            while time.monotonic() < end:
                peer.run(command)
                counts[caller] += 1
        threads = [threading.Thread(target=work, args=(caller,)) for caller in range(callers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(counts) / seconds
    pipes = []
    for _ in range(callers):
        read, write = os.pipe()
        if os.fork() == 0:
            count, end = 0, time.monotonic() + seconds
            while time.monotonic() < end:
                peer.run(command)
                count += 1
            os.write(write, str(count).encode())
            os._exit(0)
        os.close(write)
        pipes.append(read)
    counts = [int(os.read(read, 32)) for read in pipes]
    for _ in pipes:
        os.wait()
    return sum(counts) / seconds


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def print_table(title, peers, cell):
    print(f"\n{title}\n\n| peer | " + " | ".join(COMMANDS) + " |\n|---" + "|---" * len(COMMANDS) + "|")
    for name in peers:
        print(f"| {name} | " + " | ".join(cell(name, key) if can_run(name, key) else "-" for key in COMMANDS) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200, help="of each run")
    parser.add_argument("--runs", type=int, default=5, help="the ratios printed are the median of so many runs")
    parser.add_argument("--seconds", type=float, default=1.5, help="of each throughput measurement")
    parser.add_argument("--pair", action="store_true", help="measures `sh -c` only beside ours, so that no other peer is between them")
    parser.add_argument("--json", type=pathlib.Path, help="writes all figures to this file")
    options = parser.parse_args()
    home = pathlib.Path(tempfile.mkdtemp(prefix="lightfast-bench-"))
    try:
        measure(options, home)
    finally:
        os.chdir("/")
        shutil.rmtree(home)


def measure(options, home):
    repository, tree = make_tree(home)
    peers = make_peers(repository, tree, home / "data")
    if options.pair:
        peers = {name: peers[name] for name in ("ours", "sh -c", "sh -c again")}
    check_answers(peers, tree)
    print(f"{options.runs} runs of {options.rounds} rounds, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the start")
    runs = [latencies(peers, options.rounds) for _ in range(options.runs)]
    pooled = {name: {key: [value for run in runs for value in run[name][key]] for key in COMMANDS} for name in peers}

    def ratio(name, key, part):
        return statistics.median(percentile(run[name][key], part) / percentile(run["sh -c"][key], part) for run in runs)
    print_table("p50 / p99 in ms, all runs together", peers,
                lambda name, key: f"{percentile(pooled[name][key], .5):.2f} / {percentile(pooled[name][key], .99):.2f}")
    print_table("p50 and p99 as ratios to `sh -c`, median of the runs", peers,
                lambda name, key: f"{ratio(name, key, .5):.2f}, {ratio(name, key, .99):.2f}")
    middle = {part: statistics.median(ratio("ours", key, part) for key in COMMANDS) for part in (.5, .99)}
    print(f"\nours, median over the commands: p50 {middle[.5]:.2f}, p99 {middle[.99]:.2f} of `sh -c`")
    peers["ours"].share()
    rates = {name: {key: {callers: throughput(peer, COMMANDS[key], callers, options.seconds) for callers in (1, 2, 8)} for key in COMMANDS if can_run(name, key)}
             for name, peer in peers.items()}
    print_table("commands a second with 1, 2 and 8 callers", peers,
                lambda name, key: " / ".join(f"{rate:.0f}" for rate in rates[name][key].values()))
    eight = {key: rates["ours"][key][8] / rates["sh -c"][key][8] for key in COMMANDS}
    print("\nours with 8 callers, of `sh -c`: " + ", ".join(f"{key} {value:.2f}" for key, value in eight.items()))
    time.sleep(1)
    memory = peers["ours"].memory()
    print(f"memory at rest: {memory:.1f} MiB (proportional set size of the server and all its processes)")
    peers["ours"].stop()
    if options.json:
        options.json.write_text(json.dumps({"latency_ms": pooled, "commands_per_second": rates, "memory_mib": memory}))


if __name__ == "__main__":
    main()
