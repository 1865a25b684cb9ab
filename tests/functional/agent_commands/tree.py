"""A repository as an organisation keeps one, for the commands of this package.

FILES, LINKS and EXECUTABLES are what harness.make_repository() takes. Everything is computed without chance, so each
run has the same commit. Besides ordinary documents, code, data and logs there are the files that break careless
commands: odd names, bytes that are no text, links that lead nowhere, lines and files that are very long.
"""
import gzip
import json
import struct
import zlib

SERVICES = {"billing": "python", "gateway": "go", "ledger": "rust", "portal": "typescript", "sensor": "c", "worker": "java"}
TEAMS = ("core", "web", "data", "field")
REGIONS = ("emea", "apac", "amer")
LEVELS = ("INFO", "INFO", "INFO", "DEBUG", "WARN", "ERROR")
TOPICS = ("naming", "errors", "logging", "releases", "reviews", "incidents", "onboarding", "security", "testing", "data", "style",
          "accessibility")
DECISIONS = ("Use PostgreSQL", "Log as JSON", "One repository", "Retry with jitter", "Feature flags", "Dates in UTC", "Money as integers",
             "Drop XML", "Sign releases", "Four eyes", "Idempotent writes", "Trace requests", "No shared state", "Small services")
CODE = {
    "python": ("main.py", "#!/usr/bin/env python3\nimport os\n\n\ndef {name}(amount, rate=0.19):\n    \"\"\"Total of {name}.\"\"\"\n"
               "    # TODO({team}): round half even\n    return round(amount * (1 + rate), 2)\n\n\nclass {title}Error(Exception):\n"
               "    pass\n\n\nif __name__ == '__main__':\n    print({name}(float(os.environ.get('AMOUNT', '1'))))\n"),
    "go": ("main.go", "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\n// {title} says who calls. FIXME: no context yet.\n"
           "func {title}(name string) string {{\n\treturn fmt.Sprintf(\"%s via {name}\", name)\n}}\n\nfunc main() {{\n"
           "\tfmt.Println({title}(os.Args[0]))\n}}\n"),
    "rust": ("lib.rs", "//! {title}: the books.\nuse std::collections::HashMap;\n\n"
             "pub struct {title} {{\n    entries: HashMap<String, i64>,\n}}\n\n"
             "impl {title} {{\n"
             "    pub fn balance(&self, key: &str) -> Option<&i64> {{\n        self.entries.get(key) // TODO: overdraft\n    }}\n}}\n"),
    "typescript": ("index.ts", "import {{ readFile }} from 'node:fs/promises';\n\nexport interface {title}Options {{\n  locale?: string;\n"
                   "  retries: number;\n}}\n\nexport async function {name}(options: {title}Options): Promise<string> {{\n"
                   "  const text = await readFile('messages.json', 'utf8');\n  return text.slice(0, options.retries); // FIXME(web)\n}}\n"),
    "c": ("sensor.c", "#include <stdio.h>\n#define {upper}_MAX 0x1F\n\n"
          "static int clamp(int value) {{\n  return value > {upper}_MAX ? {upper}_MAX : value;\n}}\n\n"
          "int main(void) {{\n  printf(\"%d\\n\", clamp(42)); /* TODO: read the port */\n  return 0;\n}}\n"),
    "java": ("Worker.java", "package example.{name};\n\npublic final class {title} {{\n    private static final int LIMIT = 10_000;\n\n"
             "    public static void main(String[] args) {{\n        System.out.println(\"{name} \" + LIMIT); // XXX magic\n    }}\n}}\n"),
}


def chapter(number, topic):
    """One page of the handbook: a heading, lists, a table, a code block and links to its neighbours."""
    rows = "".join(f"| {topic}-{row} | {TEAMS[(number + row) % 4]} | {number * row + 3} |\n" for row in range(1, 5))
    following = TOPICS[(number + 1) % len(TOPICS)]
    return (f"# {topic.capitalize()}\n\nOwner: @{TEAMS[number % 4]}-team. Last review: 2024-{number % 12 + 1:02}-15.\n\n"
            f"## Why\n\nWe agree on {topic} so that nobody has to guess. Rules that nobody reads are worse than none.\n\n"
            f"## Rules\n\n- Prefer plain words over jargon.\n- Never ship on Friday after 15:00.\n* Ask in #{topic} when unsure.\n"
            f"1. Read [{following}]({(number + 1) % len(TOPICS):02}-{following}.md).\n2. Write down what you decided.\n\n"
            f"| item | owner | score |\n|---|---|---|\n{rows}\n```bash\nmake {topic} # TODO: automate\n```\n\n"
            f"See also https://handbook.example.org/{topic}?v={number} and <mailto:{topic}@example.org>.\n")


