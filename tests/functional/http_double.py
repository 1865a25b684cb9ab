"""A server of HTTP on loopback that does what a test says, and remembers what it was asked.

    with HttpDouble(lambda exchange: exchange.reply(200, {"fine": True})) as double:
        double.url, double.requests[0].headers["authorization"]

`behave(exchange)` is called for each request, on a thread for each connection; it may be replaced at any time. What it
returns ends the connection when it is true.
"""
import collections
import json
import socket
import ssl
import threading

Request = collections.namedtuple("Request", "method path headers body connection")


class Exchange:
    def __init__(self, double, stream, request):
        self.double, self.stream, self.request = double, stream, request

    def raw(self, octets):
        self.stream.sendall(octets)

    def reply(self, status, body=b"", headers=(), length=None):
        octets = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"HTTP/1.1 {status} {'OK' if status == 200 else 'Said So'}", *headers,
                 f"Content-Length: {len(octets) if length is None else length}", "", ""]
        self.raw("\r\n".join(lines).encode() + octets)

    def hang(self):
        """Answers nothing until the client closes the connection, which is then counted."""
        self.double.hanging.set()
        while self.stream.recv(4096):
            pass
        self.double.hung_up.set()
        return True


class HttpDouble:
    def __init__(self, behave, certificate=None):
        """With a `certificate` (paths of certificate and key) it speaks TLS."""
        self.behave, self.context, self.port = behave, None, 0
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*certificate)
        self.requests, self.connections, self.accepted = [], [], 0
        self.hanging, self.hung_up = threading.Event(), threading.Event()

    @property
    def url(self):
        """By address, because another program may have the same port at [::1], which `localhost` also is; TLS needs the name."""
        return f"https://localhost:{self.port}" if self.context else f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.port = self.listener.getsockname()[1]  # the same again when it is started again
        self.thread = threading.Thread(target=self._accept, args=(self.listener,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)
        self.drop_connections()

    def drop_connections(self):
        for connection in self.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # closed already
        self.connections.clear()

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.accepted += 1
            self.connections.append(connection)
            threading.Thread(target=self._serve, args=(connection, self.accepted), daemon=True).start()

    def _serve(self, connection, number):
        stream = connection
        try:
            if self.context:
                stream = self.context.wrap_socket(connection, server_side=True)
                self.connections.append(stream)
            while request := self._read(stream, number):
                self.requests.append(request)
                if self.behave(Exchange(self, stream, request)):
                    return
        except OSError:
            pass  # the client went away
        finally:
            stream.close()

    @staticmethod
    def _read(stream, number):
        octets = b""
        while b"\r\n\r\n" not in octets:
            received = stream.recv(65536)
            if not received:
                return None
            octets += received
        head, _, body = octets.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += stream.recv(65536)
        method, path, _ = first.split(" ")
        return Request(method, path, headers, body, number)
