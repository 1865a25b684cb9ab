"""What the tests that compare with bash share: a server of one tier over a sample repository, and a checkout of the same commit."""
import collections
import signal

import harness
from harness import Server, bash_says, visible

Shown = collections.namedtuple("Shown", "out exit_code said")


def shown(answer):
    """What the tool showed of a command."""
    return Shown(answer.out, answer.exit_code, answer.said)


def shown_of_bash(done):
    """What the tool should show of a command that ended in bash as `done` did: `said` ends with a line on what became of it."""
    said = visible(done.stderr)
    code, status = done.returncode, ""
    if code < 0:
        code, status = 128 - code, f"[exit {128 - code}]\n[killed by {signal.Signals(-code).name}]"
    elif code > 0:
        status = f"[exit {code}]"
    return Shown(visible(done.stdout), code, said + ("\n" if said and status and not said.endswith("\n") else "") + status)


class Sample:
    """One server of a tier over the sample repository, and a checkout of it."""
    tier = None
    files, links, executables = {}, {}, ()

    @classmethod
    def setUpClass(cls):
        wrap = harness.wrapper(cls.tier)
        home = harness.make_home(cls)
        repository = harness.make_repository(home / "repository", cls.files, cls.links, cls.executables)
        cls.commit = harness.head_of(repository)
        cls.checkout = harness.make_checkout(repository, home / "checkout")
        cls.home = home
        cls.data = harness.data_dir(home, cls.tier)
        cls.server = Server(repository, cls.data, wrap=wrap)
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        cls.server.initialize()

    def shell(self, command, **arguments):
        return self.server.shell(command, maxOutputBytes=1 << 20, **arguments)

    def shown(self, answer):
        return shown(answer)

    def assert_same(self, answer, expected):
        seen = self.shown(answer)
        self.assertEqual(seen.out, expected.out, answer)
        self.assertEqual(seen.said, expected.said)
        self.assertEqual(seen.exit_code, expected.exit_code)
        self.assertFalse(answer.is_error)

    def assert_same_in_any_order(self, command):
        """The lines of bash in the checkout; where nothing else decides the order, in the order of bash in the snapshot."""
        expected, answer = shown_of_bash(bash_says(command, self.checkout)), self.shell(command)
        self.assertEqual(sorted(answer.out.splitlines()), sorted(expected.out.splitlines()))
        self.assert_same(answer, expected._replace(out=answer.out))
        if command.startswith("rg ") and " -j1 " not in command:
            return  # several threads, any order
        snapshot = next(self.data.glob(f"orgs/*/*/snapshots/{self.commit}/root"))
        self.assertEqual(answer.out, visible(bash_says(command, snapshot).stdout))
