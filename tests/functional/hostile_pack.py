"""Packs that git would not make: objects of any size that cost nothing to make, differences that lie, endless streams."""
import hashlib
import struct
import zlib

TREE, BLOB, DELTA = 2, 3, 6
MIB = 1 << 20


def header(kind, size):
    """What stands before each object in a pack."""
    first = (kind << 4) | (size & 15)
    size >>= 4
    data = bytearray()
    while size:
        data.append(first | 0x80)
        first = size & 0x7F
        size >>= 7
    data.append(first)
    return bytes(data)


def object_of(kind, content):
    return header(kind, len(content)) + zlib.compress(content, 1)


def zeros(kind, size, before=b""):
    """An object of `before` and zeros up to `size` (MiB added), compressed once and said many times."""
    return repeated(kind, bytes(MIB), size // MIB, before)


def repeated(kind, block, count, before=b""):
    """An object of `before` and `count` times `block`."""
    packer = zlib.compressobj(9)
    start = packer.compress(before) + packer.flush(zlib.Z_FULL_FLUSH)
    again = zlib.compressobj(9, wbits=-15)
    piece = again.compress(block) + again.flush(zlib.Z_FULL_FLUSH)
    check = zlib.adler32(before)
    for _ in range(count):
        check = zlib.adler32(block, check)
    return header(kind, len(before) + count * len(block)) + start + piece * count + b"\x03\0" + struct.pack(">I", check)


def delta_header(base_size, size):
    return _number(base_size) + _number(size)


def copies(base_size, size):
    """A difference that makes `size` bytes of the start of its base, said again and again."""
    data, rest = delta_header(base_size, size), size
    while rest:
        count = min(base_size, rest, 0xFFFFFF)
        data += bytes([0xF0, count & 255, (count >> 8) & 255, count >> 16])
        rest -= count
    return data


def delta_of(base, delta):
    """The packed `delta` (content) on the packed object `base`, which stands right before it."""
    return on_base(base, object_of(DELTA, delta), len(delta))


def on_base(base, packed, size):
    """Puts the distance to `base` into a packed DELTA object that holds `size` bytes."""
    kept = len(header(DELTA, size))
    return packed[:kept] + _distance(len(base)) + packed[kept:]


def pack(*objects, count=None):
    """A pack of packed objects; it says that it has `count` of them."""
    data = b"PACK" + struct.pack(">II", 2, len(objects) if count is None else count) + b"".join(objects)
    return data + hashlib.sha1(data).digest()


def _number(value):
    data = bytearray()
    while value > 0x7F:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*data, value])


def _distance(value):
    data = [value & 0x7F]
    value >>= 7
    while value:
        value -= 1
        data.append(0x80 | value & 0x7F)
        value >>= 7
    return bytes(reversed(data))
