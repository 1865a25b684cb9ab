#!/usr/bin/env python3
"""Serves the git repositories below a directory over smart HTTP, on loopback, to read: git_server.py DIRECTORY.

Git does the work (`git http-backend`); this program is its CGI host. It prints the URL it serves on one line, and ends
on SIGTERM. For examples and tests only: one request at a time, no TLS, no authentication.
"""

import http.server
import os
import signal
import subprocess
import sys
from urllib.parse import urlsplit


class GitRequest(http.server.BaseHTTPRequestHandler):
    """One request, handed to git http-backend as CGI (RFC 3875)."""

    repositories = ""

    def do_GET(self):
        self.run_git(b"")

    def do_POST(self):
        self.run_git(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def run_git(self, body):
        answer = subprocess.run(["git", "http-backend"], input=body, env=self.cgi_environment(),
                                stdout=subprocess.PIPE, check=False).stdout
        head, _, content = answer.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n") if ": " in line)
        self.send_response_only(int(headers.pop("Status", "200 OK").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def cgi_environment(self):
        url = urlsplit(self.path)
        return {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "GIT_PROJECT_ROOT": self.repositories,
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": url.path,
            "QUERY_STRING": url.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": self.headers.get("Content-Length", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "HTTP_GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: git_server.py DIRECTORY")
    GitRequest.repositories = os.path.abspath(sys.argv[1])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with http.server.HTTPServer(("127.0.0.1", 0), GitRequest) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
