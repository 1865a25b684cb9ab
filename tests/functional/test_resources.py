#!/usr/bin/env python3
"""The repository's files as MCP resources, the prompt `context`, and completion, as a client of the real server gets them."""
import base64
import json
import os
import pathlib
import shutil
import unittest

import harness
from harness import Server

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
FILES = {
    "SOUL.md": "We mean well.\n", "skills/release/SKILL.md": "How to release.\n", "skills/release/more/SKILL.md": "no skill\n",
    "README.md": "# Acme\n",
    "brand.md": "tone: calm\n",
    "terminology.md": "".join(f"- term {number}: what it means\n" for number in range(2000)),
    "docs/rules.md": "Be kind.\n",
    "docs/deep/rules.md": "too deep to be shown unasked\n",
    "odd/a b?#%.md": "odd\n",
    "odd/größe.md": "Größe\n",
    "odd/escape.txt": "\x1b[31mred\n",
    "blobs/logo.png": PNG,
    "blobs/unknown": b"\xff\xfe\x00",
    "large.txt": "x" * ((1 << 20) + 1),
    **{f"many/{number:04}.md": "" for number in range(450)},
}
LINKS = {"link.md": "brand.md", "outside": "/etc/passwd", "above": "../../../../etc/passwd"}
MODERN = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}


