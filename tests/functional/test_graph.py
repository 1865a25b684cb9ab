#!/usr/bin/env python3
"""The graph of a store, asked by a terminal, over REST and by an agent; while it is written, and before there is one."""
import datetime
import json
import threading
import unittest

import harness
from harness import LIGHTFAST, Server
from http_server import HttpServer

NOW = datetime.datetime.now(datetime.timezone.utc)


def ago(**span):
    return (NOW - datetime.timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


def event(name, subject, when, relations=(), body="", **attributes):
    return {"id": name, "source": "test", "type": "thing.changed", "occurredAt": when, "subject": subject, "title": f"title of {name}",
            "body": body, "relations": [{"type": kind, "entity": entity} for kind, entity in relations], "attributes": attributes}


EVENTS = [
    event("e1", "pr:acme/web#142", ago(days=9), [("authored_by", "person:mia"), ("part_of", "service:web")], "why it is so",
          state="open", draft=False, title='Retry "uploads"'),
    event("e2", "pr:acme/web#142", ago(days=2), state="merged"),
    event("e3", "pr:acme/api#7", ago(days=3), [("authored_by", "person:mia")], state="open", draft=True),
    event("e4", "deployment:1", ago(days=4), [("deploys", "pr:acme/api#7")], environment="staging"),
    event("e5", "deployment:2", ago(hours=2), [("deploys", "pr:acme/web#142")], environment="production"),
]


class GraphCase(unittest.TestCase):
    def setUp(self):
        self.home = harness.make_home(self)
        self.file = self.home / "store" / "store.db"

    def command(self, *words):
        return [LIGHTFAST, *map(str, words), "--store", str(self.file)]

    def run_command(self, *words, code=0, text=""):
        said = harness.run(self.command(*words), text, {"HOME": str(self.home)})
        self.assertEqual(said.returncode, code, said)
        return said

    def take(self, events):
        self.run_command("store", "import", "-", text="".join(json.dumps(each) + "\n" for each in events))

    def ids(self, *words):
        return [each["id"] for each in json.loads(self.run_command(*words, "--json").stdout)["entities"]]

    def call(self, server, tool, **arguments):
        return server.answer(server.request("tools/call", {"name": f"lightfast_{tool}", "arguments": arguments}))["result"]

    def repository(self):
        return harness.make_repository(self.home / "context", {"README.md": "the context\n"})


class OnATerminal(GraphCase):
    def setUp(self):
        super().setUp()
        self.take(EVENTS)

    def test_entities_are_listed(self):
        self.assertEqual(self.ids("graph", "query", "--type", "deployment", "--since", "24h"), ["deployment:2"])
        self.assertEqual(self.ids("graph", "query", "--type", "deployment"), ["deployment:2", "deployment:1"])
        self.assertEqual(self.ids("graph", "query", "--type", "pr", "--where", "state=open", "--where", "draft=true"), ["pr:acme/api#7"])
        self.assertEqual(self.ids("graph", "query", "--type", "pr", "--where", '{"state": "open"}', "--at", ago(days=8)), ["pr:acme/web#142"])
        text = self.run_command("graph", "query", "--type", "pr", "--include", "authored_by", "--limit", 1)
        self.assertIn('pr:acme/web#142  ', text.stdout)
        self.assertIn("    -- authored_by -> person:mia\n", text.stdout)
        self.assertIn("[more with --cursor ", text.stderr)
        self.assertIn("types there are: deployment person pr service", self.run_command("graph", "query", "--type", "x").stderr)

    def test_a_graph_is_drawn(self):
        dot = self.run_command("graph", "traverse", "--start", "pr:142", "--format", "dot").stdout
        self.assertIn('[label="pr:acme/web#142\\nRetry \\"uploads\\""];', dot)
        self.assertTrue(dot.startswith("digraph lightfast {\n") and dot.endswith("}\n"))
        mermaid = self.run_command("graph", "traverse", "--start", "#142", "--format", "mermaid").stdout
        self.assertIn('["pr:acme/web#35;142<br/>Retry #34;uploads#34;"]', mermaid)
        self.assertIn("--deploys-> pr:acme/web#142", self.run_command("graph", "traverse", "--start", "web#142").stdout)
        self.assertIn("nodes", json.loads(self.run_command("related", "e5", "--format", "json").stdout))

    def test_contents_are_shown(self):
        said = self.run_command("contents", "e1", "@mia", "nope", code=1)
        self.assertIn("\nwhy it is so\n", said.stdout)
        self.assertIn("== person:mia", said.stdout)
        self.assertEqual(said.stderr, "[there is no nope]\n")

    def test_errors_say_what_to_do(self):
        self.assertIn("at: must be a time of ISO 8601", self.run_command("graph", "query", "--type", "pr", "--at", "noon", code=2).stderr)
        self.assertIn("there is no entity 'pr:9'", self.run_command("graph", "traverse", "--start", "pr:9", code=125).stderr)
        self.take([event("e9", "issue:acme/api#7", ago(days=1))])
        ambiguous = self.run_command("graph", "traverse", "--start", "#7", code=2).stderr
        self.assertIn("issue:acme/api#7", ambiguous)
        self.assertIn("pr:acme/api#7", ambiguous)

    def test_it_is_read_while_it_is_written(self):
        writing = threading.Thread(target=self.take, args=([event(f"w{i}", f"pr:acme/web#{i}", ago(days=20), n=i) for i in range(20_000)],))
        writing.start()
        reads = 0
        while writing.is_alive() or reads == 0:
            self.assertIn("pr:acme/api#7", self.ids("graph", "query", "--type", "pr", "--where", "draft=true"))
            reads += 1
        writing.join()


class WithoutAStore(GraphCase):
    def test_a_terminal_is_told_what_to_do(self):
        self.assertIn("lightfast store import FILE", self.run_command("graph", "query", "--type", "pr", code=125).stderr)

    def test_a_damaged_store_is_said_to_be(self):
        self.file.parent.mkdir()
        self.file.write_bytes(b"no database at all" * 1000)
        self.assertIn("not a database", self.run_command("related", "e1", code=125).stderr)

    def test_an_agent_has_no_such_tools(self):
        with Server(self.repository(), harness.data_dir(self.home)) as server:
            server.initialize()
            names = [tool["name"] for tool in server.answer(server.request("tools/list"))["result"]["tools"]]
        self.assertEqual(names, ["lightfast_shell"])

    def test_one_that_is_made_later_is_read(self):
        self.file.parent.mkdir()
        with Server(self.repository(), harness.data_dir(self.home), ["--store", str(self.file)]) as server:
            server.initialize()
            ask = lambda: self.call(server, "graph_query", type="pr")
            self.assertTrue(ask()["isError"])
            self.take(EVENTS)
            self.assertEqual(len(ask()["structuredContent"]["entities"]), 2)


class Served(GraphCase):
    def setUp(self):
        super().setUp()
        self.take(EVENTS)

    def test_an_agent_asks(self):
        with Server(self.repository(), harness.data_dir(self.home), ["--store", str(self.file)]) as server:
            server.initialize()
            listed = server.answer(server.request("tools/list"))["result"]
            self.assertLess(len(json.dumps(listed, separators=(",", ":"))), 12 << 10)
            self.assertLessEqual({f"lightfast_{name}" for name in ("graph_query", "graph_traverse", "related", "contents")},
                                 {tool["name"] for tool in listed["tools"]})
            answer = self.call(server, "graph_traverse", start="pr:142", depth=1)
            nodes = [node["id"] for node in answer["structuredContent"]["nodes"]]
            self.assertEqual(nodes, ["pr:acme/web#142", "person:mia", "service:web", "deployment:2"])
            self.assertEqual(json.loads(answer["content"][0]["text"]), answer["structuredContent"])
            refused = self.call(server, "graph_query", type="pr", cursor="x")
            self.assertTrue(refused["isError"])
            self.assertIn("cursor", refused["content"][0]["text"])

    def test_over_rest(self):
        with HttpServer(self.repository(), harness.data_dir(self.home), ["--store", self.file]) as server:
            server.wait_until_ready()
            ids, cursor = [], {}
            while cursor is not None:
                page = server.post("/v1/graph/query", {"type": "pr", "limit": 1} | cursor).json
                ids += [each["id"] for each in page["entities"]]
                cursor = {"cursor": page["nextCursor"]} if page["nextCursor"] else None
            self.assertEqual(ids, ["pr:acme/web#142", "pr:acme/api#7"])
            self.assertEqual(server.post("/v1/contents", {"ids": ["e1", "x"]}).json["missing"], ["x"])
            self.assertEqual(server.post("/v1/related", {"id": "e2"}).json["root"], "e2")
            missing = server.post("/v1/graph/traverse", {"start": "pr:9"})
            self.assertEqual((missing.status, missing.json["code"]), (404, "NOT_FOUND"))
            bad = server.post("/v1/graph/query", {"type": "pr", "cursor": "x"})
            self.assertEqual((bad.status, bad.json["data"]["field"]), (400, "cursor"))
            self.assertIn("/v1/graph/traverse", server.get("/openapi.json").json["paths"])


if __name__ == "__main__":
    unittest.main()
