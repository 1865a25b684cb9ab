"""Git repositories that git itself would refuse to make, written as loose objects and packs."""
import hashlib
import struct
import zlib

import hostile_pack
from git_server import git


class HostileRepo:
    """Writes objects straight into the bare repository at `path`."""

    def __init__(self, path):
        self.path = path
        git("init", "--quiet", "--bare", "--initial-branch=main", path)

    def write(self, kind, content):
        data = b"%s %d\0" % (kind.encode(), len(content)) + content
        name = hashlib.sha1(data).hexdigest()
        file = self.path / "objects" / name[:2] / name[2:]
        file.parent.mkdir(exist_ok=True)
        if not file.exists():
            file.write_bytes(zlib.compress(data, 1))
        return name

    def blob(self, content):
        return self.write("blob", content)

    def tree(self, entries):
        """`entries` are (mode text, name bytes, object id), written in the order given."""
        return self.write("tree", b"".join(
            mode.encode() + b" " + name + b"\0" + bytes.fromhex(name_id) for mode, name, name_id in entries))

    def commit(self, tree, time=1700000000):
        """A commit of `tree` that becomes the head of main."""
        person = f"Test <test@example.org> {time} +0000"
        commit = self.write("commit", f"tree {tree}\nauthor {person}\ncommitter {person}\n\nhostile\n".encode())
        head = self.path / "refs" / "heads" / "main"
        head.write_text(commit + "\n")
        return commit

    def nested(self, depth, entry):
        """`entry` below `depth` directories named d."""
        tree = self.tree([entry])
        for _ in range(depth):
            tree = self.tree([("40000", b"d", tree)])
        return tree

    def bomb(self, levels=10, width=10):
        """width ** levels files in a few objects."""
        entry = ("100644", self.blob(b"bomb\n"))
        for _ in range(levels):
            entry = ("40000", self.tree([(entry[0], b"f%d" % number, entry[1]) for number in range(width)]))
        return entry[1]

    def zeros_pack(self, size):
        """A pack with one blob of `size` zero bytes, made without holding it; returns the blob's id."""
        block = bytes(1 << 20)
        content = hashlib.sha1(b"blob %d\0" % size)
        for _ in range(size // len(block)):
            content.update(block)
        pack = hostile_pack.pack(hostile_pack.zeros(hostile_pack.BLOB, size))
        name = content.hexdigest()
        file = self.path / "objects" / "pack" / f"pack-{hashlib.sha1(pack).hexdigest()}.pack"
        file.write_bytes(pack)
        _write_index(file.with_suffix(".idx"), name, pack)
        return name


def _write_index(path, name, pack):
    """Version 2 of the index of a pack with one object."""
    raw = bytes.fromhex(name)
    fanout = b"".join(struct.pack(">I", 1 if number >= raw[0] else 0) for number in range(256))
    data = b"\xfftOc" + struct.pack(">I", 2) + fanout + raw
    data += struct.pack(">I", zlib.crc32(pack[12:-20])) + struct.pack(">I", 12) + pack[-20:]
    path.write_bytes(data + hashlib.sha1(data).digest())
