#!/usr/bin/env python3
"""lightfast_shell answers what bash answers to more than a thousand commands of coding agents, on a repository full of odd files.

The tables are in agent_commands/. Where an answer differs by intention, both answers are data and are checked.
"""
import re
import shutil
import subprocess
import tempfile
import unittest

import harness
import shell_commands
from agent_commands import ANY_ORDER, NOT_IN_TIER_3, PLACE, READ_ONLY, SAID, SAME, SAME_PROGRAMS, SCRATCH, SIGNALS
from agent_commands.tree import EXECUTABLES, FILES, LINKS
from bash_case import Sample, Shown, shown, shown_of_bash
from harness import bash_says

LEAST_COMPARED = 1000  # commands with the same answer in tier 1

THE_TREE = "{the place of the tree}"

outside_answers = {}  # bash's answer to each command, which is the same for every tier


def with_text_replaced(answer, old, new):
    return Shown(answer.out.replace(old, new), answer.exit_code, answer.said.replace(old, new))


def without_process_ids(said):
    """Bash names a job that was killed by its process id, which is the machine's choice."""
    return re.sub(r"(line \d+:) +\d+ ", r"\1 PID ", said)


def without_random_names(text):
    """sed chooses the names of its temporary files."""
    return re.sub(r"sed\w{6}:", "sedXXXXXX:", text)


class Differential(Sample):
    files, links, executables = FILES, LINKS, EXECUTABLES

    def outside(self, command):
        """What the tool should show, with THE_TREE for the path of the checkout."""
        if command not in outside_answers:
            answer = shown_of_bash(bash_says(command, self.checkout))
            outside_answers[command] = with_text_replaced(answer, str(self.checkout), THE_TREE)
        return outside_answers[command]

    def outside_with_scratch(self, command):
        """The same with a new directory for /tmp, which is shared with all of the machine outside."""
        if command not in outside_answers:
            scratch = tempfile.mkdtemp(prefix="scratch-", dir=self.home)
            answer = shown_of_bash(bash_says(command.replace("/tmp", scratch), self.checkout))
            outside_answers[command] = with_text_replaced(answer, scratch, "/tmp")
        return outside_answers[command]

    def in_a_copy(self, command):
        """What bash outside answers where it may write to the tree and run what is there."""
        copy = self.home / "copy"
        subprocess.run(["cp", "-a", self.checkout, copy], check=True)
        try:
            return shown_of_bash(bash_says(command, copy))
        finally:
            shutil.rmtree(copy)

    def skip_in_tier_3(self):
        if self.tier == 3:
            self.skipTest("not promised in tier 3")

    def answers(self, commands):
        """Each command with its answer; the next command runs meanwhile."""
        number = None
        for command, following in zip(commands, [*commands[1:], None]):
            this = number or self.start(command)
            number = following and self.start(following)
            yield command, harness.Answer(self.server.answer(this))

    def start(self, command):
        return self.server.start_shell(command, maxOutputBytes=1 << 20)

    def test_answers_equal_those_of_bash(self):
        differing = {command for command, difference in SAID if self.tier in difference.tiers}
        compared = set()
        for command, answer in self.answers([command for command in SAME if command not in differing]):
            with self.subTest(command):
                self.assert_same(answer, self.outside(command))
                compared.add(command)
        if self.tier == 1:
            self.assertGreaterEqual(len(compared), LEAST_COMPARED)

    def test_answers_in_the_order_of_a_directory_equal_those_of_bash(self):
        for command in ANY_ORDER:
            with self.subTest(command):
                self.assert_same_in_any_order(command)

    def test_answers_that_name_the_place_of_the_tree_equal_those_of_bash_but_for_the_place(self):
        place = self.shell("pwd").out.strip()
        for command in PLACE:
            with self.subTest(command):
                self.assert_same(self.shell(command), with_text_replaced(self.outside(command), THE_TREE, place))

    def test_signals_do_what_they_do_in_bash(self):
        self.skip_in_tier_3()
        for command, answer in self.answers(SIGNALS):
            with self.subTest(command):
                answer.said = without_process_ids(answer.said)
                expected = self.outside(command)
                self.assert_same(answer, expected._replace(said=without_process_ids(expected.said)))

    def test_what_is_written_below_tmp_is_read_again_as_in_bash(self):
        self.skip_in_tier_3()
        for command in SCRATCH:
            with self.subTest(command):
                self.assert_same(self.shell(command), self.outside_with_scratch(command))

    def test_programs_are_at_the_paths_where_bash_has_them(self):
        self.skip_in_tier_3()
        for command in NOT_IN_TIER_3:
            with self.subTest(command):
                self.assert_same(self.shell(command), self.outside(command))

    def test_what_would_write_or_execute_is_refused_as_on_a_read_only_disk(self):
        before = self.shell("find . -type f -exec md5sum {} +; find . -printf '%p %m %s %T@\\n'").out
        for row in READ_ONLY:
            inside = row.inside
            if self.tier == 3:
                inside = inside.replace("Read-only file system", "Permission denied") if row.in_tier_3 is None else row.in_tier_3
            with self.subTest(row.command):
                if self.tier == 1:
                    there = self.in_a_copy(row.command)
                    self.assertEqual(there.out + there.said, row.outside)
                answer = self.shell(row.command)
                self.assertEqual(without_random_names(answer.out + answer.said), inside)
                self.assertFalse(answer.is_error)
        self.assertEqual(self.shell("find . -type f -exec md5sum {} +; find . -printf '%p %m %s %T@\\n'").out, before)

    def test_answers_equal_those_of_bash_with_the_same_programs(self):
        programs = self.home / "programs"
        programs.mkdir()
        for name in self.shell("compgen -c | sort -u").out.split():
            if path := shutil.which("bash" if name == "sh" else name):
                (programs / name).symlink_to(path)
        for command in SAME_PROGRAMS:
            with self.subTest(command):
                self.assert_same(self.shell(command), shown_of_bash(bash_says(command, self.checkout, PATH=str(programs))))

    def test_what_is_said_to_differ_does(self):
        """One that does not belongs in a table of commands that are the same."""
        for command, difference in SAID:
            if self.tier not in difference.tiers or not harness.pathlib.Path(difference.needs).exists():
                continue
            with self.subTest(command, reason=difference.reason):
                self.assertNotEqual(shown(self.shell(command)), self.outside(command))


class Tier1Differential(Differential, unittest.TestCase):
    tier = 1


class Tier2Differential(Differential, unittest.TestCase):
    tier = 2


class Tier3Differential(Differential, unittest.TestCase):
    tier = 3


class Tables(unittest.TestCase):
    def test_no_command_is_in_the_tables_twice(self):
        commands = [*SAME, *ANY_ORDER, *PLACE, *SIGNALS, *SCRATCH, *SAME_PROGRAMS, *NOT_IN_TIER_3,
                    *(row.command for row in READ_ONLY), *(command for command, difference in SAID if 1 in difference.tiers),
                    *shell_commands.SAME, *shell_commands.ANY_ORDER]
        self.assertEqual([command for command in set(commands) if commands.count(command) > 1], [])


def tearDownModule():
    harness.fail_if_anything_is_left()


if __name__ == "__main__":
    unittest.main()
