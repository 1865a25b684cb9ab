#!/usr/bin/env python3
"""Several organisations on one server: each has its own repository, keys, webhooks and metrics, and nothing of another's."""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import unittest
import uuid

import harness
from fault_server import FaultServer, hang
from git_server import GitServer
from github_hooks import headers_of
from harness import HANG_GUARD, LIGHTFAST, eventually
from http_server import ENVELOPE, MODERN
from orgs_server import OrgsServer
from ssh_server import SshServer

NAMES = ("acme", "bolt", "crow")
APP_SECRET = "the secret of the app"


def push_of(name, repository=1, installation=None, **more):
    payload = {"ref": "refs/heads/main", "repository": {"id": repository, "full_name": name, "default_branch": "main",
                                                        "owner": {"login": name.partition("/")[0]}}}
    return payload | ({"installation": {"id": installation}} if installation else {}) | more


class OrgsCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.git = GitServer()
        cls.git.start()
        cls.addClassCleanup(cls.git.stop)

    def setUp(self):
        self.home = harness.make_home(self)
        self.story = self.id().rpartition(".")[2]
        for name in NAMES:
            self.git.create(self.repository(name))
            self.git.commit(self.repository(name), {"README.md": f"{name}\n", f"{name}.md": "own\n"})

    def repository(self, name):
        return f"{self.story}-{name}/.lightfast"

    def url(self, name):
        return self.git.https_url(self.repository(name))

    def server(self, orgs=None, options=(), **environment):
        return OrgsServer(self.home, orgs or {name: self.url(name) for name in NAMES}, options=options, environment={
            "LIGHTFAST_CA_FILE": str(self.git.ca_file), "LIGHTFAST_POLL_INTERVAL": "0",
            "LIGHTFAST_GITHUB_API_URL": "https://localhost:1"} | environment)

    def secret_file(self, name, text):
        file = self.home / name
        file.write_text(text + "\n")
        return str(file)

    def reloaded(self, server, orgs, **more):
        """Declares these and has the server read them; what it logged."""
        server.declare(orgs, **more)
        before = server.reload()
        self.assertTrue(eventually(lambda: server.log().count("reloaded=") > before), server.log())
        return server.log()

    def post(self, server, path, payload, secret, number=None, event="push"):
        body = json.dumps(payload).encode()
        return server.request("POST", path, body, headers_of(body, event, number, secret))

    def subjects(self, org):
        """What the events in an organisation's store are about."""
        with contextlib.suppress(sqlite3.OperationalError), \
                contextlib.closing(sqlite3.connect(f"file:{self.home}/data/stores/{org}.db?mode=ro", uri=True)) as connection:
            return {row[0] for row in connection.execute("SELECT subject FROM events")}
        return set()

    def deliveries(self, *arguments):
        said = subprocess.run([LIGHTFAST, "deliveries", "list", "--data-dir", self.home / "data", *arguments], capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, check=True, timeout=HANG_GUARD)
        return {row[0]: row[1:] for row in (line.split(maxsplit=6) for line in said.stdout.splitlines()[1:])}


