#!/usr/bin/env python3
"""`search`: one answer of the local store and of long-term memory, whichever of them is slow, broken or away."""
import json
import subprocess
import time
import unittest

import harness
from client_case import ClientCase, claude_environment, install_claude, install_codex
from fake_models import AnthropicModel, OpenAiModel
from harness import HANG_GUARD, LIGHTFAST, Server
from http_double import HttpDouble
from http_server import HttpServer
from orgs_server import OrgsServer

SLACK = 5  # seconds more than a caller waits, on a machine that does much else


def tearDownModule():
    harness.fail_if_anything_is_left()


def event(name, subject, title, when, kind="pull_request.opened", **attributes):
    return {"id": name, "source": "github", "type": kind, "occurredAt": when, "subject": subject, "title": title, "body": f"The body of {title}.",
            "url": f"https://github.test/{name}", "attributes": attributes | {"title": title}}


EVENTS = [event("retry", "pr:acme/web#1", "Retry failed uploads", "2026-03-01T12:00:00Z", state="open"),
          event("cache", "pr:acme/web#2", "Cache thumbnails", "2026-03-02T12:00:00Z", state="merged"),
          event("live", "deployment:7", "web to production", "2026-03-03T12:00:00Z", kind="deployment.created")]


def found(name, title, score=1.0):
    return {"id": name, "title": title, "snippet": "from long ago", "score": score, "source": "archive", "type": "document", "url": None,
            "occurredAt": "2020-01-01T00:00:00Z"}


def answer(*results):
    return {"results": list(results), "total": len(results)}


def remembers(*results):
    return lambda exchange: exchange.reply(200, answer(*results))


class SearchCase(unittest.TestCase):
    def setUp(self):
        self.home = harness.make_home(self)
        self.file = self.home / "store.db"
        self.take(EVENTS)

    def take(self, events):
        subprocess.run([LIGHTFAST, "store", "import", "-", "--store", str(self.file)], input="".join(json.dumps(each) + "\n" for each in events),
                       text=True, check=True, capture_output=True)

    def repository(self):
        return harness.make_repository(self.home / "context", {"README.md": "the context\n"})

    def run_search(self, *words, code=0, environment=None):
        said = harness.run([LIGHTFAST, "search", "--store", str(self.file), *words], environment={"HOME": str(self.home), **(environment or {})})
        self.assertEqual(said.returncode, code, said)
        return said

    def search(self, *words, environment=None):
        return json.loads(self.run_search("--json", *words, environment=environment).stdout)


def ids(said):
    return [each["id"] for each in said["results"]]


class AtATerminal(SearchCase):
    def test_what_is_local_is_found_without_a_repository_or_a_network(self):
        said = self.search("--", "retrying", "uploads")
        self.assertEqual(ids(said), ["retry"])
        self.assertEqual((said["total"], said["partial"], said["tiers"]["store"]["state"], said["tiers"]["memory"]["state"]), (1, False, "ok", "off"))
        shown = self.run_search("--", "open", "pull", "requests")
        self.assertIn("Retry failed uploads", shown.stdout)
        self.assertIn("from store: open", shown.stdout)
        self.assertIn("[store: ok, 1 found", shown.stderr)

    def test_errors_say_what_to_do(self):
        self.assertIn("after: must be a time", self.run_search("--after", "friday", "--", "x", code=2).stderr)
        self.assertIn("no query given", self.run_search(code=2).stderr)

    def test_long_term_memory_is_asked_with_its_key(self):
        with HttpDouble(remembers(found("old", "Uploads of 2020"))) as memory:
            said = self.search("--memory-url", memory.url + "/m", "--", "uploads", environment={"LIGHTFAST_MEMORY_API_KEY": "a-key"})
        self.assertEqual(sorted(ids(said)), ["old", "retry"])
        self.assertEqual({each["id"]: each["tier"] for each in said["results"]}, {"old": "memory", "retry": "store"})
        request = memory.requests[0]
        self.assertEqual((request.path, request.headers["authorization"]), ("/m/v1/search", "Bearer a-key"))
        self.assertEqual(json.loads(request.body)["query"], "uploads")

    def test_what_is_clearly_local_is_not_asked_for_elsewhere(self):
        with HttpDouble(remembers(found("old", "Old"))) as memory:
            for words in (["#1"], ["latest", "deployments"], ["open", "pull", "requests"]):
                self.assertEqual(self.search("--memory-url", memory.url, "--", *words)["tiers"]["memory"]["state"], "skipped")
            self.assertEqual(len(memory.requests), 0)
            for words in (["how", "did", "we", "cache"], ["#999"]):
                self.assertEqual(self.search("--memory-url", memory.url, "--", *words)["tiers"]["memory"]["state"], "ok")


