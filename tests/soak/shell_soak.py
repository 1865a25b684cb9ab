#!/usr/bin/env python3
"""Thousands of commands of every kind through one server: what it holds at the end is what it held after it was warm.

    tests/soak/shell_soak.py [--commands 10000] [--callers 6] [--tier 1] [--seed 1]

Several callers send quick commands, pipes, large outputs, failures, and commands that are killed for their time, memory,
output or processes, that kill themselves, leave jobs behind or are cancelled; the repository is committed to in between.
Every answer is compared with what it must be. Ten times all callers pause, and a line of the table says what the server,
the launcher, the zygote and the sandboxes that wait hold then. Exits with 1 when an answer was wrong, or when a figure grew by
more than GROWTH says; the seed that is printed gives the same commands again.
"""
import argparse
import collections
import os
import pathlib
import random
import re
import shutil
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "functional"))
import harness  # noqa: E402
from git_server import git  # noqa: E402

ROWS = 10
WARM_UP = 300  # commands before the first line: by then every thread and every buffer has been there
PAGES = 60
MIB = 1 << 20
AT_REST = ["lightfast", "lightfast-launc", "zygote"]  # besides the sandboxes that wait

# How often of a thousand, the command, its other arguments, and what must come: stdout, a pattern of the second text, the exit
# code. @ is a number of the command's own; None is not compared.
KINDS = [
    (250, "echo @", {}, "@\n", "", 0),
    (100, "cat README.md", {}, "# Pages\n\nThe tone is calm.\n", "", 0),
    (50, "sed -n '3p' pages/05.md; [[ -e nothing ]] || echo @", {}, "the tone of page 5, line 3\n@\n", "", 0),
    (80, "find . -name '*.md' | xargs grep -l 'tone of' | sort | head -2", {}, "./pages/00.md\n./pages/01.md\n", "", 0),
    (50, "cat pages/*.md | sort -r | uniq -c | sort -n | tail -1 | wc -l", {}, "1\n", "", 0),
    (40, "for i in 1 2 3; do (echo $i); done | { read -r x; cat; }", {}, "2\n3\n", "", 0),
    (40, "x=$(cat <<< @) && printf '%s\\n' \"$x\" > /tmp/x && cat /tmp/x", {}, "@\n", "", 0),
    (20, "seq 200000", {"maxOutputBytes": MIB}, None, r"\A\[stdout cut: ", 0),
    (30, "seq 20000; seq 20000 >&2", {}, None, r"^\[stdout cut: [^]]*\]\n\[stderr cut: ", 0),
    (20, "head -c 300000 /dev/urandom", {"maxOutputBytes": 100000}, None, "cut: ", 0),
    (15, "echo '" + "x" * 30000 + "' | wc -c", {}, "30001\n", "", 0),
    (40, "cat nothing-@", {}, "", r"\Acat: nothing-@: No such file or directory\n\[exit 1\]\Z", 1),
    (30, "exit 3", {}, "", r"\A\[exit 3\]\Z", 3),
    (20, "if then @", {}, "", "syntax error", 2),
    (20, "no-such-program @", {}, "", "not available here", 127),
    (20, "echo x > new.md", {}, "", "Read-only file system|Permission denied", 1),
    (20, "kill -KILL $$", {}, "", r"\[killed by SIGKILL\]", 137),
    (20, "kill -SEGV $$", {}, "", r"\[killed by SIGSEGV\]", 139),
    (30, "sleep 1000", {"timeoutMs": 100}, "", r"\[timed out after 0.1 s\]|no place came free in time", None),
    (10, "trap '' TERM HUP INT; echo @; while :; do :; done", {"timeoutMs": 300}, None, r"\[timed out|no place came free in time", None),
    (40, "sleep 1000 & (sleep 1000 & sleep 1000 &) & echo @", {}, "@\n", "", 0),
    (6, "yes", {}, None, r"^\[killed: output limit of 64 MiB\]$", 137),
    (3, "awk 'BEGIN { while (1) a[n++] = \"x\" n }'", {}, "", r"^\[killed: memory limit of 512 MiB\]$", 137),
    (3, "for i in {1..300}; do sleep 1000 & done; wait", {"timeoutMs": 2000}, "", r"limit of 128 processes\]|no place came free", None),
    (8, "head -c 60000000 /dev/zero > /tmp/large; wc -c < /tmp/large", {}, "60000000\n", "", 0),
]
CANCELLED, READS_COUNTER = 25, 40  # two more kinds, with rules of their own: of a thousand
COMMIT_EVERY = 150
NEEDS_TMP, NEEDS_SIGNALS = "/tmp/", "kill -"  # what tier 3 has not