class Separation(OrgsCase):
    def test_a_key_names_the_organisation_and_reaches_nothing_else(self):
        with self.server() as server:
            for name in NAMES:
                with self.subTest(name):
                    answer = server.shell("ls; cat README.md; id -u; find / -name '*.md' 2>&1 | sort", **server.as_(name)).json
                    self.assertEqual(answer["stdout"].split()[:3], ["README.md", f"{name}.md", name])
                    for other in set(NAMES) - {name}:
                        self.assertNotIn(other, answer["stdout"])
                        self.assertNotIn(self.git.path(self.repository(other)).name, answer["stdout"])
            files = {name: server.modern("resources/list", **server.as_(name)).messages[-1]["result"]["resources"] for name in NAMES}
            for name in NAMES:
                self.assertEqual({file["name"] for file in files[name]}, {"README.md", f"{name}.md"})

    def test_each_organisation_has_its_own_user(self):
        if os.geteuid() != 0:
            self.skipTest("only root gives organisations users of their own")
        with self.server() as server:
            ready = {name: server.reads(name) for name in NAMES}
            self.assertEqual(ready, {name: f"{name}\n" for name in NAMES})
            owners = {}
            for name in NAMES:
                [snapshot] = (self.home / "data" / "orgs" / name).glob("*/snapshots/*/root/README.md")
                owners[name] = snapshot.stat().st_uid
            self.assertEqual(len(set(owners.values())), len(NAMES), owners)

    def test_a_session_is_its_organisation_s(self):
        with self.server() as server:
            session = server.initialize(**server.as_("acme"))
            listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
            self.assertEqual(server.legacy(listing, session, **server.as_("acme")).status, 200)
            self.assertEqual(server.legacy(listing, session, **server.as_("bolt")).status, 404)

    def test_nobody_is_served_without_a_key_even_on_loopback(self):
        with self.server() as server:
            self.assertEqual(server.shell("ls").status, 401)
            self.assertEqual(server.modern("tools/list").status, 401)
            self.assertNotIn("open=yes", server.log())
            self.assertEqual(server.get("/healthz").status, 200)
        for option in ("--open", "--oauth-issuer=https://localhost:1"):
            said = subprocess.run([*self.server(options=[option]).command], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL, check=False, timeout=HANG_GUARD)
            self.assertEqual(said.returncode, 2, said)
            self.assertIn("several organisations", said.stderr)

    def test_a_key_of_no_served_organisation_is_told_so(self):
        with self.server({"acme": self.url("acme"), "bolt": self.url("bolt")}) as server:
            stranger = self.server().create_key("crow")  # by another config file's word
            server.declare({"acme": self.url("acme"), "bolt": self.url("bolt")})
            answer = server.shell("ls", Authorization=f"Bearer {stranger}")
            self.assertEqual((answer.status, answer.json["code"]), (403, "FORBIDDEN"))

    def test_a_key_sees_the_metrics_of_its_own_organisation(self):
        with self.server(options=["--public-url", "http://localhost"]) as server:
            for name in NAMES:
                server.reads(name)
            self.assertEqual(server.get("/metrics").status, 401)
            own = server.get("/metrics", **server.as_("acme")).body.decode()
            self.assertIn('lightfast_calls_total{code="ok",org="acme",procedure="shell"} 1', own)
            self.assertIn('lightfast_repo_ready{org="acme"} 1', own)
            self.assertIn("lightfast_orgs 3", own)
            self.assertNotIn("bolt", own)
            operator = server.create_key("acme", "--scope", "metrics:read")
            every = server.get("/metrics", Authorization=f"Bearer {operator}").body.decode()
            for name in NAMES:
                self.assertIn(f'lightfast_repo_ready{{org="{name}"}} 1', every)
            self.assertEqual(server.shell("ls", Authorization=f"Bearer {operator}").status, 403)

    def test_the_first_sync_of_one_that_hangs_does_not_hold_up_the_others(self):
        with FaultServer(hang) as silent:
            orgs = {name: self.url(name) for name in NAMES} | {f"silent{i}": silent.url(f"x/{i}") for i in range(40)}
            with self.server(orgs) as server:
                for name in NAMES:
                    self.assertTrue(eventually(lambda name=name: server.reads(name) == f"{name}\n"), name)
                answer = server.post("/v1/shell", {"command": "ls", "timeoutMs": 1000}, **server.as_("silent1"))
                self.assertEqual(answer.status, 503)


