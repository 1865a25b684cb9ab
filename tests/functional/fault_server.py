"""Servers on loopback that fail in one way each, for tests of what a client does then.

    with FaultServer(hang) as server:
        server.url("repo")
"""
import os
import socket
import ssl
import threading
import time

import hostile_pack


class FaultServer:
    """Accepts connections and gives each to `handle(connection, stopping)` on a thread of its own."""

    def __init__(self, handle, certificate=None):
        """With a `certificate` (paths of certificate and key) it speaks TLS."""
        self.handle = handle
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*certificate)
        self.stopping = threading.Event()
        self.connections = []
        self.heads = []  # of the requests, as they came

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.connections:
            connection.close()
        self.thread.join(10)

    def url(self, name):
        return f"{'https' if self.context else 'http'}://localhost:{self.port}/{name}.git"

    def _accept(self):
        while not self.stopping.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
                self.connections.append(connection)
            self.handle(self, connection)
        except OSError:
            pass  # the client went away, or the test is over
        finally:
            connection.close()

    def read_request(self, connection):
        """The head of one HTTP request, its body left unread; empty when the client closed."""
        head = b""
        while b"\r\n\r\n" not in head:
            received = connection.recv(4096)
            if not received:
                return b""
            head += received
        self.heads.append(head)
        return head


def packet(line):
    return b"%04x" % (len(line) + 4) + line


def advertisement(commit, branch=b"refs/heads/main"):
    """What git-upload-pack says first: one branch, at `commit`."""
    capabilities = b"\0side-band-64k ofs-delta symref=HEAD:" + branch + b" agent=test"
    lines = packet(b"# service=git-upload-pack\n") + b"0000"
    return lines + packet(commit + b" HEAD" + capabilities + b"\n") + packet(commit + b" " + branch + b"\n") + b"0000"


def answer(connection, status, headers=(), body=b"", length=None):
    if not any(header.startswith("Content-Type") for header in headers):
        headers = (*headers, "Content-Type: text/plain")
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers, "", ""]
    connection.sendall("\r\n".join(lines).encode() + body)


ADVERTISED = ("Content-Type: application/x-git-upload-pack-advertisement",)
RESULT = ("Content-Type: application/x-git-upload-pack-result",)


def hang(server, _connection):
    server.stopping.wait()


def forward(port):
    """No fault: what is said goes to the server on another port of the loopback, and back."""
    def copy(source, target):
        try:
            while octets := source.recv(65536):
                target.sendall(octets)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # one of them went away

    def handle(_server, connection):
        with socket.create_connection(("127.0.0.1", port)) as other:
            threading.Thread(target=copy, args=(other, connection), daemon=True).start()
            copy(connection, other)
    return handle


def redirect(target):
    def handle(server, connection):
        while server.read_request(connection):
            answer(connection, "302 Found", [f"Location: {target}"])
    return handle


def always_unauthorized(server, connection):
    while server.read_request(connection):
        answer(connection, "401 Unauthorized", ['WWW-Authenticate: Basic realm="git"'], b"no")


def internal_error(server, connection):
    while server.read_request(connection):
        answer(connection, "500 Internal Server Error", (), b"broken")


def not_git(server, connection):
    while server.read_request(connection):
        answer(connection, "200 OK", ("Content-Type: text/html",), b"<html>hello</html>")


def slow_drip(server, connection):
    """One byte of the advertisement now and then, for ever."""
    server.read_request(connection)
    connection.sendall("\r\n".join(["HTTP/1.1 200 OK", "Content-Length: 1000000", *ADVERTISED, "", ""]).encode())
    while not server.stopping.is_set():
        connection.sendall(b"0")
        time.sleep(0.2)


COMMIT = b"1" * 40


def in_bands(pack):
    """A pack as the server sends it, in packets of the first side band."""
    return b"".join(packet(b"\x01" + pack[start:start + 60000]) for start in range(0, len(pack), 60000))


def pack_answer(pack, length=None, commit=COMMIT):
    """Advertises a commit and answers the request for it with `pack`; with a `length` that is not so, hangs up after it."""
    def handle(server, connection):
        while head := server.read_request(connection):
            if head.startswith(b"GET"):
                answer(connection, "200 OK", ADVERTISED, advertisement(commit))
            else:
                answer(connection, "200 OK", RESULT, packet(b"NAK\n") + in_bands(pack) + b"0000", length)
                if length is not None:
                    return
    return handle


def endless_advertisement(server, connection):
    """Names branches for ever."""
    server.read_request(connection)
    connection.sendall("\r\n".join(["HTTP/1.1 200 OK", *ADVERTISED, "Connection: close", "", ""]).encode())
    connection.sendall(advertisement(COMMIT)[:-4])
    branches = b"".join(packet(COMMIT + b" refs/heads/%05d\n" % number) for number in range(2000))
    while not server.stopping.is_set():
        connection.sendall(branches)


def endless_answer(*pieces, pause=0):
    """Advertises a commit and answers the request for it with the first of `pieces`, then the last for ever."""
    def handle(server, connection):
        while server.read_request(connection).startswith(b"GET"):
            answer(connection, "200 OK", ADVERTISED, advertisement(COMMIT))
        connection.sendall("\r\n".join(["HTTP/1.1 200 OK", *RESULT, "Connection: close", "", ""]).encode() + packet(b"NAK\n"))
        connection.sendall(b"".join(pieces[:-1]))
        while not server.stopping.wait(pause):
            connection.sendall(pieces[-1])
    return handle


def endless_pack(server, connection):
    """A pack with one object of bytes that cannot be compressed, and that never ends."""
    size = 60000
    stored = b"\0" + size.to_bytes(2, "little") + (0xFFFF - size).to_bytes(2, "little") + os.urandom(size)  # a block of deflate's
    start = hostile_pack.pack(count=1)[:-20] + hostile_pack.header(hostile_pack.BLOB, 900 << 20) + b"\x78\x01"
    endless_answer(packet(b"\x01" + start), packet(b"\x01" + stored) * 16)(server, connection)
