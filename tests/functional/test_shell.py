#!/usr/bin/env python3
"""lightfast_shell answers what bash answers, byte for byte, in a checkout of the same commit; and what it says of the rest."""
import re
import unittest

import harness
from bash_case import Sample, shown_of_bash
from harness import bash_says
from shell_commands import ANY_ORDER, FILES, LINES, LINKS, NEEDS_TMP, SAME


# Without a pid namespace no command may send signals; docs/security.md says so.
NEEDS_SIGNALS = {"kill -TERM $$"}


class Acme(Sample):
    """The sample repository of shell_commands.py."""
    files, links, executables = FILES, LINKS, ["scripts/hello.sh"]


class AsBash(Acme):
    def test_the_server_runs_in_the_tier_that_is_meant(self):
        self.assertEqual(self.shell("echo here").out, "here\n")
        self.assertIn(f" tier={self.tier} ", self.server.log())

    def test_answers_equal_those_of_bash_in_a_checkout(self):
        for command in SAME:
            if self.tier == 3 and command in NEEDS_TMP | NEEDS_SIGNALS:
                continue
            with self.subTest(command):
                self.assert_same(self.shell(command), shown_of_bash(bash_says(command, self.checkout)))

    def test_answers_in_the_order_of_a_directory_equal_those_of_bash(self):
        for command in ANY_ORDER:
            with self.subTest(command):
                self.assert_same_in_any_order(command)

    def test_a_long_listing_has_the_modes_sizes_names_times_and_link_targets_of_a_checkout(self):
        def seen(text):  # mode, size, date, name and target; not links, owner and group, nor blocks
            lines = [line for line in text.splitlines() if not line.startswith("total ")]
            return [re.sub(r"^(\S+) +\d+ +\S+ +\S+ +", r"\1 ", line) for line in lines]
        for directory in (".", "docs", "engineering", "scripts/hello.sh"):
            command = f"ls -la {directory}"
            answer, bash = self.shell(command), bash_says(command, self.checkout).stdout.decode()
            if directory == ".":  # what `..` is differs
                answer.out, bash = (re.sub(r".* \.\.\n", "", text) for text in (answer.out, bash))
            with self.subTest(command):
                self.assertEqual(seen(answer.out), seen(bash))
                self.assertEqual(answer.exit_code, 0)


class Tier1AsBash(AsBash, unittest.TestCase):
    tier = 1


class Tier2AsBash(AsBash, unittest.TestCase):
    tier = 2


class Tier3AsBash(AsBash, unittest.TestCase):
    tier = 3


