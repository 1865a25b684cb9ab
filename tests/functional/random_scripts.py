#!/usr/bin/env python3
"""Bash scripts made at random: what somebody might write, what nobody would, and what has been cut or mixed up.

    tests/functional/random_scripts.py SEED NUMBER      prints script NUMBER of that seed

A script is the same whenever its seed and number are. Most come from the grammar below, with the toolbox's programs and
operands from the sample tree, /proc, /dev, /tmp and places outside; the others are fragments of scripts that work, mixed up.
They try to write everywhere and to signal everything, so they are for the sandbox alone.
"""
import random
import re
import sys

from shell_commands import ANY_ORDER, FILES, LINKS, SAME

LONGEST = 32768  # bytes the tool takes
MARK = "lightfast-random-script"  # in the name of each file that a script makes outside the tree
PLACES = "/ /dev /dev/shm /etc /home /proc /repo /root /run /srv /tmp /usr/bin /usr/lib /var/tmp".split()

# A program with options that fit more or less; words and redirections follow.
PROGRAMS = r"""
awk '{ print $1 }'
awk -F, 'BEGIN { while (i++ < 1000) print i } END { print NR }'
awk 'BEGIN { system("echo x"); print "x" > "/tmp/x"; getline x < "README.md"; print x | "cat" }'
base64 -w0
base64 -di
basename -a
bash -c 'echo x; exec bash -c "echo y"'
bash -i
bash -x scripts/hello.sh
bash -s
cat
cat -A
cat -n -
cksum
cmp
column -ts,
comm -12
cut -d, -f1
cut -b2-
date -r README.md
date -s 2000-01-01
diff -ur
dirname
du -ab
echo -e
expand -t 3
expr 1 /
file -bz
find -type f -exec cat {} +
find -name '*.md' -exec kill -9 {} \;
find -delete
find -L -print0 -fprint /tmp/x
find -size -1k -execdir ls {} \;
fmt -w 20
fold -w 10
grep -rn tone
grep -P '^(a+)+$'
grep -E '((a|b)*c)*' -rho
grep -vzf README.md
head -c 100
head -n -5
join -t, -a1
jq .
jq -n '[range(1000)] | add'
jq -n 'repeat(1)'
jq -rs '.. | strings'
ls -la
ls -R
md5sum
nl -ba
od -c
od -xN 64
paste -sd,
printf '%s\n'
printf '%1000000d\xff'
printf -v x %b
pwd
readlink -f
realpath
rev
rg tone
rg -uuu -j 8 .
rg --pre cat -z x
sed -n 1p
sed -i s/a/b/
sed '$!d; w /tmp/x'
sed ':a;ba'
sed '1e echo x'
sed -E 's/((a*)*)*x/\1/'
seq 10
seq 1 3 100000
sha1sum
sha256sum
sleep 0.01
sleep 0.1
sleep 10
sleep infinity
sort
sort -R --parallel=8
sort -uo /tmp/x
stat -c %s
stat -f
strings -an 2
tac
tail -2
tail -f
tail -c +50
test -x
tr a-z A-Z
tr '\0' x
tree -a
tree -o /tmp/x
uniq -c
wc
wc --files0-from=-
which -a
xargs -n1 echo
xargs -0P 4 -I{} cat {}
xargs bash -c
xargs kill
xxd
xxd -r -s 2147483647
yes | head -5
[ -f
""".strip().splitlines()

BUILTINS = r"""
.;alias x=;bg;bind -l;break 99;builtin;caller;cd;command -V;compgen -A file;continue;coproc;declare -i x=;declare -p;dirs;disown -a
enable -a;enable -d lightfast_zygote;enable -f lightfast_zygote.so x;eval;exec;exit;export x=;fc -l;fg;getopts ab x;hash -r;help;history
jobs;kill -l;let x=;lightfast_zygote;local x=;logout;mapfile -t x <;popd;printf %s;pushd;read -r x <;read -t 0.01 x;readonly x=;return
set --;set -e;set -f;set -o posix;set -u;set -x;shift;shopt -s extglob nullglob globstar;source;suspend;time;times;trap -p;type -a
ulimit -a;ulimit -c unlimited;ulimit -n 5;ulimit -v 1000;umask 0;unset x;wait
""".strip().replace("\n", ";").split(";")

