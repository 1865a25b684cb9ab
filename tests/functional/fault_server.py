"""Servers on loopback that fail in one way each, for tests of what a client does then.

    with FaultServer(hang) as server:
        server.url("repo")
"""
import socket
import ssl
import threading
import time


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


def advertisement(commit):
    """What git-upload-pack says first: one branch, main, at `commit`."""
    capabilities = b"\0side-band-64k ofs-delta symref=HEAD:refs/heads/main agent=test"
    lines = packet(b"# service=git-upload-pack\n") + b"0000"
    return lines + packet(commit + b" HEAD" + capabilities + b"\n") + packet(commit + b" refs/heads/main\n") + b"0000"


def answer(connection, status, headers=(), body=b"", length=None):
    if not any(header.startswith("Content-Type") for header in headers):
        headers = (*headers, "Content-Type: text/plain")
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers, "", ""]
    connection.sendall("\r\n".join(lines).encode() + body)


ADVERTISED = ("Content-Type: application/x-git-upload-pack-advertisement",)
RESULT = ("Content-Type: application/x-git-upload-pack-result",)


def hang(server, _connection):
    server.stopping.wait()


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


def pack_answer(pack, length=None):
    """Advertises a commit and answers the request for it with `pack`."""
    def handle(server, connection):
        commit = b"1" * 40
        while head := server.read_request(connection):
            if head.startswith(b"GET"):
                answer(connection, "200 OK", ADVERTISED, advertisement(commit))
            else:
                body = packet(b"NAK\n") + packet(b"\x01" + pack)
                answer(connection, "200 OK", RESULT, body, length)
                if length is not None:
                    return
    return handle
