#!/usr/bin/env python3
"""Writes a few inputs for each fuzz target to begin with: DIR/TARGET/seed-N.

    tests/fuzz/make_corpus.py DIR

They are made of what the parsers really meet: messages as the programs send them, this machine's programs, a tree of git.
"""
import base64
import pathlib
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
OBJECT = "0123456789abcdef0123456789abcdef01234567"


# ---- Messages of the sandbox: sandbox/wire.h.

def wire(*fields):
    """Numbers as 64 bits, texts with their length before them, lists with their count."""
    encoded = b""
    for field in fields:
        if isinstance(field, int):
            encoded += struct.pack("=Q", field)
        elif isinstance(field, list):
            encoded += wire(len(field), *field)
        else:
            octets = field if isinstance(field, bytes) else field.encode()
            encoded += struct.pack("=Q", len(octets)) + octets
    return encoded


def sandbox_messages():
    limits = [512 << 20, 4 << 30, 128, 256, 64 << 20, 8192, 64 << 20]
    workspace = wire(2, 1, "/data/toolbox", "/data/snapshot", ["/lib/one.so", "/lib/two.so"], *limits)
    instruction = struct.pack("=HBBI", 6, 0, 0, 0x7FFF0000)
    return [
        wire(1, "/data/toolbox", ["/lib/one.so"], 1), workspace,
        wire(3, 1, "helper", ["/etc/ssl"], ["/data/mirror"], 443, 60000),
        wire(2, 6, 3, 1, 0, "not root", 2, 1, "", 3, 1, ""), wire(1, 0, ""), wire(5, 0, "no such program"),
        wire(1, 16), wire(2, 17), wire(18, ""), wire(0, "none left"),
        *(wire(notice, 5, "why") for notice in range(1, 8)),
        wire(1, workspace, 1000, 1000, 1, 2, 0, instruction * 2, 2, instruction),
    ]


# ---- HTTP.

def http_request():
    """The first byte says how large the pieces are that it comes in."""
    head = b"POST /v1/shell HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    return [b"\x03" + text for text in (
        head + b'Content-Length: 16\r\n\r\n{"command":"ls"}', head + b"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nX: y\r\n\r\n",
        head + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n folded\r\n\r\n")]


def http_access():
    return [b"localhost:4114", b"[::1]:80", b"http://127.0.0.1:3000", b"https://evil.example", b"1.1.1.1, 127.0.0.1", b"null"]


def http_sse():
    return [b'{"jsonrpc":"2.0"}', b"one\r\ntwo\rthree\n\nfour", b"event: x\ndata: y\n\n"]


def ingest_github():
    push = b'{"ref":"refs/heads/main","repository":{"default_branch":"main"}}'
    return [b"\x00push\n" + push, b"\x01push\na=b&payload=%7B%22ref%22%3A%22refs%2Fheads%2Fx%22%7D&c", b'\x00repository\n{"action":"renamed"}',
            b"\x00ping\n{}"]


def mcp_http_headers():
    return [b'eu\n{"a":"eu"}', b'=?base64?ZXU=?=\n{"a":"eu","b":true}', b'1.0\n{"a":1}', b'true\n{"a":{"a":[]}}']


# ---- Files and texts that it reads.