class Configuration(OrgsCase):
    def test_what_is_wrong_with_one_is_said_by_its_field_and_leaves_the_others(self):
        orgs = {"acme": self.url("acme"), "bolt": {"repo": {"url": "https://x/y/z", "brnach": "main"}},
                "crow": {"repo": {"url": str(self.home / "nowhere")}}}
        with self.server(orgs) as server:
            self.assertEqual(server.reads("acme"), "acme\n")
            self.assertIn("orgs[1].repo: unknown key 'brnach'; did you mean 'branch'?", server.log())
            self.assertRegex(server.log(), "organisation 'crow': .*nowhere")
            server.declare({name: self.url(name) for name in NAMES})  # for the keys
            for name in ("bolt", "crow"):
                answer = server.shell("ls", **server.as_(name))
                self.assertEqual(answer.status, 503)
                self.assertIn("operator", answer.json["message"])
            server.declare(orgs)
            self.assertEqual(server.wait_until_ready().get("/readyz").json["orgs"], {"served": 1, "stale": 0, "unserved": 2})
            self.assertIn("lightfast_orgs_unserved 2", server.get("/metrics").body.decode())
        doctor = subprocess.run([LIGHTFAST, "doctor", "--config", self.home / "config.json", "--data-dir", self.home / "data"],
                                env=self.server(orgs).environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
                                timeout=HANG_GUARD)
        self.assertEqual(doctor.returncode, 1)
        self.assertIn("ok    repo of 'acme': ", doctor.stdout)
        self.assertIn("FAIL  org not served: ", doctor.stdout)
        self.assertIn("orgs[1].repo: unknown key 'brnach'", doctor.stdout)

    def test_without_one_that_can_be_served_it_does_not_start(self):
        said = subprocess.run(self.server({"acme": {}}).command, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False, timeout=HANG_GUARD)
        self.assertEqual(said.returncode, 2)
        self.assertRegex(said.stderr, r"\Alightfast: config file '.*': orgs\[0\]\.repo: is missing\n\Z")

    def test_commands_for_one_organisation_are_told_which(self):
        server = self.server()

        def shell(*options):
            return subprocess.run([LIGHTFAST, "shell", "--config", server.config, "--data-dir", server.data, *options, "--", "cat README.md"],
                                  env=server.environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
                                  timeout=HANG_GUARD)
        self.assertEqual(shell("--org", "bolt").stdout, "bolt\n")
        said = shell()
        self.assertEqual(said.returncode, 2)
        self.assertIn("acme, bolt, crow", said.stderr)

    def test_sighup_adds_changes_and_removes_organisations_without_dropping_calls(self):
        orgs = {"acme": self.url("acme"), "bolt": self.url("bolt")}
        with self.server(orgs) as server:
            self.assertEqual((server.reads("acme"), server.reads("bolt")), ("acme\n", "bolt\n"))
            slow = {"command": "sleep 4; cat README.md"}
            with concurrent.futures.ThreadPoolExecutor() as pool:
                calls = {name: pool.submit(server.post, "/v1/shell", slow, **server.as_(name)) for name in orgs}
                session = server.initialize(**server.as_("acme"))
                self.assertTrue(eventually(lambda: "lightfast_workers_running 2" in server.get("/metrics").body.decode()))
                self.reloaded(server, {"acme": self.url("acme"), "crow": self.url("crow")})
                self.assertEqual(server.reads("crow"), "crow\n")
                gone = server.shell("ls", **server.as_("bolt"))
                self.assertEqual(gone.status, 403)
                for name, call in calls.items():
                    self.assertEqual(call.result().json["stdout"], f"{name}\n")
            listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
            self.assertEqual(server.legacy(listing, session, **server.as_("acme")).status, 200)
            self.reloaded(server, {"acme": self.url("bolt"), "crow": self.url("crow")})
            self.assertEqual(server.reads("acme"), "bolt\n")
            self.assertIn("org=acme state=changed", server.log())

    def test_an_answer_that_is_not_read_outlives_its_organisation(self):
        self.git.commit(self.repository("acme"), {"large.txt": "x" * 900_000})
        with self.server({"acme": self.url("acme"), "bolt": self.url("bolt")}) as server:
            self.assertEqual(server.reads("acme"), "acme\n")
            body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
                "name": "lightfast_shell", "arguments": {"command": "cat large.txt", "maxOutputBytes": 1_000_000}, "_meta": ENVELOPE}}).encode()
            head = "".join(f"{name}: {value}\r\n" for name, value in {
                "Host": "localhost", "Content-Type": "application/json", "Accept": "application/json, text/event-stream",
                "MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call", "Mcp-Name": "lightfast_shell",
                "Content-Length": len(body), **server.as_("acme")}.items())
            with socket.socket() as slow:
                slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                slow.connect((server.host, server.port))
                slow.sendall((f"POST /mcp HTTP/1.1\r\n{head}\r\n".encode() + body) * 4)
                self.assertTrue(eventually(lambda: "lightfast_workers_running 0" in server.get("/metrics").body.decode()))
                self.reloaded(server, {"acme": {"repo": {"url": self.url("acme"), "branch": "main"}}, "bolt": self.url("bolt")})
                time.sleep(12)  # longer than leaving organisations are looked after
                slow.settimeout(HANG_GUARD)
                got = b""
                while got.count(b"HTTP/1.1 200") < 4:
                    got += slow.recv(1 << 16)
            self.assertEqual((server.reads("acme"), server.reads("bolt")), ("acme\n", "bolt\n"))

    def test_hang_ups_in_a_row_and_to_all_processes_are_heeded(self):
        orgs = {"acme": self.url("acme"), "bolt": self.url("bolt")}
        with self.server(orgs) as server:
            self.assertEqual(server.reads("acme"), "acme\n")
            for process in server.processes():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGHUP)
            for turn in range(40):
                server.declare(orgs if turn % 2 else {"acme": self.url("acme")})
                server.process.send_signal(signal.SIGHUP)
                self.assertEqual(server.reads("acme"), "acme\n")
            server.declare({"acme": self.url("acme")})
            self.reloaded(server, {"acme": self.url("acme")})
            self.assertEqual(server.shell("ls").status, 401)  # one that is left is not open, either
            self.assertEqual(server.reads("acme"), "acme\n")
            server.config.write_text('{"orgs": []}')
            before = server.log().count("reloaded=no")
            server.process.send_signal(signal.SIGHUP)
            self.assertTrue(eventually(lambda: server.log().count("reloaded=no") > before))
            self.assertEqual(server.reads("acme"), "acme\n")

    def test_sighup_with_a_file_that_cannot_be_used_leaves_all_as_it_was(self):
        with self.server({"acme": self.url("acme"), "bolt": self.url("bolt")}) as server:
            self.assertEqual(server.reads("acme"), "acme\n")
            server.config.write_text("{")
            before = server.reload()
            self.assertTrue(eventually(lambda: server.log().count("reloaded=no") > before), server.log())
            self.assertIn("not a JSON object", server.log())
            log = self.reloaded(server, {"acme": {"repo": {"url": 7}}, "bolt": self.url("bolt")}, limits={"seconds": 5})
            self.assertRegex(log, r"org served as before: .*orgs\[0\]\.repo\.url: must be a string")
            self.assertIn("used from the next start on: limits", log)
            self.assertEqual((server.reads("acme"), server.reads("bolt")), ("acme\n", "bolt\n"))

    def test_a_token_of_a_file_is_sent_to_its_own_host_and_read_again(self):
        with GitServer(token="first-token") as private:
            private.create("acme/.lightfast")
            private.commit("acme/.lightfast", {"README.md": "private\n"})
            ca_file = self.home / "both.pem"
            ca_file.write_bytes(b"".join(pathlib.Path(server.ca_file).read_bytes() for server in (private, self.git)))
            token = self.secret_file("acme.token", "first-token")
            orgs = {"acme": {"repo": {"url": private.https_url("acme/.lightfast"), "auth": {"tokenFile": token}}}, "bolt": self.url("bolt")}
            with self.server(orgs, LIGHTFAST_CA_FILE=str(ca_file), LIGHTFAST_POLL_INTERVAL="1") as server:
                self.assertEqual((server.reads("acme"), server.reads("bolt")), ("private\n", "bolt\n"))
                private.change_token("second-token")
                self.assertTrue(eventually(lambda: "stale" in server.shell("ls", **server.as_("acme")).json))
                self.assertTrue(eventually(lambda: server.shell("ls", **server.as_("acme")).json["ageSeconds"] >= 2))
                fresh = server.shell("ls", **server.as_("bolt")).json
                self.assertEqual((fresh["branch"], fresh.get("stale")), ("main", None))
                self.assertLess(fresh["ageSeconds"], 60)
                self.secret_file("acme.token", "second-token")
                self.reloaded(server, orgs)
                self.assertTrue(eventually(lambda: "stale" not in server.shell("ls", **server.as_("acme")).json))
                self.assertNotIn("-token", server.log().replace("acme.token", ""))


    def test_one_is_read_over_ssh(self):
        with SshServer() as host:
            host.create("acme/context")
            host.commit("acme/context", {"README.md": "by ssh\n"})
            auth = {"sshKeyFile": str(host.client_key("ed25519")), "knownHostsFile": self.secret_file("known_hosts", host.known_hosts())}
            orgs = {"acme": {"repo": {"url": host.url("acme/context"), "auth": auth}}, "bolt": self.url("bolt")}
            with self.server(orgs) as server:
                self.assertEqual((server.reads("acme"), server.reads("bolt")), ("by ssh\n", "bolt\n"))


