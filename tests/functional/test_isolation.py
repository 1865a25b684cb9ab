#!/usr/bin/env python3
"""What a command cannot see or touch, tried from inside, and what the kernel says of its processes, read from outside."""
import os
import pathlib
import re
import secrets
import socket
import subprocess
import unittest

import harness
from harness import SHELL_ENVIRONMENT, Server, status_of

CANARY = "canary-" + secrets.token_hex(12)
NO_CAPABILITIES = "0" * 16
LAUNCHERS_CAPABILITIES = "00000000802001e5"  # in tier 1: the eight that docs/security.md names
FIRST_USER_OF_ORGANISATIONS = 0x70000000


class Inside:
    """A server whose environment, data and neighbours hold canaries."""
    tier = None

    @classmethod
    def setUpClass(cls):
        wrap = harness.wrapper(cls.tier)
        cls.home = harness.make_home(cls)
        cls.outside = cls.home / "outside.txt"
        cls.outside.write_text(CANARY + "\n")
        cls.outside.chmod(0o644)
        links = {"passwd": "/etc/passwd", "outside": str(cls.outside), "up": "../../../../../../../.." + str(cls.outside),
                 "proc": "/proc/1/environ", "root": "/"}
        repository = harness.make_repository(cls.home / "repository", {"README.md": "hello\n"}, links)
        cls.data = harness.data_dir(cls.home, cls.tier)
        (cls.data / "secret.txt").write_text(CANARY + "\n")
        cls.server = Server(repository, cls.data, environment={"LIGHTFAST_CANARY": CANARY}, wrap=wrap)
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        cls.server.initialize()
        assert f" tier={cls.tier} " in (cls.server.shell("true").all + cls.server.log()), cls.server.log()

    def shell(self, command, **arguments):
        return self.server.shell(command, timeoutMs=30000, maxOutputBytes=1 << 20, **arguments)

    # ---- Files.

    def test_no_file_outside_can_be_read(self):
        for path in (self.outside, self.data / "secret.txt", "/etc/shadow", "/root/.bashrc", "/proc/1/environ",
                     f"/proc/{os.getpid()}/environ", f"/proc/1/root{self.outside}", f"/proc/self/root/..{self.outside}",
                     "/sys/kernel/uevent_seqnum", "/dev/kmsg", "/dev/vda", "/dev/mem", "/boot", "/var/log"):
            for read in ("cat '{}'", "x=$(<'{}'); echo \"$x\"", "grep -r . '{}'", "while read -r x; do echo \"$x\"; done < '{}'",
                         "diff '{}' /dev/null", "ls '{}/'", "od -c '{}'"):
                answer = self.shell(read.format(path))
                with self.subTest(read.format(path)):
                    self.assertEqual(answer.out.strip(), "")
                    self.assertNotIn(CANARY, answer.all)

    def test_links_of_the_repository_lead_nowhere_outside(self):
        host = pathlib.Path("/etc/passwd").read_text()
        for link in ("passwd", "outside", "up", "proc", f"root{self.outside}", "root/etc/shadow"):
            answer = self.shell(f"cat {link}; grep -c . {link}; head -c 100 {link}")
            with self.subTest(link):
                self.assertNotIn(CANARY, answer.all)
                self.assertFalse(set(answer.out.splitlines()) & set(host.splitlines()), answer)

    # ---- The server's own things.

    def test_the_servers_environment_is_nowhere(self):
        tried = ("set", "export -p", "cat /proc/*/environ", "cat /proc/*/task/*/environ", "cat /proc/self/environ",
                 "strings /proc/*/mem", "cat /proc/*/cmdline", "grep -rsl canary- /proc /etc /dev/fd/ | head")
        for command in tried:
            with self.subTest(command):
                self.assertNotIn(CANARY, self.shell(command).all)
        self.assertNotIn("LIGHTFAST", self.shell("set").all)

    def test_the_environment_is_exactly_what_was_promised_and_what_bash_adds(self):
        promised = dict(SHELL_ENVIRONMENT, PATH=self.shell("echo $PATH").out.strip())
        plain = subprocess.run(["bash", "--noprofile", "--norc", "-c", "compgen -e"], env=promised, capture_output=True,
                               text=True, check=True, stdin=subprocess.DEVNULL)
        self.assertEqual(self.shell("compgen -e | sort").out.split(), sorted(plain.stdout.split()))
        for name, value in SHELL_ENVIRONMENT.items():
            if name != "PATH" or self.tier != 3:
                self.assertEqual(self.shell(f"echo ${name}").out.strip(), value)

    def test_only_the_three_standard_descriptors_are_open(self):
        with self.sleeping() as (sleep, _):
            held = {int(entry) for entry in os.listdir(f"/proc/{sleep.pid}/fd")}
            self.assertEqual(held, {0, 1, 2})
            self.assertEqual(os.readlink(f"/proc/{sleep.pid}/fd/0"), "/dev/null")
            for stream in (1, 2):
                self.assertRegex(os.readlink(f"/proc/{sleep.pid}/fd/{stream}"), r"^pipe:")

    # ---- Network and other processes.

    def test_no_connection_reaches_a_listener_on_loopback(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(0.2)
            port = listener.getsockname()[1]
            for command in (f"echo x > /dev/tcp/127.0.0.1/{port}", f"exec 3<>/dev/tcp/127.0.0.1/{port} && cat <&3",
                            f"echo x > /dev/udp/127.0.0.1/{port}", f"cat < /dev/tcp/localhost/{port}"):
                answer = self.shell(command)
                with self.subTest(command):
                    self.assertNotEqual(answer.exit_code, 0)
            with self.assertRaises(TimeoutError):
                listener.accept()

    def test_each_sandbox_is_a_process_group_of_its_own(self):
        """As kill(0) reaches its sender's whole group; older kernels have nothing else that would stop it."""
        self.server.start_shell("sleep 1")
        sleep = self.server.running("sleep")[0]
        others = [process.pid for process in self.server.processes() if process.pid not in (sleep.pid, sleep.parent)]
        init = next(process for process in self.server.processes() if process.pid == sleep.parent)
        self.assertEqual(init.name, "init")
        self.assertEqual({os.getpgid(sleep.pid), os.getpgid(init.pid)}, {init.pid})
        self.assertNotIn(init.pid, [os.getpgid(pid) for pid in others])

    def test_a_shell_started_by_a_command_reads_no_start_files(self):
        self.assertEqual(self.shell("bash -c 'echo hi'").texts, ["hi\n"])
        if self.tier != 3:  # there is no /tmp
            self.assertEqual(self.shell("echo 'echo read' > /tmp/.bashrc; HOME=/tmp bash -c 'echo hi'").texts, ["hi\n"])

    def test_no_signal_reaches_a_process_outside(self):
        user = harness.ORDINARY_USER if harness.IS_ROOT and self.tier != 1 else None
        with subprocess.Popen(["sleep", "1000"], user=user) as neighbour:
            machinery = [process.pid for process in self.server.processes()]
            for pid in (neighbour.pid, self.server.pid, *machinery):
                self.shell(f"kill -9 {pid}; kill -TERM {pid}; kill -STOP {pid}")
            self.shell("kill -9 -1; kill -9 0")
            self.shell("kill -9 1; kill -9 $PPID")
            self.assertIsNone(neighbour.poll())
            self.assertEqual(status_of(neighbour.pid)["State"], "S (sleeping)")
            neighbour.kill()
        self.assertEqual(self.shell("echo alive").out, "alive\n")
        self.assertIsNone(self.server.process.poll())

    # ---- What the kernel says.

    def sleeping(self):
        return Sleeping(self.server)

    def assert_rights(self, pid, held=NO_CAPABILITIES, bounding=None, seccomp="2"):
        """What the kernel says of a process. `bounding` None: lowering that set takes a capability, which was not there."""
        status = status_of(pid)
        wanted = {"CapInh": NO_CAPABILITIES, "CapPrm": held, "CapEff": held, "CapAmb": NO_CAPABILITIES, "NoNewPrivs": "1",
                  "Seccomp": seccomp, **({"CapBnd": bounding} if bounding else {})}
        self.assertEqual({field: status[field] for field in wanted}, wanted, status["Name"])

    def users_of(self, pid):
        """All of a process's user and group ids."""
        status = status_of(pid)
        return {int(number) for field in ("Uid", "Gid", "Groups") for number in status[field].split()}

    def users_of_sandbox(self, zygote):
        """In tier 1 the organisation's own; otherwise whoever started the server."""
        users = self.users_of(zygote)
        if self.tier == 1:
            self.assertEqual(len(users), 1)
            self.assertGreaterEqual(min(users), FIRST_USER_OF_ORGANISATIONS)
        else:
            self.assertEqual(users, self.users_of(self.server.pid))
        return users

    def test_a_command_and_its_init_have_no_capability_no_way_to_new_ones_and_a_seccomp_filter(self):
        with self.sleeping() as (sleep, init):
            for process in (sleep, init):
                with self.subTest(process.name):
                    self.assert_rights(process.pid, bounding=None if self.tier == 3 else NO_CAPABILITIES)
                    self.assertEqual(self.users_of(process.pid), self.users_of_sandbox(init.parent))

    def test_sandboxes_that_wait_are_confined_already(self):
        waiting = self.server.running("waiting")
        self.assertTrue(waiting)
        for process in waiting:
            self.assert_rights(process.pid, bounding=None if self.tier == 3 else NO_CAPABILITIES)

    def test_a_zygote_is_confined(self):
        self.shell("true")
        zygote = self.server.running("zygote")[0]
        self.assert_rights(zygote.pid)
        if self.tier != 3:  # its bounding set is worth something in its own user namespace alone
            self.assertNotEqual(os.readlink(f"/proc/{zygote.pid}/ns/user"), os.readlink(f"/proc/{self.server.pid}/ns/user"))
        self.users_of_sandbox(zygote.pid)

    def test_the_server_gave_up_every_capability(self):
        for thread in os.listdir(f"/proc/{self.server.pid}/task"):
            self.assert_rights(f"{self.server.pid}/task/{thread}", bounding=NO_CAPABILITIES if self.tier == 1 else None,
                               seccomp=status_of("self")["Seccomp"])

    def test_the_launcher_keeps_what_namespaces_take_and_no_more(self):
        launcher = self.server.running("lightfast-launc")[0]
        kept = LAUNCHERS_CAPABILITIES if self.tier == 1 else NO_CAPABILITIES
        self.assert_rights(launcher.pid, held=kept, bounding=kept if self.tier == 1 else None, seccomp=status_of("self")["Seccomp"])
        self.assertEqual(self.users_of(launcher.pid), self.users_of(self.server.pid))

    def test_only_the_launcher_keeps_capabilities_outside(self):
        own, powerful = os.readlink(f"/proc/{self.server.pid}/ns/user"), set()
        for process in (*self.server.processes(), harness.all_processes()[self.server.pid]):
            try:
                if status_of(process.pid)["CapEff"] != NO_CAPABILITIES and os.readlink(f"/proc/{process.pid}/ns/user") == own:
                    powerful.add(process.name)
            except (FileNotFoundError, ProcessLookupError):
                pass  # a sandbox that was just used
        self.assertEqual(powerful, {"lightfast-launc"} if self.tier == 1 else set())

    def test_the_launcher_holds_no_secret(self):
        launcher = self.server.running("lightfast-launc")[0]
        self.assertEqual(pathlib.Path(f"/proc/{launcher.pid}/environ").read_bytes(), b"")


class Sleeping:
    """A command that sleeps until the block is left: (its `sleep`, its init)."""

    def __init__(self, server):
        self.server = server

    def __enter__(self):
        self.number = self.server.start_shell("sleep 1000", timeoutMs=60000)
        sleep = self.server.running("sleep")[0]
        parent = harness.all_processes()[sleep.parent]
        return sleep, parent if parent.name == "init" else harness.all_processes()[parent.parent]

    def __exit__(self, *_):
        self.server.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": self.number}})
        harness.eventually(lambda: not self.server.commands())


class WithNamespaces(Inside):
    """What tiers 1 and 2 promise beyond."""

    def test_nothing_of_the_host_can_be_found_in_the_whole_tree(self):
        place = self.home.name
        found = self.shell(f"grep -rsl -e {CANARY} -e {place} --exclude-dir=repo / | head; "
                           f"find / -name '*{place}*' 2>/dev/null; ls -a {self.home} {self.home.parent}")
        self.assertEqual(found.out.replace(f"{self.home.parent}:\n.\n..\n", "").strip(), "")

    def test_the_root_holds_what_was_put_there(self):
        self.assertEqual(set(self.shell("ls -A /").out.split()),
                         {"bin", "dev", "etc", "lib", "lib64", "proc", "repo", "tmp", "usr"})
        self.assertEqual(self.shell("ls -A /etc").out.split(), ["group", "ld.so.cache", "magic", "mtab", "passwd", "sandbox.bash"])
        self.assertEqual(set(self.shell("ls -A /dev").out.split()), {"fd", "mtab", "null", "stderr", "stdin", "stdout", "urandom", "zero"})

    def test_no_host_path_is_in_mountinfo(self):
        answer = self.shell("cat /proc/self/mountinfo /proc/mounts /proc/self/mounts /proc/1/mountinfo /proc/self/maps")
        self.assertNotIn(self.home.name, answer.out)

    def test_proc_lists_its_own_processes_alone(self):
        answer = self.shell("cd /proc && echo [0-9]*")
        if answer.out.strip() == "[0-9]*":
            self.skipTest("no /proc can be mounted inside on this machine")
        pids = answer.out.split()
        self.assertLessEqual(len(pids), 3)
        self.assertEqual(pids[0], "1")
        self.assertEqual(self.shell("tr '\\0' ' ' < /proc/1/cmdline").out.strip(), "init")
        self.assertEqual(self.shell("ls /proc").out.split()[-1].rstrip(), "thread-self")

    def test_host_and_user_are_named_neutrally(self):
        self.assertEqual(self.shell("echo $HOSTNAME $(stat -c %U README.md) $UID; echo ~").out, "sandbox agent 1000\n/\n")

    def test_namespaces_are_its_own(self):
        with self.sleeping() as (sleep, _):
            for kind in ("user", "mnt", "pid", "net", "ipc", "uts", "cgroup"):
                with self.subTest(kind):
                    self.assertNotEqual(os.readlink(f"/proc/{sleep.pid}/ns/{kind}"), os.readlink(f"/proc/self/ns/{kind}"))

    def test_calls_at_once_do_not_see_each_other(self):
        with self.sleeping():
            self.assertNotIn("sleep", self.shell("cat /proc/[0-9]*/cmdline; echo /proc/[0-9]*").out)
            self.assertEqual(self.shell("kill -9 -1; echo $(ls /proc | grep -c '^[0-9]')").exit_code, 0)
            self.assertTrue(self.server.running("sleep"))


class Tier1(WithNamespaces, unittest.TestCase):
    tier = 1


class Tier2(WithNamespaces, unittest.TestCase):
    tier = 2


class Tier3(Inside, unittest.TestCase):
    tier = 3

    def test_nothing_can_be_written_anywhere(self):
        for path in ("README.md", "/tmp/x", f"{self.home}/data/x", "/var/tmp/x", "new"):
            answer = self.shell(f"echo x > {path}")
            with self.subTest(path):
                self.assertNotEqual(answer.exit_code, 0)
                self.assertRegex(answer.said, "Permission denied|Read-only file system")
        self.assertFalse(os.path.exists("/tmp/x") and re.match("x", pathlib.Path("/tmp/x").read_text()))


def tearDownModule():
    harness.fail_if_anything_is_left()


if __name__ == "__main__":
    unittest.main()