# The figures of a line, and by how much the last may be above the first. Memory is in KiB: `anonymous` is what is of no file.
# In `pss` is a part of the programs and libraries too, the larger the fewer other processes use them: its tolerance is all that.
GROWTH = {"pss": 12288, "anonymous": 1024, "descriptors": 0, "processes": 0, "threads": 0, "zombies": 0, "namespaces": 0,
          "mounts": 0, "disk": 256}
Row = collections.namedtuple("Row", ["commands", "seconds", "server", "launcher", "zygote", "sandboxes", *GROWTH])


# ---- What is measured.

def sizes_of(pid):
    """Of /proc/PID/smaps_rollup: {field: KiB}."""
    lines = pathlib.Path("/proc", str(pid), "smaps_rollup").read_text().splitlines()[1:]
    return {key: int(value.split()[0]) for key, _, value in (line.partition(":") for line in lines)}


def zombies_of(pids):
    count = 0
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        count += fields[0] == "Z" and int(fields[1]) in pids
    return count


def family_at_rest():
    """All processes, and those that stay, of one look at a time of rest; None when this is none."""
    if not is_at_rest():
        return None
    everything = family_of_this()
    family = harness.without_ready(everything)  # a sandbox may just be made ready
    return None if family is None else (everything, family)


def disk_use(directory):
    """KiB of all files and directories below, as du counts them."""
    paths = [os.path.join(place, name) for place, directories, files in os.walk(directory) for name in [".", *files]]
    return sum({(status.st_dev, status.st_ino): status.st_blocks for status in map(os.lstat, paths)}.values()) // 2


def measure(data, commands, started):
    """One line, taken when all is at rest."""
    seen = harness.eventually(family_at_rest)
    if not seen:
        raise AssertionError(f"after {commands} commands something still runs: {family_of_this()}")
    everything, family = seen  # how many sandboxes wait goes by use; the zygote has a descriptor for each
    ready = (len(everything) - len(family)) // 2
    pids = [process.pid for process in family]
    memory = {process: sizes_of(process.pid) for process in everything}
    lasting = {process: memory[process] for process in family}

    def pss(*names):
        return sum(sizes["Pss"] for process, sizes in memory.items() if process.name in names)
    own_mounts = [pid for pid in pids if os.readlink(f"/proc/{pid}/ns/mnt") != os.readlink("/proc/self/ns/mnt")]
    spaces = [os.readlink(f"/proc/{pid}/ns/{kind}") for pid in pids for kind in os.listdir(f"/proc/{pid}/ns")]
    return Row(commands=commands, seconds=time.monotonic() - started, server=pss("lightfast"), launcher=pss("lightfast-launc"),
               zygote=pss("zygote"), sandboxes=pss("init", "waiting"), pss=sum(sizes["Pss"] for sizes in lasting.values()),
               anonymous=sum(sizes["Pss_Anon"] for sizes in lasting.values()),
               descriptors=sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in pids) - ready, processes=len(family),
               threads=sum(len(os.listdir(f"/proc/{pid}/task")) for pid in pids), zombies=zombies_of(pids), namespaces=len(set(spaces)),
               mounts=sum(len(pathlib.Path(f"/proc/{pid}/mountinfo").read_text().splitlines()) for pid in own_mounts), disk=disk_use(data))


def family_of_this():
    """The server and all that came of it, also what it has no part in any more, which this process adopted."""
    return harness.processes_below(os.getpid())


def is_at_rest():
    """Nothing runs but the sandboxes that wait, and those are all set up: they hold equally many descriptors."""
    family = family_of_this()
    rest = harness.without_ready(family)
    if rest is None or sorted(process.name for process in rest) != AT_REST:
        return False
    try:
        ready = {(process.name, len(os.listdir(f"/proc/{process.pid}/fd"))) for process in family if process not in rest}
    except OSError:
        return False  # one of them has just ended
    return len(ready) == 2


def findings(rows):
    """Which figures grew, in words."""
    first, last = rows[0], rows[-1]
    return [f"{name} grew from {getattr(first, name)} to {getattr(last, name)}, more than {most} is too much"
            for name, most in GROWTH.items() if getattr(last, name) - getattr(first, name) > most]


def shortened(answer):
    return f"{[text[:100] + ' ... ' + text[-200:] if len(text) > 300 else text for text in answer.texts]} {answer.error or answer.meta}"


def line_of(cells):
    return "| " + " | ".join(str(cell).rjust(len(name)) for name, cell in zip(Row._fields, cells)) + " |"


# ---- What is run.