class Webhooks(OrgsCase):
    def hooked(self, name):
        return {"repo": {"url": self.url(name)}, "webhooks": {"github": {"secretFile": self.secret_file(f"{name}.secret", f"of {name}")}}}

    def becomes(self, number, status):
        self.assertTrue(eventually(lambda: self.deliveries().get(number, [""] * 5)[4] == status), self.deliveries())
        return self.deliveries()[number]

    def test_each_organisation_has_a_route_and_a_secret_of_its_own(self):
        with self.server({"acme": self.hooked("acme"), "bolt": self.hooked("bolt"), "crow": self.url("crow")}) as server:
            self.assertEqual((server.reads("acme"), server.reads("bolt")), ("acme\n", "bolt\n"))
            for name in ("acme", "bolt"):
                self.git.commit(self.repository(name), {"README.md": "pushed\n"})
            route = "/api/ingest/github/"
            self.assertEqual(self.post(server, route + "acme", push_of(self.repository("acme")), "of acme").json, {"status": "accepted"})
            self.assertTrue(eventually(lambda: server.reads("acme") == "pushed\n"))
            self.assertEqual(server.reads("bolt"), "bolt\n")
            self.assertEqual(self.post(server, route + "bolt", push_of("any/name"), "of acme").status, 401)
            refused = {name: self.post(server, route + name, push_of("any/name"), "of acme") for name in ("bolt", "crow", "nobody")}
            self.assertEqual({answer.status for answer in refused.values()}, {401})
            self.assertEqual(len({answer.json["message"] for answer in refused.values()}), 1)  # nobody learns who is there
            self.assertEqual(self.post(server, "/api/ingest/github", push_of("any/name"), "of acme").status, 503)

    def test_what_the_app_s_secret_signs_goes_to_whose_repository_it_is(self):
        with self.server(LIGHTFAST_GITHUB_WEBHOOK_SECRET=APP_SECRET) as server:
            self.assertEqual([server.reads(name) for name in NAMES], [f"{name}\n" for name in NAMES])
            for name in NAMES:
                self.git.commit(self.repository(name), {"README.md": "pushed\n"})
            one = str(uuid.uuid4())
            answer = self.post(server, "/api/ingest/github", push_of(self.repository("bolt"), 7, 70), APP_SECRET, one)
            self.assertEqual((answer.status, answer.json), (202, {"status": "accepted"}))
            self.assertTrue(eventually(lambda: server.reads("bolt") == "pushed\n"))
            self.assertEqual((server.reads("acme"), server.reads("crow")), ("acme\n", "crow\n"))
            self.assertEqual(self.becomes(one, "done")[1], "bolt")
            again = self.post(server, "/api/ingest/github", push_of(self.repository("bolt"), 7, 70), APP_SECRET, one)
            self.assertEqual(again.json, {"status": "duplicate"})
            web = self.repository("bolt").partition("/")[0] + "/web"
            other = self.post(server, "/api/ingest/github", push_of(web, 8, 70), APP_SECRET)
            self.assertEqual(other.json, {"status": "accepted"})  # for what it tells, not as a change of the repository
            self.assertTrue(eventually(lambda: f"branch:{web}@main" in self.subjects("bolt")), self.subjects("bolt"))
            self.assertEqual((self.subjects("acme"), self.subjects("crow")), (set(), set()))
            self.assertEqual(self.post(server, "/api/ingest/github", push_of(self.repository("bolt")), "wrong").status, 401)

    def test_what_no_organisation_is_found_for_waits_until_there_is_one(self):
        with self.server({"acme": self.url("acme"), "bolt": self.url("bolt")}, LIGHTFAST_GITHUB_WEBHOOK_SECRET=APP_SECRET) as server:
            number, forever = str(uuid.uuid4()), str(uuid.uuid4())
            for delivery, name in ((number, self.repository("crow")), (forever, "nobody/.lightfast")):
                answer = self.post(server, "/api/ingest/github", push_of(name, *((9, 90) if delivery == number else (8, 80))), APP_SECRET, delivery)
                self.assertEqual((answer.status, answer.json), (202, {"status": "accepted"}))
            self.assertTrue(eventually(lambda: "no organisation here has" in self.deliveries()[number][5]), self.deliveries())
            self.assertIn("lightfast_webhooks_unrouted_waiting 2", server.get("/metrics").body.decode())
            self.reloaded(server, {name: self.url(name) for name in NAMES})
            self.assertEqual(self.becomes(number, "done")[1], "crow")
            self.assertEqual(self.deliveries()[forever][4], "waiting")