def decision(number, title):
    status = ("accepted", "proposed", "superseded")[number % 3]
    return (f"---\nid: ADR-{number:04}\ntitle: \"{title}\"\nstatus: {status}\ndate: 2023-{number % 12 + 1:02}-{number + 3:02}\n"
            f"tags: [{TEAMS[number % 4]}, {REGIONS[number % 3]}]\n---\n\n# {title}\n\n## Context\n\nThe {TEAMS[number % 4]} team met "
            f"this {number} times.\n\n## Decision\n\nWe will {title.lower()}.\n\n## Consequences\n\nTBD\n")


def service_files(number, name, language):
    file_name, source = CODE[language]
    words = {"name": name, "title": name.capitalize(), "upper": name.upper(), "team": TEAMS[number % 4]}
    place = f"services/{name}"
    environments = "".join(f"  {stage}:\n    replicas: {number + scale}\n    debug: {'true' if stage == 'dev' else 'false'}\n"
                           for scale, stage in enumerate(("dev", "staging", "prod")))
    return {
        f"{place}/README.md": f"# {words['title']}\n\nWritten in {language} by the {words['team']} team.\n\n## Run\n\n    make run\n",
        f"{place}/src/{file_name}": source.format(**words),
        f"{place}/service.yaml": f"name: {name}\nowner: {words['team']}\nport: {8000 + number}\nenvironments:\n{environments}"
                                 f"depends_on: [ledger, gateway]  # keep sorted\n",
        f"{place}/settings.toml": f"[service]\nname = \"{name}\"\ntimeout_ms = {250 * (number + 1)}\n\n[limits]\nburst = {number * 10}\n"
                                  f"regions = [\"{REGIONS[number % 3]}\", \"{REGIONS[(number + 1) % 3]}\"]\n",
        f"{place}/package.json": json.dumps({"name": f"@acme/{name}", "version": f"1.{number}.{number * 2}", "private": number % 2 == 0,
                                             "scripts": {"build": "make", "test": f"make test-{name}"},
                                             "dependencies": {"left-pad": f"^1.{number}.0", "acme-core": "~2.1.0"}}, indent=2) + "\n",
        f"{place}/tests/test_{name}.txt": f"case 1: ok\ncase 2: {'ok' if number % 2 else 'FAILED'}\n",
    }


def order(number):
    items = [{"sku": f"SKU-{(number * 7 + item) % 13:03}", "quantity": (number + item) % 4 + 1, "price": 5 * ((number + item) % 9) + 0.5}
             for item in range(number % 3 + 1)]
    return {"id": number, "customer": f"c{number * 11 % 17:02}", "region": REGIONS[number % 3], "items": items,
            "status": ("paid", "open", "refunded", "paid")[number % 4],
            "placed": f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}T08:{number % 60:02}:00Z",
            "note": None if number % 5 else f"line one\nline \"two\" of {number} — é"}


def person(number):
    return {"name": ("Ada", "Bo", "Chidi", "Dörte", "Émile", "Fatıma", "Göran", "Hana", "Ivo", "Jörg", "日向", "Zoë")[number],
            "team": TEAMS[number % 4], "age": 24 + number * 7 % 31, "active": number % 3 != 0,
            "skills": list(TOPICS[number % 5:number % 5 + number % 4]),
            "address": {"city": ("Köln", "Oslo", "Pune")[number % 3], "geo": {"lat": 50.5 + number, "lon": -3.25 * number}}}