class WhatIsSaid(Acme, unittest.TestCase):
    """What bash has no answer to, in the best tier that this user can have."""
    tier = 1 if harness.IS_ROOT else 2

    def test_an_empty_output_is_an_empty_text(self):
        self.assertEqual(self.server.shell("true").texts, [""])

    def test_the_commit_is_named_with_every_answer(self):
        self.assertEqual(self.server.shell("true").meta["commit"], self.commit)

    def test_the_tree_is_at_repo_and_belongs_to_a_user_named_agent(self):
        self.assertEqual(self.server.shell("pwd; realpath link.md; stat -c %U .; echo ~").out,
                         "/repo\n/repo/brand.md\nagent\n/\n")

    def test_pages_named_by_the_cut_notices_add_up_to_the_whole(self):
        self.assertEqual(self.read_on("cat long.txt"), LINES)

    def read_on(self, command):
        """All that `command` prints, read as the notices say, page by page; a page may be cut itself."""
        answer = self.server.shell(command)
        self.assertEqual(answer.exit_code, 0)
        cut = re.search(r"lines 1-(\d+) of (\d+); page with: \.\.\. (.*)\]$", answer.said)
        if not cut:
            return answer.out
        size, total = int(cut[1]), int(cut[2])
        pages = [f"| sed -n '{start},{start + size - 1}p'" for start in range(size + 1, total + 1, size)]
        self.assertEqual(cut[3], pages[0])
        return answer.out + "".join(self.read_on(f"{command} {page}") for page in pages)

    def test_the_cut_notice_counts_truly(self):
        answer = self.server.shell("cat long.txt", maxOutputBytes=2000)
        self.assertLessEqual(len(answer.out), 2000)
        shown = answer.out.count("\n")
        self.assertEqual(answer.out, "".join(LINES.splitlines(True)[:shown]))
        self.assertEqual(answer.said, f"[stdout cut: {len(answer.out)} of {len(LINES)} bytes, lines 1-{shown} of 2000; "
                                      f"page with: ... | sed -n '{shown + 1},{2 * shown}p']")

    def test_a_long_line_is_cut_at_a_character_and_the_hint_continues_there(self):
        first = self.server.shell("cat one-line.txt", maxOutputBytes=1025)
        self.assertEqual(first.out, "é" * 512)
        hint = re.search(r"page with: \.\.\. (\| tail -c .*)\]$", first.said)
        second = self.server.shell(f"cat one-line.txt {hint[1]}", maxOutputBytes=2000)
        self.assertEqual(second.out, "é" * 512)

    def test_stderr_is_cut_on_its_own(self):
        answer = self.server.shell("cat long.txt >&2; echo out", maxOutputBytes=1024)
        self.assertEqual(answer.out, "out\n")
        hint = re.search(r"\[stderr cut: (\d+) of (\d+) bytes; page with: (.*)\]$", answer.said)
        self.assertEqual(int(hint[2]), len(LINES))
        shown = answer.said[:answer.said.index("[stderr cut")]
        self.assertEqual(shown, LINES[:int(hint[1])])
        page = self.server.shell(hint[3].replace("{ ...;", "{ cat long.txt >&2;"), maxOutputBytes=2000)
        self.assertEqual(page.out, LINES[int(hint[1]):2 * int(hint[1])])

    def test_a_program_that_is_not_there_answers_what_is(self):
        for name in ("curl", "git", "python3", "rm", "tee", "env", "sudo"):
            answer = self.server.shell(f"{name} x")
            with self.subTest(name):
                self.assertEqual(answer.exit_code, 127)
                self.assertRegex(answer.said, rf"^{name}: not available here \(read-only sandbox\)\. Available: .*\[exit 127\]$"
                                 .replace(".*", r"(?s:.*)"))
                self.assertIn(" grep ", answer.said)
                self.assertFalse(answer.is_error)

    def test_writing_fails_as_on_a_read_only_disk(self):
        commands = ["> brand.md", "echo x >> brand.md", "echo x > new.md", "> /new", "> /usr/bin/new", "sort -o sorted brand.md",
                    "sed -i s/a/b/ brand.md", "sed -n 'w /repo/out' brand.md", "awk '{ print > \"out\" }' brand.md",
                    "find . -name brand.md -delete", "> /etc/passwd", "find brand.md -fprint out"]
        for command in commands:
            answer = self.server.shell(command)
            with self.subTest(command):
                self.assertIn("Read-only file system", answer.said)
                self.assertNotEqual(answer.exit_code, 0)
        self.assertEqual(self.shell("cat brand.md").out, FILES["brand.md"])

    def test_programs_find_their_libraries_and_their_locale_without_a_search(self):
        said = self.shell("LD_DEBUG=libs cat brand.md; LD_DEBUG=libs grep -P x brand.md").said
        self.assertIn("search cache=/etc/ld.so.cache", said)
        self.assertNotIn("search path", said)
        self.assertEqual(self.server.shell("x=é; echo ${#x}; printf é | wc -m; ls /usr/lib/locale").out, "1\n1\nlocale-archive\n")

    def test_scratch_in_tmp_works_and_is_gone_in_the_next_call(self):
        answer = self.server.shell("cat brand.md > /tmp/a && sort /tmp/a -o /tmp/b && cmp /tmp/b <(sort brand.md) && ls /tmp")
        self.assertEqual((answer.out, answer.said), ("a\nb\n", ""))
        self.assertEqual(self.server.shell("ls -A /tmp").texts, [""])

    def test_nothing_of_one_call_survives_to_the_next(self):
        before = self.server.shell("umask; declare -F; declare -p | grep -c .; ulimit -n; pwd; set -o").out
        self.server.shell("x=1; export y=2; f() { :; }; umask 077; ulimit -n 10; cd docs; set -o noglob; "
                          "alias ls=false; trap 'echo x' EXIT; (sleep 60; echo late) & disown")
        self.assertEqual(self.server.shell("umask; declare -F; declare -p | grep -c .; ulimit -n; pwd; set -o").out, before)
        self.assertEqual(harness.eventually(lambda: not self.server.commands()), True, self.server.commands())

    def test_files_of_the_repository_and_of_tmp_cannot_be_executed(self):
        for command in ("./scripts/hello.sh", "/repo/scripts/hello.sh", "cat scripts/hello.sh > /tmp/x; chmod +x /tmp/x; /tmp/x"):
            answer = self.server.shell(command)
            with self.subTest(command):
                self.assertNotIn("hello from a script", answer.out)
                self.assertIn(answer.exit_code, (126, 127), answer)
        self.assertIn("Permission denied", self.server.shell("./scripts/hello.sh").said)

        self.assertEqual(self.server.shell("test -x scripts/hello.sh || find . -executable -type f").texts, [""])

    def test_bash_may_read_a_script_of_the_repository(self):
        self.assertEqual(self.server.shell("bash scripts/hello.sh").out, "hello from a script\n")

    def test_a_killed_shell_is_named_by_its_signal(self):
        answer = self.server.shell("echo before; kill -9 $$")
        self.assertEqual((answer.out, answer.exit_code), ("before\n", 137))
        self.assertIn("[killed by SIGKILL]", answer.said)


def tearDownModule():
    harness.fail_if_anything_is_left()


if __name__ == "__main__":
    unittest.main()