class Many(OrgsCase):
    def test_fifty_pushed_to_and_read_at_once_never_mix(self):
        names = [f"org{i:02}" for i in range(50)]
        for name in names:
            self.git.create(self.repository(name))
            self.git.commit_tree(self.repository(name), {"README.md": ("100644", f"{name} 0\n"), "again.md": ("100644", f"{name} 0\n")})
        with self.server({name: self.url(name) for name in names}, LIGHTFAST_GITHUB_WEBHOOK_SECRET=APP_SECRET,
                         LIGHTFAST_RATE_LIMIT="0") as server:
            for name in names:
                server.as_(name)
            wrong, reads, end = [], dict.fromkeys(names, 0), threading.Event()

            def keep_reading(mine):
                last = dict.fromkeys(mine, 0)
                while not end.is_set():
                    for name in mine:
                        answer = server.shell("cat README.md again.md; sleep 0.01; cat again.md", **server.as_(name))
                        lines = answer.json.get("stdout", "").splitlines()
                        state = int(lines[0].split()[1]) if len(set(lines)) == 1 and lines[0].startswith(name + " ") else -1
                        if answer.status != 200 or len(lines) != 3 or state < last[name]:
                            wrong.append((name, answer.body))
                        last[name] = state
                        reads[name] += 1

            readers = [threading.Thread(target=keep_reading, args=(names[i::10],)) for i in range(10)]
            for reader in readers:
                reader.start()
            for state in (1, 2, 3):
                for i, name in enumerate(names):
                    text = ("100644", f"{name} {state}\n")
                    self.git.commit_tree(self.repository(name), {"README.md": text, "again.md": text})
                    self.assertEqual(self.post(server, "/api/ingest/github", push_of(self.repository(name), 100 + i), APP_SECRET).status, 202)
            for name in names:
                self.assertTrue(eventually(lambda name=name: server.reads(name) == f"{name} 3\n"), name)
            end.set()
            for reader in readers:
                reader.join()
            self.assertEqual(wrong, [])
            self.assertGreater(min(reads.values()), 3)


if __name__ == "__main__":
    unittest.main()