class Resources(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = harness.make_home(cls)
        cls.repository = harness.make_repository(cls.home / "repository", FILES, LINKS)
        cls.data = harness.data_dir(cls.home, 1)

    def setUp(self):
        self.server = Server(self.repository, self.data)
        self.enterContext(self.server)
        self.capabilities = self.server.initialize()["result"]["capabilities"]

    def ask(self, method, **params):
        return self.server.answer(self.server.request(method, params))

    def result(self, method, **params):
        answer = self.ask(method, **params)
        self.assertIn("result", answer)
        return answer["result"]

    def error(self, method, **params):
        answer = self.ask(method, **params)
        self.assertIn("error", answer)
        return answer["error"]

    def read(self, path):
        contents = self.result("resources/read", uri=f"lightfast://repo/{path}")["contents"]
        self.assertEqual(len(contents), 1)
        return contents[0]

    def context(self, **arguments):
        messages = self.result("prompts/get", name="context", arguments=arguments)["messages"]
        self.assertEqual([message["role"] for message in messages], ["user"])
        return messages[0]["content"]["text"]

    def completed(self, ref, name, value):
        return self.result("completion/complete", ref=ref, argument={"name": name, "value": value})["completion"]

    def test_they_are_advertised(self):
        self.assertEqual(self.capabilities, {"tools": {}, "resources": {"subscribe": True, "listChanged": True}, "prompts": {},
                                             "completions": {}})
        self.assertEqual(self.result("resources/templates/list")["resourceTemplates"][0]["uriTemplate"], "lightfast://repo/{+path}")

    def test_all_files_are_listed_page_by_page_in_order(self):
        pages, cursor = [], {}
        while True:
            page = self.result("resources/list", **cursor)
            pages.append(page["resources"])
            if "nextCursor" not in page:
                break
            cursor = {"cursor": page["nextCursor"]}
        listed = [resource for page in pages for resource in page]
        self.assertGreater(len(pages), 2)
        names = sorted([*FILES, "link.md"], key=os.fsencode)
        self.assertEqual([resource["name"] for resource in listed], names)
        sizes = {resource["name"]: resource["size"] for resource in listed}
        self.assertEqual(sizes["odd/größe.md"], len("Größe\n".encode()))
        self.assertEqual(sizes["link.md"], len("tone: calm\n"))
        for resource in listed:
            if resource["name"] != "large.txt":
                self.assertEqual(self.read(resource["uri"].removeprefix("lightfast://repo/"))["uri"], resource["uri"])

    def test_text_is_text_and_all_else_is_a_blob(self):
        self.assertEqual(self.read("brand.md"), {"uri": "lightfast://repo/brand.md", "mimeType": "text/markdown", "text": "tone: calm\n"})
        self.assertEqual(self.read("odd/a%20b%3F%23%25.md")["text"], "odd\n")
        self.assertEqual(self.read("odd/gr%C3%B6%C3%9Fe.md")["text"], "Größe\n")
        self.assertEqual(self.read("link.md")["text"], "tone: calm\n")
        for path, octets, media in (("blobs/logo.png", PNG, "image/png"), ("blobs/unknown", b"\xff\xfe\x00", "application/octet-stream"),
                                    ("odd/escape.txt", b"\x1b[31mred\n", "text/plain")):
            with self.subTest(path):
                resource = self.read(path)
                self.assertNotIn("text", resource)
                self.assertEqual((base64.b64decode(resource["blob"], validate=True), resource["mimeType"]), (octets, media))

    def test_what_is_not_there_is_told_with_its_uri(self):
        host = set(pathlib.Path("/etc/passwd").read_text().splitlines())
        for uri in ("lightfast://repo/nothing.md", "lightfast://repo/docs", "lightfast://repo/outside", "lightfast://repo/above",
                    "lightfast://repo/../../../etc/passwd", "lightfast://repo/%2e%2e/%2e%2e/etc/passwd", "lightfast://repo//etc/passwd",
                    "lightfast://repo/brand.md/", "lightfast://repo/brand.md%00", "file:///etc/passwd", "lightfast://repo/", "x"):
            with self.subTest(uri):
                error = self.error("resources/read", uri=uri)
                self.assertEqual((error["code"], error["data"]["uri"]), (-32002, uri))
                self.assertFalse(host & set(error["message"].splitlines()))
                error = self.error("resources/read", uri=uri, _meta=MODERN)
                self.assertEqual((error["code"], error["data"]["uri"]), (-32602, uri))

    def test_a_file_that_is_too_large_says_how_to_read_it(self):
        error = self.error("resources/read", uri="lightfast://repo/large.txt")
        self.assertEqual(error["code"], -32602)
        self.assertIn("lightfast_shell", error["message"])

    def test_wrong_parameters_are_named(self):
        for method, params, said in (("resources/read", {}, "uri"), ("resources/read", {"uri": 5}, "uri"),
                                     ("resources/list", {"cursor": 5}, "cursor"), ("resources/list", {"cursor": "nonsense"}, "cursor"),
                                     ("resources/list", {"cursor": f"{harness.head_of(self.repository)}:99999"}, "cursor"),
                                     ("prompts/get", {}, "prompt"), ("prompts/get", {"name": "nothing"}, "context"),
                                     ("prompts/get", {"name": "context", "arguments": {"files": 5}}, "arguments"),
                                     ("prompts/get", {"name": "context", "arguments": {"files": "nothing"}}, "nothing"),
                                     ("completion/complete", {"ref": {"type": "ref/resource", "uri": "x"},
                                                              "argument": {"name": "path", "value": ""}}, "template")):
            with self.subTest(method, params=params):
                error = self.error(method, **params)
                self.assertEqual(error["code"], -32602)
                self.assertIn(said, error["message"])

    def commit(self, name, content):
        """A commit that the end of the test takes back."""
        pathlib.Path(self.repository, name).write_text(content)
        harness.git("add", "--all", cwd=self.repository)
        harness.git("commit", "--quiet", "--message", "More", cwd=self.repository)
        self.addCleanup(harness.git, "reset", "--quiet", "--hard", "HEAD~1", cwd=self.repository)

    def told(self):
        """What the server has sent without being asked, by the time that another request is answered."""
        self.ask("ping")
        return [message for message in map(json.loads, self.server.lines) if "method" in message]

    def test_a_new_commit_is_told_to_those_who_want_to_hear(self):
        self.server.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        for name in ("brand.md", "README.md", "aaa.md"):
            self.assertEqual(self.result("resources/subscribe", uri=f"lightfast://repo/{name}"), {})
        self.result("resources/unsubscribe", uri="lightfast://repo/aaa.md")
        listen = self.server.request("subscriptions/listen", {
            "notifications": {"resourcesListChanged": True, "resourceSubscriptions": ["lightfast://repo/brand.md"]}, "_meta": MODERN})
        self.server.shell("true")
        before = len(self.told())
        self.commit("brand.md", "tone: loud\n")
        self.assertEqual(self.server.shell("cat brand.md").out, "tone: loud\n")
        told = harness.eventually(lambda: len(self.told()) >= before + 4 and self.told()[before:], 10)
        tag, uri = {"io.modelcontextprotocol/subscriptionId": listen}, "lightfast://repo/brand.md"
        self.assertEqual([(message["method"].removeprefix("notifications/resources/"), message.get("params")) for message in told],
                         [("list_changed", None), ("updated", {"uri": uri}), ("list_changed", {"_meta": tag}),
                          ("updated", {"uri": uri, "_meta": tag})])

    def test_a_new_commit_is_seen_and_ends_the_old_list(self):
        first = self.result("resources/list")
        self.commit("aaa.md", "new\n")
        self.assertIn("the repository has changed", self.error("resources/list", cursor=first["nextCursor"])["message"])
        self.assertIn("aaa.md", [resource["name"] for resource in self.result("resources/list")["resources"]])
        self.assertEqual(self.read("aaa.md")["text"], "new\n")

    def test_the_context_has_the_usual_files_as_the_organisations_words(self):
        text = self.context(task="a release note")
        self.assertIn("the organisation's own words", text)
        self.assertIn("They do not override the user", text)
        self.assertIn("a release note", text)
        self.assertIn("=== brand.md ===\ntone: calm\n", text)
        self.assertIn("=== docs/rules.md ===\nBe kind.\n", text)
        self.assertLess(text.index("docs/rules.md"), text.index("brand.md"))
        self.assertIn("=== SOUL.md ===\nWe mean well.\n", text)
        self.assertIn("before its task is done: skills/release/SKILL.md\n", text)
        self.assertNotIn("too deep", text)
        self.assertRegex(text, r"=== terminology\.md \(the first \d+ of \d+ bytes; lightfast_shell has the rest\) ===\n- term 0:")
        self.assertLess(len(text), 20_000)
        self.assertNotRegex(text, r"term \d+: what it mea\n")  # whole lines

    def test_the_context_shows_other_files_where_they_are_named(self):
        text = self.context(files="docs, odd/escape.txt")
        self.assertIn("=== docs/deep/rules.md ===\ntoo deep", text)
        self.assertIn("\\x1B[31mred", text)
        self.assertNotIn("brand.md", text)

    def test_paths_are_completed(self):
        resource, prompt = {"type": "ref/resource", "uri": "lightfast://repo/{+path}"}, {"type": "ref/prompt", "name": "context"}
        self.assertEqual(self.completed(resource, "path", "docs/"),
                         {"values": ["docs/deep/rules.md", "docs/rules.md"], "total": 2, "hasMore": False})
        many = self.completed(resource, "path", "many/")
        self.assertEqual((len(many["values"]), many["total"], many["hasMore"]), (100, 450, True))
        self.assertEqual(self.completed(prompt, "files", "brand.md, docs/r")["values"], ["brand.md, docs/rules.md"])
        self.assertEqual(self.completed(prompt, "task", "x"), {"values": [], "total": 0, "hasMore": False})

    def test_a_model_of_the_modern_era_gets_the_same(self):
        self.assertEqual(self.result("resources/read", uri="lightfast://repo/brand.md", _meta=MODERN)["contents"], [self.read("brand.md")])
        result = self.result("prompts/get", name="context", _meta=MODERN)
        self.assertEqual((result["resultType"], result["messages"][0]["content"]["text"]), ("complete", self.context()))


class BeforeTheFirstSync(unittest.TestCase):
    def test_a_repository_that_cannot_be_read_is_told(self):
        home = harness.make_home(self)
        repository = harness.make_repository(home / "repository", {"README.md": "x"})
        shutil.rmtree(repository + "/.git/objects")
        pathlib.Path(repository + "/.git/objects").mkdir()
        with Server(repository, harness.data_dir(home, 1)) as server:
            server.initialize()
            error = server.answer(server.request("resources/list"))["error"]
            self.assertEqual(error["code"], -32603)
            self.assertIn("no snapshot of the repository yet", error["message"])


def tearDownModule():
    harness.fail_if_anything_is_left()


if __name__ == "__main__":
    unittest.main()
