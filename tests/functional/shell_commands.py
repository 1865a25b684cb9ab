"""A sample repository and what agents type into a shell to explore one: the tables of test_shell.py.

Two kinds of command are not here. Those whose answer holds the place of the tree or the owner of a file (pwd, realpath,
ls -l as it stands) have tests of their own. Those that the machine decides (date, $RANDOM, $$) have no right answer.
One question has another answer by intention: `test -x FILE` is false, because the tree cannot be executed from.
"""
LINES = "".join(f"line {number} of the long file\n" for number in range(1, 2001))
FILES = {
    "README.md": "# Acme\n\nWhat we share.\n\nSee brand.md and engineering/.\n",
    "brand.md": "# Brand\n\nOur tone is plain.\n\n- The tone never shouts\n- Colours: blue, green\n",
    "terminology.md": "customer\tsomebody who pays\nseat\tone user of a customer\nTone\tsee brand.md\n",
    "engineering/conventions.md": "# Conventions\n\nTODO: error codes\nTone of logs: dry.\n",
    "engineering/on-call.md": "# On call\n\nTODO: rota\n1. Look\n2. Call\n",
    "engineering/deep/er/still/note.md": "tone deep down\n",
    "data/people.json": '{"people": [{"name": "Ada", "team": "core", "age": 36}, {"name": "Bo", "team": "web", "age": 41}]}\n',
    "data/prices.csv": "plan,price,seats\nfree,0,1\nteam,20,10\nbusiness,80,50\n",
    "scripts/hello.sh": "#!/bin/bash\necho hello from a script\n",
    "docs/with space.md": "a name with a space\n",
    "docs/größe.md": "Größe: 5 µm — ok\n",
    "docs/-dash.md": "a name with a dash\n",
    "docs/日本.md": "こんにちは tone\n",
    "empty.txt": "",
    "no-newline.txt": "the last line has no end",
    "crlf.txt": "one\r\ntwo\r\n",
    "latin1.txt": b"caf\xe9\nna\xefve\n",
    "control.txt": b"bell \x07 escape \x1b[31mred\x1b[0m delete \x7f nul \x00 end\n",
    "long.txt": LINES,
    "one-line.txt": "é" * 20000,
}
LINKS = {"link.md": "brand.md", "up": "engineering/..", "dangling": "nowhere", "engineering/brand.md": "../brand.md"}

