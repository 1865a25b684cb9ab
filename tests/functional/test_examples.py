#!/usr/bin/env python3
"""The example of the two tiers runs, and shows what it says that it shows."""
import os
import re
import subprocess
import unittest

import harness
from harness import HANG_GUARD, LIGHTFAST
from npm import ROOT


class Memory(unittest.TestCase):
    def test_six_questions_are_answered_from_where_they_should_be(self):
        said = subprocess.run([ROOT / "examples/memory/run.py"], env={"PATH": os.environ["PATH"], "LIGHTFAST": LIGHTFAST}, capture_output=True,
                              text=True, check=False, timeout=2 * HANG_GUARD)
        self.assertEqual((said.returncode, said.stderr), (0, ""), said)
        self.assertEqual(said.stdout.count("202 accepted"), 6)
        answers = re.split(r"^\d\. ", said.stdout, flags=re.MULTILINE)[1:]
        self.assertEqual(len(answers), 6)
        tiers = [re.findall(r"^\s+(store|memory|both)  \d{4}", answer, re.MULTILINE) for answer in answers]
        states = [re.findall(r"\[memory: (\w+)", answer) for answer in answers]
        self.assertEqual([set(each) for each in tiers], [{"store"}, {"store"}, set(), {"store", "memory"}, {"store"}, {"store"}])
        self.assertEqual(states, [["skipped"], ["skipped"], [], ["ok"], ["skipped"], ["error"]])
        self.assertIn('state="merged"', answers[2])


def tearDownModule():
    harness.fail_if_anything_is_left()


if __name__ == "__main__":
    unittest.main()
