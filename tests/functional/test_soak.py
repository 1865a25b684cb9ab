#!/usr/bin/env python3
"""The soak in its short form, and what it takes for flat."""
import pathlib
import subprocess
import sys
import unittest

import harness

SOAK = pathlib.Path(__file__).resolve().parent.parent / "soak" / "shell_soak.py"
sys.path.insert(0, str(SOAK.parent))
import shell_soak  # noqa: E402
from shell_soak import GROWTH, ROWS, Row, findings  # noqa: E402


class TheSoak(unittest.TestCase):
    def test_some_hundred_commands_of_every_kind_leave_what_is_held_as_it_was(self):
        done = subprocess.run([sys.executable, SOAK, "--commands", "600"], capture_output=True, text=True, check=False, timeout=500)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        lines = [line for line in done.stdout.splitlines() if line.startswith("| ")]
        self.assertEqual(len(lines), ROWS + 3, done.stdout)  # the heading, its rule, the warm state, and each tenth
        self.assertEqual(int(lines[-1].split("|")[1]), shell_soak.WARM_UP + 600)


class TheVerdict(unittest.TestCase):
    def rows(self, **last):
        first = Row(**dict.fromkeys(Row._fields, 100))
        return [first, first, first._replace(**last)]

    def test_figures_that_stay_or_shrink_are_flat(self):
        self.assertEqual(findings(self.rows()), [])
        self.assertEqual(findings(self.rows(**dict.fromkeys(GROWTH, 0))), [])
        self.assertEqual(findings(self.rows(commands=10000, seconds=1000, server=10000)), [])

    def test_each_figure_may_grow_by_its_tolerance_and_no_more(self):
        for name, most in GROWTH.items():
            with self.subTest(name):
                self.assertEqual(findings(self.rows(**{name: 100 + most})), [])
                self.assertEqual([finding.split()[0] for finding in findings(self.rows(**{name: 101 + most}))], [name])


def tearDownModule():
    harness.fail_if_anything_is_left()


if __name__ == "__main__":
    unittest.main()