# Small shapes of what takes all it can get; tests/functional/test_limits.py has what each must come to.
BOMBS = r"""
:(){ :|:& };:
f() { f | f & }; f
f() { f; }; f
f() { f < <(f); }; f
x=xxxxxxxx; while :; do x=$x$x; done
x=({1..1000000}); echo ${x[@]}
echo {1..3000000}
printf '%*s' 200000000 x
yes
yes >&2
yes > /tmp/x
cat /dev/zero
cat /dev/urandom | od -c | cat >&2
tr '\0' x < /dev/zero | tail -c 900000000
while :; do sleep 10 & done
for i in {1..10000}; do : > /tmp/$i; done
exec 3<> /tmp/x; while :; do echo x >&3; done
seq 100000000 | sort
ls -R /
find / -exec cat {} +
grep -r . /proc
trap '' TERM HUP; while :; do :; done & exit
while :; do (exec bash -c 'kill -9 $PPID'); done
coproc f { yes; }; cat <&${f[0]}
eval "$(printf 'echo x;%.0s' {1..2000})"
awk 'BEGIN { while (1) a[n++] = n }'
jq -n '[limit(9999999; repeat(1))]'
""".strip().splitlines()

# What may stand for a name in «»: one of the lines; ¶ is a line feed in it. What no line stands for is made by Script.
GRAMMAR = {name: lines.strip("\n").split("\n") for name, lines in {
    "command": r"""
«simple»
«simple»
«simple»
«pipeline»
«list»
«loop»
«condition»
«group»
«function»
«here_document»
«background»
«descriptors»
«trap»
""", "simple": r"""
«program» «words» «redirections»
«program» «words» «redirections»
«program» «words» «redirections»
«builtin» «words» «redirections»
«name» «words»
«assignment»
kill -«signal» «whom»
«missing»
""", "pipeline": r"""
«command» | «command»
«command» | «command» | «command»
«command» |& «command»
«command» | head -2
""", "list": r"""
«command»; «command»
«command» && «command»
«command» || «command»; «command»
""", "loop": r"""
for x in «words»; do «command»; done
for ((i = 0; i < 10; i++)); do «command»; done
for i in {1..300}; do «simple»; done
for x; do «command»; done
while read -r x; do «command»; done < «tree»
find . -type f | while read -r x; do «command»; done
i=0; until ((i++ > 5)); do «command»; «list»; done
while :; do «command»; done
until false; do «command»; done
while «command»; do «command»; break; done
select x in a b; do «command»; break; done <<< 1
""", "condition": r"""
if «command»; then «command»; else «command»; fi
if [[ «word» «comparison» «word» ]]; then «command»; fi
case «word» in a*) «command»;; *) «command»;& esac
((«arithmetic»)) && «command»
{ ! «command»; }
""", "group": r"""
( «list» ) «redirections»
{ «list»; } «redirections»
time { «command»; }
""", "function": r"""
«name»() { «command»; }; «name» «words»
«name»() ( «list» ) «redirections»; «name»
f() { (($1 > 0)) && f $(($1 - 1)) && «command»; }; f 20
f() { «command»; f | «command»; }; f
function «name» { local x=«word»; «command»; return «word»; }
""", "here_document": r"""
{ «simple» <<END¶«word» «word»¶$(«command»)¶END¶}
{ «simple» <<'END'¶«words»¶END¶«command»; }
{ «simple» <<-\E | «command»¶	«words»¶	E¶}
{ cat <<ONE; cat <<TWO; }¶«words»¶ONE¶«words»¶TWO¶:
""", "background": r"""
«command» & «command»
«command» & wait
«command» & disown; «command»
«command» & kill %1
(«command» &)
set -m; «command» & «command»; fg
{ bash -mc '«program» &' & }
coproc { «command»; }; cat <&${COPROC[0]}; echo x >&${COPROC[1]}
«command» & «command» & wait -n
""", "descriptors": r"""
exec 3<&0 4>&1 5>&2; «command»
exec >&-; «command»
exec 2>&- <&-; «command»
exec 3<> «word»; cat <&3; echo x >&3
exec 1>&2; «command»
exec {x}< «word»; cat <&$x; exec {x}<&-
for i in {3..300}; do eval "exec $i</dev/null"; done
exec > >(«command»); «command»
exec 0<&1; cat
exec 3>&1 1>&2 2>&3 3>&-; «command»
exec «program» «words»
""", "trap": r"""
trap «quoted» EXIT; «command»
trap '«program»' EXIT HUP INT TERM; «command»; kill $$
trap '«builtin»' DEBUG; «command»; «command»
trap 'echo $LINENO; false' ERR RETURN; «list»
trap '' CHLD TERM; «command» & «command»
trap 'kill -9 0' 0; «command»
""", "assignment": r"""
x=«word»
x+=(«words»)
declare -A x=([«word»]=«word»); echo "${!x[@]}"
x[«arithmetic»]=«word»
x=y «program» «words»
IFS=«quoted»
PATH=«word»; «program»
BASH_ENV=«word» ENV=«word» bash -c :
LD_PRELOAD=«outside» cat «tree»
unset PATH; «program»
PS4='$(echo x >&2)+'; set -x; «command»
TMOUT=1; read x
""", "missing": r"""
curl http://127.0.0.1/
touch «outside»
rm -rf / «outside»
mkdir «outside»
chmod 777 . «outside»
mount -o remount,rw /
python3 -c 1
./scripts/hello.sh
tee «outside»
sudo ls
/bin/sh -c '«program»'
""", "words": r"""
«»
«word»
«word»
«word» «word»
«word» «word» «word» «word»
""", "word": r"""
«tree»
«tree»
«tree»
«quoted»
«odd»
«special»
«substitution»
«outside»
""", "odd": r"""
''
"$x"
${x[@]}
"${x[*]}"
$'\xff\x00\x1b[2J'
--
-n
\
~
~root
!
{a,b{1..3}}
?*
[!a]*
$@
$!
$BASHPID
${!x}
${x:?gone}
${x:=y}
${x//a/b}
${x:1:2}${x^^}${#x}${x@Q}
$RANDOM
9223372036854775808
-1
日本
é‮
""", "special": r"""
/dev/null
/dev/zero
/dev/urandom
/dev/tty
/dev/stdin
/dev/stdout
/dev/tcp/127.0.0.1/22
/dev/udp/127.0.0.1/53
/proc/1/cmdline
/proc/1/fd/1
/proc/1/root/etc/passwd
/proc/self/environ
/proc/self/mem
/proc/self/exe
/proc/self/attr/exec
/proc/*/maps
/proc/sys/kernel/core_pattern
/proc/sysrq-trigger
/proc/mounts
/etc/passwd
/etc/shadow
/usr/bin/bash
/sys/kernel
/*/*
../../..
/tmp/x
""", "substitution": r"""
$(«command»)
"$(«command»)"
`«program»`
<(«command»)
>(«command»)
$((«arithmetic»))
$(< «tree»)
""", "arithmetic": r"""
1+1
x++
x=RANDOM%9
1/0
2**62*4
x?y:z
08
1<<63
-1>>1
16#ff
x[$(«program»)]
""", "redirections": r"""
«»
«»
«»
«redirection»
«redirection» «redirection»
""", "redirection": r"""
> «word»
>> «outside»
< «word»
<> «outside»
>| «special»
2>&1
>&2
2> «word»
&> «word»
3>&1
9>&-
0<&-
>&-
<<< «word»
""", "comparison": "==\n=~\n-nt\n<\n-eq\n-ef", "name": "f\ng\nls\ncd\ncat\ncommand_not_found_handle\nexit\né",
    "": "", "signal": "0\n9\nTERM\nSTOP\nTSTP\nHUP\nINT\nCONT\nSEGV\nCHLD\nUSR1\nPIPE\nXCPU\n64",
}.items()}
GRAMMAR |= {"program": PROGRAMS, "builtin": BUILTINS, "bomb": BOMBS,
            "tree": [*FILES, *LINKS, *". docs engineering data nothing *.md docs/* **/*".split()]}