class LongTermMemoryFails(SearchCase):
    """The local answer comes in time, whatever the other tier does, and each tier's state is the truth."""

    def setUp(self):
        super().setUp()
        self.memory = HttpDouble(remembers())
        with self.memory:
            pass  # it has a port now, and nobody listens there
        options = ["--store", self.file, "--memory-url", self.memory.url]
        self.server = self.enterContext(HttpServer(self.repository(), harness.data_dir(self.home), options))
        self.server.wait_until_ready()

    def ask(self, query, wait=300):
        begun = time.monotonic()
        reply = self.server.post("/v1/search", {"query": query, "waitMs": wait})
        self.assertLess(time.monotonic() - begun, wait / 1000 + SLACK)
        self.assertEqual(reply.status, 200, reply)
        said = reply.json
        if "uploads" in query:
            self.assertIn("retry", ids(said))
            self.assertEqual(said["tiers"]["store"]["state"], "ok")
        return said

    def state(self, query, **how):
        said = self.ask(query, **how)
        tier = said["tiers"]["memory"]
        self.assertEqual(said["partial"], tier["state"] in ("timeout", "error", "open"), said)
        return tier["state"], tier.get("why", "")

    def test_each_fault_is_said(self):
        faults = {
            "slow": (lambda exchange: time.sleep(1.5) or True, "timeout", ""),
            "hanging": (lambda exchange: exchange.hang(), "timeout", ""),
            "500": (lambda exchange: exchange.reply(500, b"no"), "error", "500"),
            "503, later": (lambda exchange: exchange.reply(503, b"", ["Retry-After: 100"]), "error", "503"),
            "garbage": (lambda exchange: exchange.raw(b"\x00\xff" * 100) or True, "error", ""),
            "another shape": (lambda exchange: exchange.reply(200, {"results": 7}), "error", ""),
            "a page": (lambda exchange: exchange.reply(200, b"<html>"), "error", ""),
            "100 MB": (lambda exchange: exchange.reply(200, b"[" * (100 << 20)), "error", ""),
            "the wrong key": (lambda exchange: exchange.reply(401, {"message": "no"}), "error", "LIGHTFAST_MEMORY_API_KEY"),
        }
        with self.memory:
            for number, (name, (behave, state, words)) in enumerate(faults.items()):
                with self.subTest(name):
                    self.memory.behave = behave
                    said = self.state(f"uploads {number}", wait=1000 if state == "error" else 300)
                    self.assertEqual(said[0], state, said)
                    self.assertIn(words, said[1])
                    self.memory.behave = remembers(found("old", "Old"))  # ends a row of failures
                    self.assertEqual(self.state(f"uploads and {number}", wait=5000)[0], "ok")

    def test_one_that_is_down_is_left_in_peace_until_it_is_back(self):
        states = [self.state(f"uploads {number}")[0] for number in range(7)]
        self.assertEqual(states, ["error"] * 5 + ["open"] * 2)
        with self.memory:
            back = lambda: self.state(f"uploads at {time.monotonic()}", wait=5000)[0] == "ok"
            self.assertTrue(harness.eventually(back, 60))

    def test_a_caller_without_patience_does_not_count_against_it(self):
        with self.memory:
            self.memory.behave = lambda exchange: time.sleep(0.2) or remembers(found("old", "Old"))(exchange)
            for number in range(8):
                self.assertEqual(self.state(f"uploads {number}", wait=1)[0], "timeout")
            self.assertEqual(self.state("uploads", wait=5000)[0], "ok")

    def test_what_was_answered_once_is_answered_again(self):
        with self.memory:
            self.memory.behave = remembers(found("old", "Uploads of old"))
            self.assertEqual(self.state("uploads", wait=5000)[0], "ok")
        said = self.ask("uploads")
        self.assertEqual((said["tiers"]["memory"]["state"], "old" in ids(said), said["partial"]), ("cached", True, False))
        self.assertIn("ageSeconds", said["tiers"]["memory"])

    def test_whole_texts_come_from_where_they_are(self):
        with self.memory:
            self.memory.behave = lambda exchange: exchange.reply(
                200, {"items": [{"id": "old", "content": "all of it", "title": "Old", "source": "archive", "type": "document"}], "missing": ["none"]})
            said = self.server.post("/v1/contents", {"ids": ["retry", "old", "none"]}).json
        self.assertEqual([each["id"] for each in said["items"]], ["retry", "old"])
        self.assertEqual(said["items"][1]["content"], "all of it")
        self.assertEqual(said["missing"], ["none"])