def log_line(number):
    level = LEVELS[number * 7 % len(LEVELS)]
    return (f"2024-05-{number % 28 + 1:02}T{number % 24:02}:{number * 7 % 60:02}:{number * 13 % 60:02}Z {level} "
            f"[{tuple(SERVICES)[number % 6]}] request={number:05} took={number * 37 % 900}ms user=u{number % 23}"
            f"{' error=timeout' if level == 'ERROR' else ''}\n")


def access_line(number):
    return (f"10.0.{number % 4}.{number * 3 % 250} - - [0{number % 9 + 1}/May/2024:10:{number % 60:02}:00 +0000] "
            f"\"{('GET', 'POST', 'GET', 'DELETE')[number % 4]} /api/v{number % 2 + 1}/{TOPICS[number % 12]}?page={number} HTTP/1.1\" "
            f"{(200, 200, 404, 500, 301)[number % 5]} {number * 97 % 5000} \"-\" \"agent/{number % 3}.0\"\n")


def png():
    """A picture of one red pixel."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")) + chunk(b"IEND", b"")


DOCUMENTS = {
    "README.md": "# Acme handbook\n\nHow we work. Start with [naming](handbook/00-naming.md).\n\n"
                 "- handbook/: rules\n- decisions/: why\n- services/: code\n",
    "AGENTS.md": "# For agents\n\n1. Read handbook/ first.\n"
                 "2. Never guess a port: see services/*/service.yaml.\n3. Quote the rule you follow.\n",
    "CHANGELOG.md": "".join(f"## 1.{minor}.0 - 2024-{minor:02}-01\n\n### Added\n\n- Thing {minor}\n\n### Fixed\n\n- Bug #{minor * 11}\n\n"
                            for minor in range(9, 0, -1)),
    "LICENSE": "Copyright 2024 Acme\n\nPermission is granted to read this.\n",
    "Makefile": "all: test\n\n.PHONY: test\ntest: $(wildcard services/*/tests/*.txt)\n\t@grep -L FAILED $^\n",
    ".editorconfig": "root = true\n\n[*]\nindent_style = space\n",
    ".ignore": "vendor/\n*.min.js\n",
    ".github/workflows/ci.yml": "on: [push]\njobs:\n  test:\n    runs-on: debian\n    steps:\n      - run: make test\n",
    ".hidden/secret plans.md": "# Hidden\n\nTODO: find me with dotglob.\n",
    "vendor/jquery.min.js": "!function(e){var t=e.document;" + "var a=1;" * 400 + "}(window);\n",
    "vendor/LICENSE": "MIT\n",
    "links/about.md": "# Links\n\nSome of them lead nowhere.\n",
    "glossary.md": "| term | means |\n|---|---|\n"
                   "| seat | one user |\n| tenant | one customer |\n| SLO | what we promise |\n| café | where we meet |\n",
}
CONFIGURATION = {
    "config/base.yaml": "defaults: &defaults\n  retries: 3\n  timeout: 30s\n  tags:\n    - one\n    - two\nlog:\n  level: info\n",
    "config/prod.yaml": "defaults:\n  retries: 5\n  timeout: 10s\nlog:\n  level: warn\nsecrets: !vault |\n  not here\n",
    "config/dev.yaml": "defaults:\n  retries: 0\n  timeout: 300s\nlog:\n  level: debug\n",
    "config/app.ini": "; comment\n[server]\nhost = 0.0.0.0\nport=8080\n\n[client]\nhost=localhost\n",
    "config/env.example": "API_URL=https://api.example.org\nAPI_KEY=\nQUOTED=\"a b\"\n# COMMENTED=1\nexport DEBUG=0\n",
    "config/lib.sh": "# sourced by others\nlib_version=2\nlib_join() { local IFS=$1; shift; echo \"$*\"; }\n",
    "config/broken.json": "{\"a\": 1,\n \"b\": [1, 2,, 3]}\n",
    "config/broken.sh": "echo before\nif true; then\n  echo unfinished\n",
    "config/schema.sql": "CREATE TABLE orders (\n  id INTEGER PRIMARY KEY,\n"
                         "  status TEXT NOT NULL -- paid, open, refunded\n);\nCREATE INDEX by_status ON orders(status);\n",
}
DATA = {
    "data/people.json": json.dumps({"version": 3, "people": [person(number) for number in range(12)]}, indent=2, ensure_ascii=False) + "\n",
    "data/orders.ndjson": "".join(json.dumps(order(number), ensure_ascii=False) + "\n" for number in range(1, 121)),
    "data/tree.json": json.dumps({"a": {"b": {"c": [1, [2, [3, {"d": None}]]]}}, "flags": {"x": True, "y": False}, "empty": {}, "list": [],
                                  "big": 12345678901234567890, "float": 1.10, "exp": 1e100, "text": "tab\there \u0000 \U0001F680"}),
    "data/matrix.json": json.dumps([[row * column for column in range(1, 6)] for row in range(1, 6)]) + "\n",
    "data/prices.csv": "plan,price,seats\nfree,0,1\nteam,20,10\nbusiness,80,50\nenterprise,400,1000\n",
    "data/countries.csv": "code,name,capital,population\nDE,Germany,Berlin,83200000\nFR,France,\"Paris, city of light\",67500000\n"
                          "CI,Côte d'Ivoire,Yamoussoukro,27500000\nSE,Sweden,Stockholm,10400000\nXX,\"The \"\"unknown\"\"\",,0\n",
    "data/metrics.tsv": "".join(f"{TEAMS[row % 4]}\t{REGIONS[row % 3]}\t{row * 17 % 101}\t{row * row % 37 / 4}\n" for row in range(40)),
    "data/left.txt": "1 apple\n2 banana\n3 cherry\n5 elder\n",
    "data/right.txt": "1 red\n3 dark\n4 none\n5 black\n5 purple\n",
    "data/versions.txt": "v1.10.0\nv1.2.0\nv1.9.3\nv1.2.0-rc1\nv0.9\n",
    "data/numbers.txt": "10\n9\n-3\n2.5\n1e2\n0x10\n\n007\n1K\n2M\n",
    "data/fixed.txt": "ID  NAME      QTY\n001 bolt      12\n002 nut       7\n003 washer    100\n",
    "data/paragraphs.txt": "The quick brown fox\njumps over the lazy dog.\n\n"
                           "Pack my box with five dozen liquor jugs.\n\n\nHow vexingly quick daft zebras jump!\n",
    "data/duplicates.txt": "b\na\nB\na\nc\nb\na\nA\n\n\n",
}
LOGS = {
    "logs/app.log": "".join(map(log_line, range(1, 401))),
    "logs/access.log": "".join(map(access_line, range(1, 301))),
    "logs/trace.log": "".join(f"step {number}\n  at frame {number}.1\n  at frame {number}.2\n"
                              + ("Caused by: boom\n" if number % 4 == 0 else "")
                              for number in range(1, 13)),
    "logs/windows.log": "first line\r\nsecond line\r\n\r\nlast line\r\n",
    "logs/empty.log": "",
    "logs/archive/old.log": "2019-01-01T00:00:00Z INFO nothing happened\n",
}
TEXTS = {
    "text/unicode.txt": "naïve café\nGRÖSSE größe\nπ ≈ 3.14\nİstanbul ışık\n日本語のテキスト\n🚀 launch 👩‍🚀\ne\u0301 is not é\nЖук жук\n",
    "text/latin1.txt": b"caf\xe9\nna\xefve\nplain\n",
    "text/invalid.txt": b"good\nbad \xff\xfe here\n\xc3(\n\xe2\x82 cut\nend\n",
    "text/utf16.txt": "héllo\nworld\n".encode("utf-16"),
    "text/bom.txt": b"\xef\xbb\xbfwith mark\n",
    "text/no-newline.txt": "one\ntwo\nthree without end",
    "text/crlf.csv": "a,b\r\n1,2\r\n3,4\r\n",
    "text/tabs.txt": "a\tb\tc\n\tindented\n  two spaces\t\n\n\n\ntrailing   \n",
    "text/one-long-line.txt": "".join(f"word{number} " for number in range(30000)) + "\n",
    "text/controls.txt": b"bell\x07 back\x08 esc\x1b[1mbold\x1b[0m form\x0c vt\x0b cr\rover\n",
    "text/blank.txt": "\n\n\n",
    "text/page.txt": "top\n\fsecond page\n\fthird page\n",
}
BLOBS = {
    "blobs/pixel.png": png(),
    "blobs/data.gz": gzip.compress(b"packed\n" * 50, mtime=0),
    "blobs/bytes.bin": bytes(range(256)) * 4,
    "blobs/nul.txt": b"before\0after TODO\nsecond\0line\n",
    "blobs/records.bin": b"".join(struct.pack("<HIf", number, number * 1000, number / 2) for number in range(20)),
    "blobs/nul-separated.list": b"alpha\0beta gamma\0delta\nepsilon\0",
    "blobs/sparse.bin": b"\0" * 5000 + b"needle" + b"\0" * 5000,
    "blobs/fake.elf": b"\x7fELF\x02\x01\x01" + b"\0" * 57,
}
LARGE = {
    "large/big.log": "".join(map(log_line, range(12000))),
    "large/words.txt": "".join(f"{TOPICS[number * 5 % 12]}-{number * 7919 % 20011}\n" for number in range(20000)),
    "large/one-line.json": json.dumps([order(number) for number in range(1200)], separators=(",", ":")),
}
NAMES = (
    "with space.md", "-leading-dash.md", "--help", "new\nline.txt", "tab\there.txt", "it's.md", 'say "hi".md', "star*.md",
    "[brackets].md", "question?.md", "back\\slash.md", "$HOME.md", "emoji-🚀.md", "größe.md", "日本語.md", "composed-é.md",
    "decomposed-e\u0301.md", "a;b.md", "a&b.md", "#hash.md", "~tilde.md", "!bang.md", "trailing space ", "...", ".dotfile",
    "100%.md", "UPPER.MD", "caf\udce9.txt", "{a,b}.md", "`tick`.md", "(paren).md", "a|b.md", "<angle>.md", "a=b.md", "a:b.md",
    "\x01control.md", "comma,.md", "^caret.md", "@at.md", "+plus.md",
)
ODD = {f"odd/{name}": f"content {number}\nTODO {number % 7}\n" for number, name in enumerate(NAMES)}
DEEP = {"deep/" + "".join(f"level{step}/" for step in range(1, depth + 1)) + "note.md": f"depth {depth}\n" for depth in range(1, 21)}
KEPT = {f"{place}/.gitkeep": "" for place in ("empty", "empty/inner", "reports/2024/q1", "reports/2024/q2")}
SCRIPTS = {
    "bin/report": "#!/bin/bash\n# usage: report NAME...\nfor name; do echo \"report on $name\"; done\nexit $(($# + 3))\n",
    "bin/stages.sh": "#!/usr/bin/env bash\nset -euo pipefail\nsource config/lib.sh\nlib_join , dev staging prod\n",
    "bin/no-shebang": "echo no shebang here\n",
    "bin/bad-interpreter": "#!/nonexistent/interpreter\necho never\n",
    "bin/not-executable.sh": "echo \"args: $*\"\n",
}

FILES = {
    **DOCUMENTS, **CONFIGURATION, **DATA, **LOGS, **TEXTS, **BLOBS, **LARGE, **ODD, **DEEP, **KEPT, **SCRIPTS,
    **{f"handbook/{number:02}-{topic}.md": chapter(number, topic) for number, topic in enumerate(TOPICS)},
    **{f"decisions/{number:04}-{title.lower().replace(' ', '-')}.md": decision(number, title)
       for number, title in enumerate(DECISIONS, 1)},
    **{path: content for number, (name, language) in enumerate(SERVICES.items())
       for path, content in service_files(number, name, language).items()},
}
LINKS = {
    "links/readme": "../README.md", "links/dangling": "nowhere/at/all", "links/directory": "../handbook", "links/up": "..",
    "links/first": "second", "links/second": "third", "links/third": "../glossary.md", "links/loop-a": "loop-b", "links/loop-b": "loop-a",
    "links/self": "self", "links/to dangling": "dangling", "links/broken-inside": "../README.md/inside", "current": "handbook/00-naming.md",
    "links/large": "../large/words.txt", "services/latest": "worker",
}
EXECUTABLES = ("bin/report", "bin/stages.sh", "bin/no-shebang", "bin/bad-interpreter", "odd/with space.md", "services/billing/src/main.py")
