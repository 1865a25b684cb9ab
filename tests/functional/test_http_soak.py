#!/usr/bin/env python3
"""The soak of a served Lightfast in its short form, and what it takes for flat."""
import pathlib
import subprocess
import sys
import unittest

import harness

SOAK = pathlib.Path(__file__).resolve().parent.parent / "soak" / "http_soak.py"
sys.path.insert(0, str(SOAK.parent))
from http_soak import ROUNDS, SLACK, Row, findings  # noqa: E402


class TheSoak(unittest.TestCase):
    def test_clients_and_streams_of_some_seconds_leave_what_is_held_as_it_was(self):
        done = subprocess.run([sys.executable, SOAK, "--seconds", "10"], capture_output=True, text=True, check=False, timeout=500)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        lines = [line for line in done.stdout.splitlines() if line.startswith("| ")]
        self.assertEqual(len(lines), ROUNDS + 2, done.stdout)  # the heading, what is held before, and after each round


class TheVerdict(unittest.TestCase):
    def rows(self, **last):
        first = Row(**dict.fromkeys(Row._fields, 100))
        return [first, first, first._replace(**last)]

    def test_figures_that_come_back_are_flat(self):
        self.assertEqual(findings(self.rows()), [])
        self.assertEqual(findings(self.rows(**dict.fromkeys(SLACK, 0))), [])

    def test_each_figure_may_be_above_by_its_slack_and_no_more(self):
        for name, most in SLACK.items():
            with self.subTest(name):
                self.assertEqual(findings(self.rows(**{name: 100 + most})), [])
                self.assertEqual([finding.split()[0] for finding in findings(self.rows(**{name: 101 + most}))], [name])


def tearDownModule():
    harness.fail_if_anything_is_left()


if __name__ == "__main__":
    unittest.main()
