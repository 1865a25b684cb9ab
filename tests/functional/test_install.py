#!/usr/bin/env python3
"""What `cmake --install` puts in place works from there."""
import subprocess
import unittest

import harness


class Install(unittest.TestCase):
    def test_an_installed_lightfast_finds_all_its_programs(self):
        home = harness.make_home(self)
        prefix = home / "prefix"
        subprocess.run(["cmake", "--install", harness.BUILD, "--prefix", prefix], check=True, stdout=subprocess.DEVNULL)
        repository = harness.make_repository(home / "repository", {"README.md": "hello\n"})
        done = subprocess.run([prefix / "bin/lightfast", "shell", "--repo", repository, "--data-dir", harness.data_dir(home), "--",
                               "cat README.md"], capture_output=True, text=True, check=False, timeout=harness.HANG_GUARD)
        self.assertEqual((done.returncode, done.stdout), (0, "hello\n"), done.stderr)


def tearDownModule():
    harness.fail_if_anything_is_left()


if __name__ == "__main__":
    unittest.main()