class ToAnAgent(SearchCase):
    def test_tools_are_listed_for_what_there_is(self):
        def names(*options):
            with Server(repository, data, [*map(str, options)]) as server:
                server.initialize()
                return [tool["name"].removeprefix("lightfast_") for tool in server.answer(server.request("tools/list"))["result"]["tools"]]
        repository, data = self.repository(), harness.data_dir(self.home)
        every = ["shell", "search", "contents", "related", "graph_query", "graph_traverse"]
        self.assertEqual(names("--store", self.file), every)
        self.assertEqual(names("--memory-url", "http://127.0.0.1:9"), ["shell", "search", "contents"])
        self.assertEqual(names(), ["shell"])

    def test_an_agent_ends_at_once_while_long_term_memory_hangs(self):
        with HttpDouble(lambda exchange: exchange.hang()) as memory:
            options = ["--store", str(self.file), "--memory-url", memory.url]
            with Server(self.repository(), harness.data_dir(self.home), options) as server:
                server.initialize()
                server.request("tools/call", {"name": "lightfast_search", "arguments": {"query": "uploads", "waitMs": 10_000}})
                self.assertTrue(memory.hanging.wait(HANG_GUARD))

    def test_each_organisation_has_its_own(self):
        other = self.home / "other.db"
        self.file, file = other, self.file
        self.take([event("theirs", "pr:other/web#1", "Retry uploads elsewhere", "2026-03-01T12:00:00Z")])
        self.file = file
        repository = str(self.repository())
        orgs = {"acme": {"repo": repository, "store": str(file)}, "other": {"repo": repository, "store": "other.db"}, "none": {"repo": repository}}
        with OrgsServer(self.home, orgs) as server:
            ask = lambda org: server.post("/v1/search", {"query": "retry uploads"}, **server.as_(org))
            self.assertEqual((ids(ask("acme").json), ids(ask("other").json)), (["retry"], ["theirs"]))
            missing = ask("none")
            self.assertEqual((missing.status, missing.json["code"]), (404, "NOT_FOUND"), missing)
        with OrgsServer(self.home, orgs, options=["--public-url", "http://localhost"]) as server:  # where a key is asked for
            described = {org: set(server.get("/openapi.json", **server.as_(org)).json["paths"]) for org in orgs}
            self.assertEqual(described["none"], {"/v1/shell"})  # to each what it may call
            self.assertLess({"/v1/search", "/v1/related"}, described["acme"])
            self.assertEqual(described["acme"], described["other"])


