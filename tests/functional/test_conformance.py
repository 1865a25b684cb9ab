#!/usr/bin/env python3
"""The official conformance suite of the protocol, in both eras.

Its two frozen sets of requirements run against a server of its fixtures (tests/conformance), made of the same rooms as
the product. What needs no fixture runs against `lightfast serve` itself. A warning of the suite counts as a failure.
"""
import json
import pathlib
import re
import subprocess
import unittest

import harness
from harness import BUILD, HANG_GUARD
from http_server import HttpServer
from npm import install, install_node

PACKAGE = "@modelcontextprotocol/conformance"
VERSION = "0.2.0-alpha.12"  # the first releases have no set for 2026-07-28
LEGACY, MODERN = "2025-11-25", "2026-07-28"
REQUIRED = {LEGACY: 30, MODERN: 37}  # scenarios of a server

# Run with a set, but no part of it: an extension that is not offered.
NOT_OFFERED = re.compile("tasks-")

WITHOUT_FIXTURES = {
    LEGACY: ["server-initialize", "server-session-lifecycle", "ping", "tools-list", "resources-list", "prompts-list",
             "server-sse-multiple-streams", "dns-rebinding-protection"],
    MODERN: ["server-stateless", "tools-list", "resources-list", "prompts-list", "server-sse-multiple-streams",
             "dns-rebinding-protection", "caching", "sep-2164-resource-not-found", "input-required-result-unsupported-methods",
             "http-header-validation"],
}

# Checks of these scenarios that call a fixture, and so fail where there is none.
NEED_FIXTURES = {("server-stateless", check) for check in (
    "sep-2575-server-rejects-undeclared-capability",  # test_missing_capability
    "sep-2575-missing-capability-http-400",
    "sep-2575-http-server-no-independent-requests-on-stream",  # test_streaming_elicitation
    "sep-2575-server-no-log-without-loglevel",  # test_logging_tool
)}

FILES = {"README.md": "# Acme\n", "brand.md": "tone: calm\n", "logo.png": b"\x89PNG\x00"}


class Fixtures(HttpServer):
    """The server of the suite's fixtures."""

    def __init__(self):
        super().__init__(repository="", data="")
        self.command = [str(BUILD / "tests/lightfast-conformance"), "--listen", "127.0.0.1:0"]


class Report:
    """What one run of the suite said."""

    def __init__(self, directory, run):
        self.exit_code, self.output = run.returncode, run.stdout
        self.checks = []  # (scenario, check)
        for file in sorted(pathlib.Path(directory).rglob("checks.json")):
            scenario = re.fullmatch(r"server-(.+?)-\d{4}-\d\d-\d\dT.*", file.parent.name)[1]
            self.checks += [(scenario, check) for check in json.loads(file.read_text())]

    def scenarios(self):
        return {scenario for scenario, _ in self.checks if not NOT_OFFERED.match(scenario)}

    def failed(self):
        """The failed checks by scenario and id, and why."""
        return {(scenario, check["id"]): check.get("errorMessage") for scenario, check in self.checks
                if check["status"] in ("FAILURE", "WARNING") and not NOT_OFFERED.match(scenario)}


class Conformance(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.node = str(install_node())
        cls.suite = str(install(PACKAGE, VERSION, f"{PACKAGE}/dist/index.js"))

    def setUp(self):
        self.home = harness.make_home(self)

    def run_suite(self, server, *options):
        directory = self.home / "-".join(options).strip("-")
        run = subprocess.run([self.node, self.suite, "server", "--url", server.mcp, *options, "-o", str(directory)],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                             timeout=HANG_GUARD)
        return Report(directory, run)

    def assert_failed(self, report, expected, server):
        """That just these checks failed; else the whole output is shown."""
        failed = report.failed()
        if set(failed) != expected:
            listed = [f"{scenario}: {check}: {why}" for (scenario, check), why in failed.items() if (scenario, check) not in expected]
            listed += [f"{scenario}: {check}: passes" for scenario, check in expected - set(failed)]
            self.fail("\n".join(["unexpectedly:", *listed, "", report.output, "the server's log:", server.log()]))

    def run_set(self, revision):
        with Fixtures() as server:
            report = self.run_suite(server, "--requirements", revision)
            self.assert_failed(report, set(), server)
            self.assertEqual(report.exit_code, 0, report.output)
            self.assertGreaterEqual(len(report.scenarios()), REQUIRED[revision], report.output)

    def test_requirements_of_2025_11_25(self):
        self.run_set(LEGACY)

    def test_requirements_of_2026_07_28(self):
        self.run_set(MODERN)

    def test_the_product_where_no_fixture_is_needed(self):
        repository = harness.make_repository(self.home / "repository", FILES)
        with HttpServer(repository, harness.data_dir(self.home)) as server:
            server.wait_until_ready()
            for revision, scenarios in WITHOUT_FIXTURES.items():
                for scenario in scenarios:
                    with self.subTest(revision=revision, scenario=scenario):
                        report = self.run_suite(server, "--scenario", scenario, "--spec-version", revision)
                        self.assertEqual(report.scenarios(), {scenario}, report.output)
                        self.assert_failed(report, {known for known in NEED_FIXTURES if known[0] == scenario}, server)


def tearDownModule():
    harness.fail_if_anything_is_left()


if __name__ == "__main__":
    unittest.main()
