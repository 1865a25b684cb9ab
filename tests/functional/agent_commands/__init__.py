"""How coding agents explore a repository: the one in tree.py, and the tables of commands that test_differential.py compares.

A table is text with a command on each line; a backslash at the end of a line goes on with the next, as bash takes it.
Two kinds of command are not here: those whose answer the machine decides (the time of day, $RANDOM, process ids), and
those that start a program which the sandbox does not have.
"""
import re

from agent_commands import differences, files, language, scripts, searches, shaping, special, texts


def commands_of(table):
    return re.split(r"(?<!\\)\n", table.strip("\n"))


THEMES = {**searches.SEARCHES, **texts.TEXTS, **shaping.SHAPING, **files.FILES_SEEN, **language.LANGUAGE}

# Exactly as bash: stdout, stderr, exit code.
SAME = [command for table in THEMES.values() for command in commands_of(table)] + scripts.SCRIPTS

# Sorted as bash in a checkout; exactly as bash in the server's own snapshot.
ANY_ORDER = commands_of(searches.IN_ANY_ORDER)

# As SAME, with what special.py says of each.
PLACE = commands_of(special.PLACE)
SIGNALS = commands_of(special.SIGNALS)
SCRATCH = commands_of(special.SCRATCH)
SAME_PROGRAMS = commands_of(special.SAME_PROGRAMS)
NOT_IN_TIER_3 = commands_of(special.NOT_IN_TIER_3)

READ_ONLY = differences.READ_ONLY
SAID = [(command, difference) for difference in differences.SAID for command in commands_of(difference.commands)]