class AgentCase(ClientCase):
    """An agent that is asked by its user, and asks both tiers: much is found, and all of it is long."""

    def setUp(self):
        self.client = self.install()
        super().setUp()
        events = [event(f"e{number}", f"pr:acme/web#{number}", f"Retry uploads, part {number}: " + "long " * 60, "2026-03-01T12:00:00Z")
                  for number in range(30)]
        for each in events:
            each["body"] = "Uploads are retried. " * 500
        store = self.home / "store.db"
        source = self.write("events.ndjson", "".join(json.dumps(each) + "\n" for each in events))
        self.run_checked(LIGHTFAST, "store", "import", source, "--store", str(store))
        self.memory = self.enterContext(HttpDouble(self.remember))
        self.arguments = ["mcp", "--repo", str(self.repository), "--store", str(store), "--memory-url", self.memory.url]

    @staticmethod
    def remember(exchange):
        if exchange.request.path == "/v1/search":
            exchange.reply(200, answer(*(found(f"old{number}", "How uploads failed in 2020 " + "x" * 3000, 1 - number / 100) for number in range(20))))
        else:
            exchange.reply(200, {"items": [{**found(each, "Uploads of 2020"), "content": "They failed. " * 5000}
                                           for each in json.loads(exchange.request.body)["ids"]]})

    def assert_blended(self, shown):
        """Both answers came whole, and no longer than a client shows."""
        for text in shown:
            self.assertLess(len(text.encode()), 16 << 10)
        blended, texts = map(json.loads, shown)
        self.assertEqual(len(blended["results"]), 10)
        self.assertEqual({each["tier"] for each in blended["results"]}, {"store", "memory"})
        self.assertEqual(blended["tiers"]["memory"]["state"], "ok")
        self.assertEqual([each["id"] for each in texts["items"]], ["e1", "old1"])


SEARCH, CONTENTS = {"query": "how did we retry uploads"}, {"ids": ["e1", "old1"]}


class ClaudeCode(AgentCase):
    install = staticmethod(install_claude)

    def test_a_blended_answer_reaches_the_model_whole(self):
        config = {"mcpServers": {"lightfast": {"command": LIGHTFAST, "args": self.arguments}}}
        calls = [("mcp__lightfast__lightfast_search", SEARCH), ("mcp__lightfast__lightfast_contents", CONTENTS)]
        with AnthropicModel([*calls, "We retried them."]) as model:
            said = self.run_checked(self.client, "-p", "How did we retry uploads?", "--mcp-config", self.write("mcp.json", json.dumps(config)),
                                    "--strict-mcp-config", "--allowedTools", "mcp__lightfast", cwd=self.project,
                                    env=self.environment(ANTHROPIC_BASE_URL=model.url, ANTHROPIC_API_KEY="none", **claude_environment()))
        self.assertIn("We retried them.", said)
        told = [each["content"] for each in model.shown()]
        self.assert_blended([each if isinstance(each, str) else "".join(part["text"] for part in each) for each in told])


class Codex(AgentCase):
    install = staticmethod(install_codex)

    def test_a_blended_answer_reaches_the_model_whole(self):
        servers = f"[mcp_servers.lightfast]\ncommand = {json.dumps(LIGHTFAST)}\nargs = {json.dumps(self.arguments)}\n"
        calls = [(("mcp__lightfast", "lightfast_search"), SEARCH), (("mcp__lightfast", "lightfast_contents"), CONTENTS)]
        with OpenAiModel([*calls, "We retried them."]) as model:
            said = self.run_codex(self.client, model, "How did we retry uploads?", servers, name="gpt-5.5")
        self.assertIn("We retried them.", [each["item"].get("text") for each in said if each["type"] == "item.completed"])
        # Codex puts the time before what a tool says, and that is one text.
        self.assert_blended([each["output"].partition("\nOutput:\n")[2] for each in model.shown()])


if __name__ == "__main__":
    unittest.main()
