"""Commands that are meant to answer otherwise than bash outside."""
import collections

# What bash answers in a copy of the tree that may be written to, and the sandbox: stdout, then stderr and the exit code as the tool
# shows them. In tier 3 the kernel refuses to open files with other words, so `inside` is read with these, or is as `in_tier_3` says.
Refused = collections.namedtuple("Refused", "command outside inside in_tier_3", defaults=[None])
READ_ONLY = [
    Refused("echo new > new.md; cat new.md", "new\n",
            "bash: line 1: new.md: Read-only file system\ncat: new.md: No such file or directory\n[exit 1]"),
    Refused("echo more >> glossary.md && tail -1 glossary.md", "more\n", "bash: line 1: glossary.md: Read-only file system\n[exit 1]"),
    Refused(": > README.md; wc -c < README.md", "0\n", "130\nbash: line 1: README.md: Read-only file system\n"),
    Refused("cat > note.md <<< text; cat note.md", "text\n",
            "bash: line 1: note.md: Read-only file system\ncat: note.md: No such file or directory\n[exit 1]"),
    Refused("ls &> listing.txt; wc -l < listing.txt", "24\n",
            "bash: line 1: listing.txt: Read-only file system\nbash: line 1: listing.txt: No such file or directory\n[exit 1]"),
    Refused('exec 3<> both.txt; echo "code $?"', "code 0\n", "code 1\nbash: line 1: both.txt: Read-only file system\n"),
    Refused("exec > all.txt; echo written", "", "written\nbash: line 1: all.txt: Read-only file system\n"),
    Refused("sed -i 's/Acme/Other/' README.md; head -1 README.md", "# Other handbook\n",
            "# Acme handbook\nsed: couldn't open temporary file ./sedXXXXXX: Read-only file system\n"),
    Refused("sed -i.bak 1d data/left.txt; ls data/left*", "data/left.txt\ndata/left.txt.bak\n",
            "data/left.txt\nsed: couldn't open temporary file data/sedXXXXXX: Read-only file system\n"),
    Refused("sed -n 'w copy.txt' data/left.txt; wc -l < copy.txt", "4\n",
            "sed: couldn't open file copy.txt: Read-only file system\nbash: line 1: copy.txt: No such file or directory\n[exit 1]"),
    Refused("sort -o data/left.txt data/left.txt; echo $?", "0\n", "2\nsort: open failed: data/left.txt: Read-only file system\n"),
    Refused("sort data/left.txt -o sorted.txt && head -1 sorted.txt", "1 apple\n",
            "sort: open failed: sorted.txt: Read-only file system\n[exit 2]"),
    Refused("uniq data/left.txt out.txt; echo $?", "0\n", "1\nuniq: out.txt: Read-only file system\n"),
    Refused("awk '{ print $2 > $1 \".out\" }' data/left.txt; cat 5.out", "elder\n",
            "awk: cannot open \"1.out\" for output (Read-only file system)\ncat: 5.out: No such file or directory\n[exit 1]"),
    Refused("awk '{ print > \"out\" }' data/left.txt; echo $?", "0\n", "2\nawk: cannot open \"out\" for output (Read-only file system)\n"),
    Refused("find config -name '*.ini' -delete; ls config/app.ini", "ls: cannot access 'config/app.ini': No such file or "
            "directory\n[exit 2]",
            "config/app.ini\nfind: cannot delete ‘config/app.ini’: Read-only file system\n",
            "config/app.ini\nfind: cannot delete ‘config/app.ini’: Read-only file system\n"),
    Refused("find config -fprint found.txt; wc -l < found.txt", "10\n",
            "find: ‘found.txt’: Read-only file system\nbash: line 1: found.txt: No such file or directory\n[exit 1]"),
    Refused("find config -fprintf found.txt '%f'; echo $?", "0\n", "1\nfind: ‘found.txt’: Read-only file system\n"),
    Refused("tree -o tree.txt bin; echo $?", "0\n", "1\ntree: invalid filename 'tree.txt'\n"),
    Refused("xxd LICENSE hex.txt; echo $?", "0\n", "3\nxxd: hex.txt: Read-only file system\n"),
    Refused("xxd -r <(xxd LICENSE) LICENSE.copy; echo $?", "0\n", "3\nxxd: LICENSE.copy: Read-only file system\n"),
    Refused("{ echo a; echo b; } > lines.txt || echo failed", "", "failed\nbash: line 1: lines.txt: Read-only file system\n"),
    Refused("(set -e; echo x > new.md; echo never seen inside)", "never seen inside\n",
            "bash: line 1: new.md: Read-only file system\n[exit 1]"),
    Refused("if ! : > probe 2>/dev/null; then echo cannot write; else echo can write; fi", "can write\n",
            "cannot write\nbash: line 1: probe: Read-only file system\n"),
    Refused("[ -w README.md ]; echo $?", "0\n", "1\n", "0\n"),
    Refused("test -w .; echo $?", "0\n", "1\n", "0\n"),
    Refused("[[ -w data && -w data/left.txt ]] && echo writable || echo not writable", "writable\n", "not writable\n", "writable\n"),
    Refused("find data -writable -name 'left*'", "data/left.txt\n", "", "data/left.txt\n"),
    Refused("[ -x bin/report ]; echo $?", "0\n", "1\n", "0\n"),
    Refused("[[ -x bin/stages.sh ]] && echo can run || echo cannot run", "can run\n", "cannot run\n", "can run\n"),
    Refused("find bin -type f -executable | sort", "bin/bad-interpreter\nbin/no-shebang\nbin/report\nbin/stages.sh\n",
            "",
            "bin/bad-interpreter\nbin/no-shebang\nbin/report\nbin/stages.sh\n"),
    Refused("./bin/report one", "report on one\n[exit 4]",
            "bash: line 1: ./bin/report: Permission denied\n[exit 126]",
            "bash: ./bin/report: /bin/bash: bad interpreter: Permission denied\n[exit 126]"),
    Refused("bin/stages.sh", "dev,staging,prod\n",
            "bash: line 1: bin/stages.sh: Permission denied\n[exit 126]",
            "bash: bin/stages.sh: /usr/bin/env: bad interpreter: Permission denied\n[exit 126]"),
    Refused("bin/no-shebang", "no shebang here\n", "bash: line 1: bin/no-shebang: Permission denied\n[exit 126]"),
    Refused("bin/bad-interpreter", "bash: line 1: bin/bad-interpreter: cannot execute: required file not found\n[exit 127]",
            "bash: line 1: bin/bad-interpreter: Permission denied\n[exit 126]",
            "bash: bin/bad-interpreter: /nonexistent/interpreter: bad interpreter: Permission denied\n[exit 126]"),
    Refused("PATH=$PATH:bin; report x", "report on x\n[exit 4]",
            "bash: line 1: bin/report: Permission denied\n[exit 126]",
            "bash: bin/report: /bin/bash: bad interpreter: Permission denied\n[exit 126]"),
    Refused("find bin -name report -exec {} y \\;", "report on y\n", "find: ‘bin/report’: Permission denied\n"),
    Refused("xargs -n1 bin/report <<< z", "report on z\n[exit 123]", "xargs: bin/report: Permission denied\n[exit 126]"),
    Refused("type bin/report", "bin/report is bin/report\n",
            "bash: line 1: type: bin/report: not found\n[exit 1]",
            "bin/report is bin/report\n"),
    Refused("command -v bin/report", "bin/report\n", "[exit 1]", "bin/report\n"),
    Refused("which bin/report", "bin/report\n", "[exit 1]", "bin/report\n"),
    Refused("bash -c 'bin/report'", "[exit 3]",
            "bash: line 1: bin/report: Permission denied\n[exit 126]",
            "bash: bin/report: /bin/bash: bad interpreter: Permission denied\n[exit 126]"),
    Refused("time=1 ./services/billing/src/main.py", "1.19\n",
            "bash: line 1: ./services/billing/src/main.py: Permission denied\n[exit 126]",
            "bash: ./services/billing/src/main.py: /usr/bin/env: bad interpreter: Permission denied\n[exit 126]"),
    Refused('mapfile -t a < <(./bin/report a b); echo "${a[1]}"', "report on b\n",
            "\nbash: line 1: ./bin/report: Permission denied\n",
            "\nbash: ./bin/report: /bin/bash: bad interpreter: Permission denied\n"),
    Refused("echo x > 'odd/with space.md'; cat 'odd/with space.md'", "x\n",
            "content 0\nTODO 0\nbash: line 1: odd/with space.md: Read-only file system\n"),
    Refused("printf x > config/app.ini; echo $?; wc -c < config/app.ini", "0\n1\n",
            "1\n69\nbash: line 1: config/app.ini: Read-only file system\n"),
    Refused("trap 'echo bye > end.txt' EXIT; echo hi", "hi\n", "hi\nbash: line 1: end.txt: Read-only file system\n"),
    Refused('while read -r n w; do echo "$w" > "$n.txt"; done < data/left.txt; ls [0-9].txt', "1.txt\n2.txt\n3.txt\n5.txt\n",
            "bash: line 1: 1.txt: Read-only file system\nbash: line 1: 2.txt: Read-only file system\n"
            "bash: line 1: 3.txt: Read-only file system\nbash: line 1: 5.txt: Read-only file system\n"
            "ls: cannot access '[0-9].txt': No such file or directory\n[exit 2]"),
    Refused('for f in handbook/0[01]*; do grep -c a "$f" > "$f.count"; done; echo $?', "0\n",
            "1\nbash: line 1: handbook/00-naming.md.count: Read-only file system\n"
            "bash: line 1: handbook/01-errors.md.count: Read-only file system\n"),
    Refused("comm -12 data/left.txt data/right.txt > common.txt; echo $?; cat common.txt", "0\n",
            "1\nbash: line 1: common.txt: Read-only file system\ncat: common.txt: No such file or directory\n[exit 1]"),
    Refused("bash -c 'echo x > inner'; echo $?", "0\n", "1\nbash: line 1: inner: Read-only file system\n"),
    Refused("eval 'echo x > evaluated'; echo $?", "0\n", "1\nbash: line 1: evaluated: Read-only file system\n"),
    Refused("f() { echo x; } > function.out; f; echo $?", "0\n", "1\nenvironment: line 1: function.out: Read-only file system\n"),
    Refused("coproc { echo x > co.txt; }; wait $!; echo $?", "0\n", "1\nbash: line 1: co.txt: Read-only file system\n"),
    Refused("declare -p HOME > vars.sh; echo $?", "0\n", "1\nbash: line 1: vars.sh: Read-only file system\n"),
    Refused("rg --files > files.txt; echo $?", "0\n", "1\nbash: line 1: files.txt: Read-only file system\n"),
    Refused("echo x >| LICENSE; head -1 LICENSE", "x\n", "Copyright 2024 Acme\nbash: line 1: LICENSE: Read-only file system\n"),
    Refused("echo x > links/readme; head -1 README.md", "x\n", "# Acme handbook\nbash: line 1: links/readme: Read-only file system\n"),
]

# What the sandbox is said to do otherwise (docs/shell.md): each with the reason. `tiers` says where; where the machine has no file
# `needs`, bash outside answers no better.
Difference = collections.namedtuple("Difference", "tiers reason commands needs", defaults=["/"])
SAID = [
    Difference({1, 2}, "/bin/sh is bash, which awk's system() starts; outside it is dash", r"""
awk 'BEGIN { system("echo \"a\\tb\"") }'
""", needs="/usr/bin/dash"),
    Difference({1, 2, 3}, "a function answers for absent programs, which a shell outside does not have", r"""
declare -F
compgen -A function
type -t command_not_found_handle
"""),
    Difference({3}, "without a /proc of its own a sandbox cannot read what is mounted", r"""
find . -fstype nonsense
find README.md -printf '%F\n' | wc -l
"""),
]