def small_elf():
    """A loaded segment that is the whole file, a loader, and two libraries: as tests/unit/sandbox_elf_test.cc makes it."""
    strings = b"\0libone.so\0libtwo.so\0$ORIGIN/../lib:relative:/abs\0/lib/loader\0"
    dynamic_at, base = 64 + 3 * 56, 0x400000
    strings_at = dynamic_at + 5 * 16

    def segment(kind, offset, size):
        return struct.pack("=IIQQQQQQ", kind, 0, offset, base + offset, 0, size, size, 0)
    header = b"\x7fELF\x02\x01\x01".ljust(16, b"\0") + struct.pack("=HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 3, 0, 0, 0)
    segments = segment(1, 0, strings_at + len(strings)) + segment(3, strings_at + 50, 12) + segment(2, dynamic_at, 80)
    entries = ((1, 1), (29, 21), (5, base + strings_at), (1, 11), (0, 0))
    return header + segments + b"".join(struct.pack("=QQ", *entry) for entry in entries) + strings


def sandbox_elf():
    return [small_elf(), pathlib.Path(sys.executable).resolve().read_bytes()[:4096], b"#!/bin/sh\necho a script\n"]


def sandbox_capture():
    """The last bytes say how much is kept, how large a piece is, and whether it is the end."""
    texts = ["one\ntwo\nthree\n", "no line feed at all " * 20, "größer als 日本 🚀\n" * 9, "\x1b[31mred\x07\x00\x7f\t\r\n"]
    return [text.encode() + bytes(tail) for text in texts for tail in ((0, 3, 0, 10), (1, 9, 1, 0))] + [bytes(range(256)) * 2]


def sandbox_control_group():
    return [b"0::/system.slice/lightfast.service\n\\30 21 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n"]


def sandbox_mount_table():
    return [b"22 21 0:20 / /tmp rw - tmpfs tmpfs rw\n23 22 8:1 /home/x /tmp/usr ro shared:1 master:2 - ext4 /dev/sda1 rw\n"]


def sandbox_process_status():
    return [pathlib.Path("/proc/self/status").read_bytes(), b"Name:\tgone\nState:\tZ (zombie)\nPPid:\t1\nThreads:\t1\n"]


def sandbox_toolbox_record():
    return [b"bash cat grep\nno-such-program\n/lib/ld.so:/lib/libc.so.6\n/bin/bash 1 2 3 4.5 6.7\n/bin/cat 1 3 3 4.5 6.7\n"]


# ---- What comes from clients and repositories.

def mcp_message():
    sessions = sorted((ROOT / "tests/golden/mcp").rglob("*"))
    return [path.read_bytes() for path in sessions if path.is_file()][:20]


def auth_jwt():
    """A token, a key set and claims, a line each. Tokens and keys are those of RFC 7515, A.3, and RFC 8037, A.4."""
    curve = ('{"kty":"EC","crv":"P-256","kid":"1","use":"sig","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",'
             '"y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}')
    edwards = '{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}'
    rsa = '{"kty":"RSA","key_ops":["verify"],"e":"AQAB","n":"' + "o" * 342 + 'Q"}'
    tokens = ("eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
              "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
              "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
              "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
    claims = ('{"iss":"i","aud":["a"],"exp":1000,"nbf":900,"iat":900,"sub":"s","scope":"context:read x"}',
              '{"iss":"i","aud":"a","exp":1e3,"client_id":"c","scp":["context:read"]}')
    return ["\n".join((token, f'{{"keys":[{curve},{edwards},{rsa}]}}', claim)).encode() for token in tokens for claim in claims]


def files_uri():
    return [f"lightfast://repo/{path}".encode() for path in ("README.md", "docs/a%20b.md", "%2e%2e/x", "a/../b", "a%00", "%c3%a4", "a%zz")]


def repo_names():
    return [name.encode() for name in ("README.md", ".git", ".GIT ", "git~1", ".gi\u200ct", "a\\.git", "..", "größe.md", ".git::$INDEX")]


def repo_known_hosts():
    """The first byte says which of two keys is offered; the lines have the first of them."""
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
    hashed = "|1|+NpEwM6hNMC2AltUBlncAeV/cWg=|LKNlP3usrmFmqNn9LP1S3H9bpm4="
    lines = (f"git.example {key} comment\n", f"a.example,git.example {key}\r\n# comment\n", f"{hashed} {key}\n", f"@revoked * {key}\n",
             f"@cert-authority *.example {key}\n", f"[git.example]:2222 {key}", "git.example 1024 35 1234567890123456789\n")
    return [offered + line.encode() for line in lines for offered in (b"\0", b"\1")]


def repo_source():
    return [source.encode() for source in (
        "https://github.com/acme/.lightfast.git", "http://[::1]:3000/x", "ssh://git@host:2222/~user/a+b", "ssh://[2001:db8::1]/x",
        "git@github.com:acme/x.git", "host:/srv/x", "git@git.sr.ht:~me/x", "ssh://-oProxyCommand=x/y", "git@host:a';x;'", "/srv/repo", "ext::sh")]


def repo_manifest():
    entries = [b"100644 README.md", b"40000 docs", b"120000 link", b"160000 module", b"100755 run.sh"]
    return [b"".join(entry + b"\0" + bytes.fromhex(OBJECT) for entry in entries)]


def store_event():
    least = b'"id":"e","source":"s","type":"t","occurredAt":"2026-03-01T12:00:00.5+01:00","subject":"pr:1"'
    return [b"{" + least + b"}", b"{" + least + b',"relations":[{"entity":"x:1","type":"y","removed":true}],"attributes":{"b":[{"d":1,"c":2}],"a":null}}',
            b"{" + least + b',"actor":"person:a","title":"\u00f6","body":"b","url":"u","causalParent":"p"}']


def contract_search():
    result = (b'{"id":"e1","title":"\u00f6","snippet":"s","score":0.5,"source":"x","type":"y","url":"https://a/b","occurredAt":"2026-03-01T12:00:00Z",'
              b'"subject":"pr:1","tier":"memory","reason":"r"}')
    return [b'{"results":[' + result + b'],"total":1,"partial":true}', b'{"results":[{"id":"e1","score":1e308,"url":null,"occurredAt":null}]}']


def memory_answer():
    return [*contract_search(), b'{"items":[{"id":"e1","content":"c","metadata":{"a":[1]}},{"id":"e2","content":""}],"missing":["e3"]}']


def search_question():
    return [b"retry uploads", b"#142", b"pr:web#1", b"open pull requests", b"latest deployments", b"how did we retry", b"last year", b'"a" OR b*',
            b"parseHTTPUrl retry_upl", "Größe 漢字".encode(), b"https://github.com/acme/web/pull/1", b"@mia LIN-482 2026-03-01 yesterday"]


def graph_text():
    cursor = base64.urlsafe_b64encode(b"1 5 0 7 -3 9 pr:acme/web#142").rstrip(b"=")
    return [cursor, b"24h", b"#142", b"pr:web#142", b"acme/web#1", b"LIN-482", b"@mia", b"1f2e3d4c5b", b"https://github.com/acme/web/pull/142"]


def providers():
    """The first byte says which provider."""
    repository = b'"repository":{"full_name":"acme/web","pushed_at":1772366400},"sender":{"login":"mia"}'
    thread = (b'{"number":7,"title":"t","state":"closed","merged_at":"2026-03-01T12:00:00Z","body":"fixes #1, LIN-2 `#3` <!--","user":{"login":"a"},'
              b'"labels":[{"name":"bug"}],"assignees":[{"login":"b"}],"head":{"ref":"x","sha":"' + b"1" * 40 + b'"},"milestone":{"number":1}}')
    issue = (b'{"type":"Issue","action":"update","createdAt":"2026-03-01T12:00:00Z","data":{"id":"i","identifier":"LIN-1","labelIds":["a"],'
             b'"state":{"type":"started","name":"x"}},"updatedFrom":{"labelIds":["b"],"assigneeId":"u"},"url":"https://linear.app/a/issue/LIN-1/x"}')
    return [
        b'\x00pull_request\n{"action":"closed","pull_request":' + thread + b"," + repository + b"}",
        b'\x00issues\n{"action":"edited","changes":{"body":{"from":"#9"}},"issue":' + thread + b"," + repository + b"}",
        b'\x00push\n{"ref":"refs/heads/main","after":"' + b"2" * 40 + b'","commits":[{"id":"' + b"2" * 40 +
        b'","message":"m (#4)\\n\\nCloses #5","added":["f"],"author":{"email":"e"}}],' + repository + b"}",
        b'\x00check_run\n{"action":"completed","check_run":{"id":1,"head_sha":"3","completed_at":"2026-03-01","output":{}},' + repository + b"}",
        b'\x00label\n{"action":"edited","label":{"name":"a"},"changes":{"name":{"from":"b"}},' + repository + b"}",
        b'\x01\n{"id":"e","type":"deployment.error","createdAt":1772366400123,"payload":{"deployment":{"id":"d","meta":{"githubCommitSha":"1",'
        b'"githubOrg":"a","githubRepo":"b"}},"project":{"id":"p"}}}',
        b"\x02\n" + issue,
        b'\x03issue\n{"action":"created","data":{"issue":{"id":"1","status":"resolved","assignedTo":null}},"actor":{"type":"user","id":1}}',
        b'\x04\n{"type":"a.b","timestamp":"2026-03-01","data":{"id":"x","n":1,"t":"u"}}',
        b'\x04\n{"id":"e","source":"s","type":"t","occurredAt":"2026-03-01","subject":"a:b"}']


def documents_chunks():
    return ["".join((end, "A sentence. Another one\u3002", end, " word\u00e4" * 400)).encode() for end in ("\n\n", "\r\n", " ")]


def documents_request():
    least = b'"id":"a","title":"t","body":"b\\u0000\\ud83d\\ude00","source":"s","type":"t"'
    return [b'{"documents":[{' + least + b"}]}", b'{"ids":["a","b"],"offset":2}',
            b'{"documents":[{' + least + b',"url":"u","occurredAt":"2026-03-01","subject":"pr:1","metadata":{"b":[1,null]}},{' + least + b"}]}"]


def main():
    targets = (sandbox_messages, sandbox_elf, sandbox_capture, sandbox_control_group, sandbox_mount_table, sandbox_process_status, sandbox_toolbox_record,
               auth_jwt, contract_search, documents_chunks, documents_request, files_uri, graph_text, http_access, http_request, http_sse, ingest_github, mcp_http_headers, mcp_message,
               memory_answer, repo_known_hosts, repo_names, repo_manifest, repo_source, search_question, store_event, providers)
    for target in targets:
        directory = pathlib.Path(sys.argv[1], target.__name__)
        directory.mkdir(parents=True, exist_ok=True)
        for number, octets in enumerate(target()):
            (directory / f"seed-{number}").write_bytes(octets)


if __name__ == "__main__":
    main()
