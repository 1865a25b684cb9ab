#!/usr/bin/env python3
"""Checks that rooms depend on each other only in the agreed direction: `#include` lines and CMake link lines.

The picture is in docs/architecture.md. Nothing here is compiled: the sources are read as text.
"""

import pathlib
import re
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent

# What each room may use besides itself. A tool that is not named uses what TOOL says.
ALLOWED = {
    "base": set(),
    "contract": {"base"},
    "auth": {"base"},
    "http": {"base"},
    "mcp": {"contract", "http", "base"},
    "sandbox": {"base"},
    "tools/files": {"base"},
    "tools/memory": {"contract", "base", "tools/web"},
    "tools/remote": {"contract", "base", "tools/web"},
    "tools/graph": {"contract", "base", "tools/store"},
    "tools/shell": {"contract", "base", "sandbox", "tools/repo"},
    "tools/store": {"contract", "base", "tools/ranking"},
    "tools/providers": {"base", "tools/store"},
    "tools/ingest": {"base", "tools/providers", "tools/store"},
    "tools/documents": {"contract", "base", "tools/ranking"},
    "tools/search": {"contract", "base", "tools/store", "tools/memory", "tools/ranking"},
    "tools/web": {"base"},
}
TOOL = {"contract", "base"}
CHECKED = ("auth", "base", "contract", "http", "mcp", "sandbox", "tools")  # app, tests and examples may use everything

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
DECLARED_TARGET = re.compile(r"^\s*(lightfast_room|add_library|add_executable)\(\s*([\w.-]+)", re.MULTILINE)
LATER_MEMBER_BY_TRY = re.compile(r",\s*\.\w+\s*=\s*TRY\(")
LINK = re.compile(r"^\s*target_link_libraries\(\s*([^)]*)\)", re.MULTILINE)


def room_of(path):
    """The room of a path relative to the root: its first folder, or two below tools/."""
    parts = pathlib.PurePosixPath(path).parts
    return "/".join(parts[:2]) if parts[0] == "tools" else parts[0]


def may_use(room, other):
    return other == room or other in ALLOWED.get(room, TOOL)


def sources(root, *patterns):
    for room in CHECKED:
        for pattern in patterns:
            yield from sorted((root / room).rglob(pattern))


def include_violations(root):
    for source in sources(root, "*.h", "*.cc"):
        here = source.relative_to(root).as_posix()
        for included in INCLUDE.findall(source.read_text()):
            if not (root / included).is_file():
                yield f'{here} includes "{included}": write it as "room/name.h", from the root'
            elif not may_use(room_of(here), room_of(included)):
                yield f"{here} includes {included}: {room_of(here)} may not use {room_of(included)}"


def target_rooms(root):
    """Which room declares each CMake target."""
    rooms = {}
    for lists in root.rglob("CMakeLists.txt"):
        here = lists.relative_to(root).as_posix()
        for command, name in DECLARED_TARGET.findall(lists.read_text()):
            rooms[f"lightfast_{name}" if command == "lightfast_room" else name] = room_of(here)
    return rooms


def link_violations(root):
    rooms = target_rooms(root)
    for lists in sources(root, "CMakeLists.txt"):
        here = lists.relative_to(root).as_posix()
        for names in LINK.findall(lists.read_text()):
            target, *linked = names.split()
            for name in linked:
                if name in rooms and not may_use(room_of(here), rooms[name]):
                    yield f"{here} links {target} to {name}: {room_of(here)} may not use {rooms[name]}"


def violations(root):
    return [*include_violations(root), *link_violations(root)]


class TheSources(unittest.TestCase):
    def test_follow_the_picture(self):
        self.assertEqual(violations(ROOT), [])

    def test_leave_nothing_behind(self):
        """base/result.h: what a TRY within braces leaves on its return is not destroyed."""
        leaking = LATER_MEMBER_BY_TRY
        self.assertRegex("  return Thing{.a = 1, .b = TRY(made())};", leaking)
        self.assertNotRegex("  return Thing{.b = TRY(made())};", leaking)
        rooms = [*(ROOT / room for room in CHECKED), ROOT / "app"]
        self.assertEqual([source.relative_to(ROOT).as_posix() for room in rooms for source in sorted(room.rglob("*.cc"))
                          if leaking.search(source.read_text())], [])

    def test_are_found(self):
        rooms = {room_of(source.relative_to(ROOT)) for source in sources(ROOT, "*.h")}
        self.assertLessEqual({"auth", "base", "contract", "mcp", "sandbox", "tools/repo", "tools/shell"}, rooms)


class APlantedViolation(unittest.TestCase):
    """Each case is a small tree; the check must name exactly the files given."""

    CASES = {
        "upward include": ({"base/a.h": '#include "contract/c.h"\n', "contract/c.h": ""}, ["base/a.h"]),
        "protocol sees a tool": ({"mcp/a.cc": '#include "tools/repo/r.h"\n', "tools/repo/r.h": ""}, ["mcp/a.cc"]),
        "tool sees the protocol": ({"tools/shell/a.cc": '#include "mcp/m.h"\n', "mcp/m.h": ""}, ["tools/shell/a.cc"]),
        "tool sees another tool": (
            {"tools/repo/a.cc": '#include "tools/shell/s.h"\n', "tools/shell/s.h": ""}, ["tools/repo/a.cc"]),
        "header in a folder below": (
            {"sandbox/launcher/a.h": '#include "tools/repo/r.h"\n', "tools/repo/r.h": ""}, ["sandbox/launcher/a.h"]),
        "anything sees app": ({"sandbox/a.cc": '# include "app/x.h"\n', "app/x.h": ""}, ["sandbox/a.cc"]),
        "path not from the root": ({"base/a.cc": '#include "b.h"\n', "base/b.h": ""}, ["base/a.cc"]),
        "link line": (
            {"base/CMakeLists.txt": "lightfast_room(base a.cc)\ntarget_link_libraries(lightfast_base PUBLIC\n  lightfast_mcp)\n",
             "mcp/CMakeLists.txt": "lightfast_room(mcp m.cc)\n"}, ["base/CMakeLists.txt"]),
        "nothing wrong": (
            {"tools/shell/a.cc": '#include "sandbox/s.h"\n#include "tools/repo/r.h"\n', "sandbox/s.h": "",
             "tools/repo/r.h": "", "app/x.cc": '#include "sandbox/s.h"\n',
             "contract/CMakeLists.txt": "lightfast_room(contract)\ntarget_link_libraries(lightfast_contract PUBLIC lightfast_base)\n",
             "base/CMakeLists.txt": "lightfast_room(base)\n"}, []),
    }

    def test_is_named(self):
        for name, (files, expected) in self.CASES.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as directory:
                root = pathlib.Path(directory)
                for path, content in files.items():
                    (root / path).parent.mkdir(parents=True, exist_ok=True)
                    (root / path).write_text(content)
                self.assertEqual([text.split()[0] for text in violations(root)], expected)


if __name__ == "__main__":
    unittest.main()