class Soak:
    """One server, its repository, and the commands of a seed; callers take them one after the other."""

    def __init__(self, home, options):
        self.options, self.problems = options, []
        self.lock, self.next, self.last = threading.Lock(), 0, 0
        self.begun = self.settled = 0  # the commits that may, and those that must be seen
        self.commit_lock = threading.Lock()
        files = {f"pages/{page:02}.md": "".join(f"the tone of page {page}, line {line}\n" for line in range(1, 200))
                 for page in range(PAGES)}
        self.repository = harness.make_repository(home / "repository", {
            "README.md": "# Pages\n\nThe tone is calm.\n", "counter.txt": "0\n", **files})
        self.data = harness.data_dir(home, options.tier)
        self.server = harness.Server(self.repository, self.data, wrap=harness.wrapper(options.tier))
        kinds = [kind for kind in KINDS if options.tier != 3 or not (NEEDS_TMP in kind[1] or NEEDS_SIGNALS in kind[1])]
        self.weights = [kind[0] for kind in kinds] + [CANCELLED, READS_COUNTER]
        self.runners = [lambda number, kind=kind: self.run_kind(number, *kind[1:]) for kind in kinds]
        self.runners += [self.cancel_one, self.read_counter]

    def run_one(self, number):
        """The command of that number, which is the same in every run with the seed."""
        choice = random.Random(f"{self.options.seed}-{number}")
        if number % COMMIT_EVERY == 0 and number // 1000 % 3 != 1:  # in each third thousand a zygote grows old
            self.commit()
        choice.choices(self.runners, self.weights)[0](number)

    def run_kind(self, number, command, arguments, out, said, code):
        def own(text):
            return text.replace("@", str(number))
        answer = self.server.shell(own(command), **{"timeoutMs": 60000, **arguments})
        is_wrong = (answer.error or out is not None and answer.out != own(out) and "no place came free in time" not in answer.all
                    or not re.search(own(said) or r"\A\Z", answer.said or (answer.all if answer.is_error else ""), re.MULTILINE)
                    or code is not None and answer.exit_code != code)
        if is_wrong:
            self.problems.append(f"command {number}, {own(command)[:200]!r}: {shortened(answer)}")

    def cancel_one(self, number):
        request = self.server.start_shell(f"echo {number}; sleep 1000 & sleep 1000", timeoutMs=60000)
        time.sleep(random.Random(number).choice([0, 0.001, 0.05]))
        self.server.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": request}})

    def read_counter(self, number):
        least = self.settled
        answer = self.server.shell("cat counter.txt", timeoutMs=60000)
        if not (answer.out.strip().isdigit() and least <= int(answer.out) <= self.begun):
            self.problems.append(f"command {number}, the counter, which was {least} to {self.begun}: {answer}")

    def commit(self):
        with self.commit_lock:
            self.begun += 1
            pathlib.Path(self.repository, "counter.txt").write_text(f"{self.begun}\n")
            git("commit", "--quiet", "--all", "--message", "Count", cwd=self.repository)
            self.settled = self.begun

    def run_until(self, last):
        """Has all callers run commands, up to the one with the number `last`."""
        self.last = last
        callers = [threading.Thread(target=self.call) for _ in range(self.options.callers)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        with self.server.changed:
            self.server.lines.clear()

    def call(self):
        while True:
            with self.lock:
                if self.next >= self.last or len(self.problems) >= 10:
                    return
                self.next += 1
                number = self.next
            try:
                self.run_one(number)
            except (AssertionError, OSError) as problem:
                self.problems.append(f"command {number}: {problem}")

    def run(self):
        """Prints the table; its lines."""
        started, rows = time.monotonic(), []
        with self.server:
            self.server.initialize()
            for command in ("sleep 0.5", "seq 200000", "seq 200000"):  # as many threads and as large buffers as will ever be
                for number in [self.server.start_shell(command, maxOutputBytes=MIB) for _ in range(16)]:
                    self.server.answer(number)
            print(line_of(Row._fields), line_of("-" * len(name) for name in Row._fields), sep="\n", flush=True)
            for step in range(ROWS + 1):
                self.run_until(WARM_UP + step * self.options.commands // ROWS)
                rows.append(measure(self.data, self.next, started))
                print(line_of(f"{cell:.0f}" for cell in rows[-1]), flush=True)
        return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commands", type=int, default=10000, help=f"after {WARM_UP} to warm up")
    parser.add_argument("--callers", type=int, default=6, help="at once; four commands of theirs run at a time")
    parser.add_argument("--tier", type=int, choices=(1, 2, 3), default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    home = pathlib.Path(tempfile.mkdtemp(prefix="lightfast-soak-"))
    home.chmod(0o755)
    print(f"{options.commands} commands, {options.callers} callers, tier {options.tier}, seed {options.seed}; memory and disk in KiB\n")
    try:
        soak = Soak(home, options)
        rows = soak.run()
    finally:
        shutil.rmtree(home, ignore_errors=True)
    problems = soak.problems + findings(rows)
    for problem in problems:
        print(problem)
    print(f"\n{'NOT FLAT, or wrong answers' if problems else 'flat'} (seed {options.seed})")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