# Exactly as bash: stdout, stderr, exit code.
SAME = r"""
cat README.md
cat brand.md terminology.md
cat link.md engineering/brand.md
cat 'docs/with space.md' docs/größe.md docs/日本.md
cat ./docs/-dash.md
cat empty.txt
cat no-newline.txt
cat crlf.txt
cat latin1.txt
cat control.txt
cat -A control.txt
cat nothing.md
cat dangling
cat engineering
cat < brand.md
head -3 brand.md
head -c 17 brand.md
tail -2 brand.md
tail -n +3 engineering/on-call.md
sed -n '2,4p' brand.md
sed 's/tone/TONE/g; /^$/d' brand.md
sed -n '131,260p' long.txt
nl -ba brand.md
tac data/prices.csv
rev brand.md
wc README.md brand.md
wc -l < long.txt
wc -m docs/größe.md
sort -t, -k2 -n data/prices.csv
sort -f terminology.md | head -1
cut -d, -f1,3 data/prices.csv
cut -f1 terminology.md | tr a-z A-Z
paste -d: <(cut -d, -f1 data/prices.csv) <(cut -d, -f2 data/prices.csv)
grep -n tone brand.md
grep -c TODO engineering/on-call.md
grep -i -o 'tone[a-z ]*' brand.md terminology.md
grep -E '^[0-9]+\.' engineering/on-call.md
grep -F '[31m' control.txt
grep -v -e '^$' README.md
grep -A1 -B1 plain brand.md
grep -P '\d{2}' data/prices.csv
grep nothing brand.md
grep -q tone brand.md && echo yes
egrep 'blue|green' brand.md
fgrep '1.' engineering/on-call.md
awk -F, 'NR > 1 { total += $2 } END { print total }' data/prices.csv
awk '{ print NF, $0 }' engineering/on-call.md
awk 'BEGIN { exit 7 }'
jq -r '.people[] | select(.age > 40) | .name' data/people.json
jq . data/people.json
jq .people brand.md
rg --no-heading -n tone brand.md
rg -c tone brand.md terminology.md
file README.md data/people.json scripts/hello.sh latin1.txt empty.txt
stat -c '%n %s %A %F %Y' brand.md scripts/hello.sh link.md engineering
ls
ls docs
ls -1 engineering data
ls -d */
ls -a engineering
ls nothing
ls -R engineering
tree
tree -L 1 --dirsfirst
du -b brand.md long.txt
basename engineering/on-call.md .md
dirname engineering/on-call.md
readlink link.md dangling
diff brand.md README.md
diff <(sort brand.md) <(sort README.md)
diff brand.md link.md && echo same
cmp brand.md README.md
comm -12 <(sort brand.md) <(sort README.md)
join -t, <(sort data/prices.csv) <(sort data/prices.csv)
column -t -s, data/prices.csv
strings control.txt
xxd control.txt
od -c latin1.txt
base64 control.txt
md5sum brand.md
sha256sum brand.md | cut -c1-12
cksum < brand.md
fold -w 20 README.md
fmt -w 30 brand.md
expand terminology.md
seq 3 | tac
printf '%s-%03d\n' a 1 b 22
printf 'no newline'
printf '\xff\xfe\x00\x01'
printf '\303'
echo "$HOME $LC_ALL $TZ $TERM"
echo *.md
echo docs/*
echo nothing*
echo {a,b}{1..3}
shopt -s globstar; echo **/*.md
shopt -s nullglob extglob; echo !(*.md) none*
for f in *.md; do printf '%s: ' "$f"; wc -l < "$f"; done
while IFS=, read -r plan price _; do echo "$plan costs $price"; done < data/prices.csv
i=0; until (( i >= 3 )); do echo $((i++)); done
case $(head -c1 README.md) in '#') echo heading;; *) echo text;; esac
count() { grep -c "$1" "$2"; }; count tone brand.md
names=(*.md); echo "${#names[@]} ${names[1]} ${names[@]: -1}"
declare -A seen=([a]=1 [b]=2); for k in a b; do echo "$k=${seen[$k]}"; done
mapfile -t lines < brand.md; echo "${lines[2]^^}"
x=engineering/on-call.md; echo "${x##*/} ${x%%/*} ${x/on/off} ${#x}"
echo "$(cat brand.md | head -1) and `wc -l < brand.md`"
cat <<< "a here-string"
cd engineering && ls && cd .. && cat empty.txt
(cd docs; echo *.md) ; echo "${PWD##*/x}" | wc -l
[[ -f brand.md && -r scripts/hello.sh && -x docs && ! -e nothing ]] && echo checked
[ -L link.md ] && [ -d up ] && test -s brand.md && echo tested
true
false
exit 3
(exit 4) || echo "was $?"
false | true; echo "${PIPESTATUS[@]}"
set -o pipefail; false | cat
set -e; false; echo never
set -u; echo "$unset_name"
cat long.txt | head -2
yes | head -3
seq 100000 | head -1
kill -TERM $$
trap 'echo bye' EXIT; echo hi
echo out; echo err >&2
ls nothing brand.md
{ echo a; echo b >&2; } 2>&1 | sort
cat brand.md | tee_is_not_here 2>/dev/null || echo "was $?"
if then
echo 'unbalanced
echo $(
for
((
x=(1 2
echo "a" | | cat
printf 'a\tb\r\nc'
xargs -n1 echo < <(printf '1 2\n3')
printf '%s\0' *.md | xargs -0 -n1 basename
date -u -d @0 +%F
expr 6 \* 7
echo $'tab\there' | cat -T
read -r x; echo "$? [$x]"
type -t cat cd count_is_not_there
. engineering/nothing
time_is=1 printenv_is_not_here 2>/dev/null; echo $?
exec cat brand.md
ulimit_is() { return 9; }; ulimit_is
! true
: > /dev/null; echo gone > /dev/null; echo $?
for i in 1 2 3; do (echo $i) & wait; done
coproc cat_it { cat; }; echo to >&${cat_it[1]}; exec {cat_it[1]}>&-; cat <&${cat_it[0]}
""".strip().splitlines() + [
    "cat <<'END'\n$HOME stays\nEND",
    "cat <<END\ntwo is $((1+1))\nEND",
    "cat <<-END | tr a-z A-Z\n\tindented\n\tEND",
    "cat <<END\ncut off",
    "echo one\necho two # a comment\n\n# nothing\nexit 5",
    "for f in brand.md \\\n  README.md\ndo\n  wc -l \"$f\"\ndone",
    "cat <<END | wc -c\n$(seq 1 30000)\nEND",
]

# The order of a directory is the file system's: sorted, as bash in a checkout; exactly, as bash in the server's snapshot.
ANY_ORDER = r"""
find . -name '*.md' -type f
find . -type f -size -1k
find . -type l -printf '%p -> %l\n'
find engineering -maxdepth 1 -type f
find . -name '*.md' -exec grep -l tone {} +
find . -name '*.md' -exec grep -n TODO {} \;
find . -type f -print0 | xargs -0 grep -l tone
find . -name '*.md' | xargs -d '\n' wc -c
find . -path ./docs -prune -o -type f -print
find -L up -maxdepth 1 -name '*.csv'
grep -rn tone .
grep -rniI 'tone' . --include='*.md'
grep -rl TODO engineering
grep -rc tone engineering
rg tone
rg -l --sort path TODO
rg --files -g '*.md'
du -a --apparent-size .
ls -f docs
find . -type d | while read -r d; do echo "$d: $(ls "$d" | wc -l)"; done
""".strip().splitlines()

# In tier 3 there is no /tmp: tac keeps a copy of a pipe there, bash a here-document that is larger than a pipe.
NEEDS_TMP = {command for command in SAME if command == "seq 3 | tac" or "seq 1 30000" in command}