SMALL = {"command": ["«simple»"], "list": ["«simple»"], "substitution": ["$(pwd)"], "words": ["«tree»"]}  # when enough has been made

NESTED = [("(", ")"), ("$(", ")"), ("{ ", ";}"), ("$((", "))"), ("if :; then ", "; fi"), ('"$(', ')"'), ("${x:-", "}"), ("<(", ")"),
          ("x[", "]"), ("[[ (", ") ]]"), ("for x in 1; do ", "; done"), ("case x in x) ", ";; esac"), ("f() { ", "; }"), ("! ", ""),
          ("eval ", ""), ("{a,", "}"), ("`", "`"), ("<<END ", "\nEND\n"), ("while :; do ", "; done"), ("\\", ""), ("f | ", "")]
CONTROLS = ["\x00", "\x01", "\x07", "\b", "\x1b[2J", "\x1b]0;title\x07", "\x7f", "\r", "\r\n", "\x0c", "\x85", "\u2028", "\ufeff",
            "\U0010ffff"]
QUOTED = ["a", " ", "'", '"', "\\", "$x", "`", "$(echo b)", "\n", "*", "é", "\t", "!", "${", "}"]
SIGNS = "|&;<>()$`\\\"'{}#!*?[]~=%\n "


class Script:
    """One script. `targets` are ids of processes outside that it may try to signal, `files` paths that it may try to change."""

    def __init__(self, seed, number, targets=(), files=()):
        self.random = random.Random(f"{seed}-{number}")
        self.left = self.random.choice([5, 20, 60])  # how many more commands it may have
        made = [f"{place.rstrip('/')}/{MARK}" for place in PLACES]
        self.own = {"outside": [*map(str, files), *made], "whom": [*"$$ $! 0 -1 1 $PPID %1 2 -2 $BASHPID".split(), *map(str, targets)]}

    def text(self):
        made = self.random.choices([self.lines, self.mixed, self.bomb, self.nested, self.noise], [70, 15, 4, 5, 6])[0]()
        for change in (self.cut, self.with_controls, self.spoiled):
            if self.random.random() < 0.07:
                made = change(made)
        while len(made.encode()) > LONGEST:
            made = made[:len(made) * 2 // 3]
        return made or ":"

    def filled(self, text):
        """`text` with one of its lines for each name in «»."""
        return re.sub("«(.*?)»", lambda found: self.made(found[1]), text.replace("¶", "\n"))

    def made(self, name):
        if name == "quoted":
            return self.quoted()
        self.left -= name == "command"
        choices = self.own.get(name) or (SMALL if self.left < 0 and name in SMALL else GRAMMAR)[name]
        return self.filled(self.random.choice(choices))

    def quoted(self):
        """A word in quotes, which are not closed now and then."""
        quote, forbidden = self.random.choice([("'", ["'"]), ('"', ['"', "`", "\\", "${"]), ("$'", ["'", "\\"])])
        pieces = QUOTED if self.random.random() < 0.05 else [piece for piece in QUOTED if piece not in forbidden]
        return quote + "".join(self.random.choices(pieces, k=5)) + quote[-1]

    def lines(self):
        return "\n".join(self.filled("«command»") for _ in range(self.random.choice([1, 1, 2, 4])))

    def bomb(self):
        return self.filled(self.random.choice(["«bomb»", "«simple»; «bomb»", "«bomb» & «bomb»", "(«bomb») | «simple»"]))

    def nested(self):
        opening, closing = self.random.choice(NESTED)
        depth = self.random.choice([3, 20, 200, 2000])
        return f"echo {opening * depth}echo x{closing * self.random.choice([depth, depth, depth - 1, 0])}"

    def noise(self):
        letters = self.random.choice([SIGNS + "ab1", "".join(map(chr, range(1, 128))), "".join(CONTROLS) + SIGNS + "é日"])
        return "".join(self.random.choices(letters, k=self.random.choice([3, 30, 300, 3000])))

    def mixed(self):
        """Fragments of scripts that work, put together at the wrong places."""
        scripts = self.random.choices(SAME + ANY_ORDER, k=self.random.choice([1, 2, 3]))
        fragments = [script[:self.random.choice([len(script), self.random.randint(0, len(script))])] for script in scripts]
        return self.spoiled(self.random.choice(["\n", "; ", " | ", " ", ""]).join(fragments))

    def cut(self, text):
        return text[:self.random.randint(1, max(len(text), 1))]

    def with_controls(self, text):
        for _ in range(self.random.randint(1, 5)):
            at = self.random.randint(0, len(text))
            text = text[:at] + self.random.choice(CONTROLS) + text[at:]
        return text

    def spoiled(self, text):
        """Pieces left out, doubled, turned around, or replaced by signs that mean something."""
        for _ in range(self.random.randint(1, 4)):
            start = self.random.randint(0, len(text))
            end = min(len(text), start + self.random.randint(0, 6))
            piece = text[start:end]
            text = text[:start] + self.random.choice(["", piece * 2, piece[::-1], self.random.choice(SIGNS)]) + text[end:]
        return text


if __name__ == "__main__":
    print(Script(sys.argv[1], int(sys.argv[2])).text())
