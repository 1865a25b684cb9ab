"""How agents look for files and words: find, grep, rg; a command a line, or two where a backslash ends the first."""

SEARCHES = {
    "find, in an order of its own": r"""
find . -type f | sort
find . -type f | LC_ALL=C sort -r | head -20
find . -type f -print0 | sort -z | xargs -0 ls -1d | tail -50
find . -type d -empty | sort
find . -type f -empty | sort
find . -name '.*' -not -name . | sort
find . -not -path '*/.*' -type f -name '*.yaml' | sort
find . -iname '*.MD' -path './odd/*' | sort
find . -regex '.*/[0-9]+-[a-z]+\.md' | sort
find . -regextype posix-extended -regex '.*\.(toml|ya?ml)' | sort
find . -regextype egrep -iregex '.*/(readme|license)(\.md)?' | sort
find . -type f -size +100k -printf '%s %p\n' | sort -n
find . -type f -size -2 -size +0 | sort | head
find . -type f -size 0c | sort
find . -maxdepth 1 -mindepth 1 -printf '%y %f\n' | sort
find . -perm -u+x -type f | sort
find . -perm 644 -name '*.sh' | sort
find . -perm /111 -type f -printf '%m %M %p\n' | sort
find . -type l -printf '%p -> %l (%Y)\n' 2>&1 | sort
find . -xtype l | sort
find . -type l ! -exec test -e {} \; -print | sort
find links -lname '*README*' | sort
find -L links/directory -type f | sort
find -L links/loop-a links/self
find -H links/directory -name '0[0-3]*' | sort
find links/directory -name '*.md'
find links/directory/ -name '*.md' | sort
find -P links -type f
find . -type f -newer README.md
find . -type f -mtime +1 | wc -l
find . -type f -newermt 2023-11-14 ! -newermt '2023-11-15' | wc -l
find . -type f -printf '%TY-%Tm-%Td %TH:%TM:%TS %p\n' | sort | head -5
find . -type f -printf '%T@ %A@\n' | cut -d' ' -f1 | sort -u
find . -type f -printf '%h\n' | sort | uniq -c | sort -k1,1nr -k2
find . -type f -name '*.*' -printf '%f\n' | sed 's/.*\.//' | sort | uniq -c | sort -rn -k1,1 -k2
find . -type f -printf '%d %P\n' | sort -k1,1nr -k2 | head -5
find . -depth -path './deep/*' -type d | tail -3
find . -name vendor -prune -o -name '*.min.js' -print
find . \( -name vendor -o -name odd -o -name large \) -prune -o -type f -name '*.md' -print | sort
find . -path './services/*/src/*' -type f -exec basename {} \; | sort
find . -name package.json -not -path '*/node_modules/*' -exec jq -r '"\(.name)@\(.version)"' {} + | sort
find . -name '*.md' -exec sh -c 'printf "%s %s\n" "$(wc -l < "$1")" "$1"' _ {} \; | sort -n | tail
find . -name '*.md' -exec bash -c 'for f; do echo "${f##*/}"; done' _ {} + | sort | head -12
find handbook -type f -execdir echo {} \; | sort
find . -type f -name 'README.md' -ok echo {} \;
find . -samefile README.md
find . -inum 0
find . -name '*.md' -quit
find README.md -printf '%p|%f|%h|%H|%P|%s|%k|%n|%y|%m\n' | cut -d'|' -f1-6,9-
find . -name nothing
find nothing
find . nothing -name README.md -maxdepth 1
find . -name
find . -nonsense
find . -type q
find . -size abc
find . -maxdepth x
find . -regextype nonsense -regex x
find . -regex '*\(' | head -3
find . -exec echo {}
find . \( -name a
find . -newer nothing
find . -name 'README.md' -and -or
find -O3 . -maxdepth 0
find . -maxdepth 0 -printf '%q\n'
find . -maxdepth 1 -type f,l | sort
find odd -type f -print0 | sort -z | tr '\0' '\n'
find odd -name '*[[:space:]]*' -print | sort
find odd -name '\[*' -o -name '*\\*' | sort
find odd -name '*é*' | sort
find odd -name '*?.txt' | sort
find ./odd -name '-*' -o -name '*$*' | sort
find . -wholename './config/*' -a ! -name '*.yaml' | sort
find . -type f -name '*.md' -printf x | wc -c
find . -name '*.md' | while IFS= read -r f; do head -1 "$f"; done | sort | uniq -c | sort -rn | head -5
find empty reports
find . -name .gitkeep -printf '%h\n' | sort
find . -false -o -maxdepth 0 -true
find config -name '*.yaml' -exec grep -q 'level: warn' {} \; -print
find . -type f \( -name '*.py' -o -name '*.go' -o -name '*.rs' \) -exec wc -l {} + | sort -n
find services -name '*.toml' -ls | awk '{ print $1 > 0, $3, $7, $11 }'
find config -path '*dev*' -prune , -name '*.ini' -print
find . -links +1 -type f
find . -xdev -name '*.ini'
find . -mount -maxdepth 0
find -L . -type f 2>&1 | sort | head -30
find README.md -exec nothing-at-all {} \; ; echo $?; find README.md -exec ./nothing {} +; echo $?
find -files0-from <(printf 'empty\0links/about.md\0')
find . -files0-from <(printf 'config\0')
""",
    "grep": r"""
grep -rn TODO services | sort
grep -rIn 'TODO\|FIXME' . --include='*.go' --include='*.ts' | sort
grep -rhoE '\b(TODO|FIXME|XXX)\b' . | sort | uniq -c
grep -rl 'ledger' . --exclude-dir=large --exclude-dir=logs | sort
grep -rL '## Context' decisions
grep -rc '^## ' handbook | sort -t: -k2 -n
grep -n -A2 -B1 'Why' handbook/00-naming.md handbook/01-errors.md
grep -C1 -m2 -n 'score\|item' handbook/04-reviews.md
grep --no-group-separator -A1 'Fixed' CHANGELOG.md
grep --group-separator='####' -A1 'Added' CHANGELOG.md
grep -m1 '^# ' handbook/*.md
grep -H '^status:' decisions/*.md | cut -d: -f2- | sort | uniq -c
grep -h '^title' decisions/000[1-3]*
grep -oP '(?<=/)[a-z]+(?=\?v=\d+)' handbook/*.md
grep -oP 'https?://\S+' handbook/00-naming.md
grep -P '^\s*-\s+(?!Prefer)' handbook/00-naming.md
grep -oP 'request=\K\d+' logs/app.log | tail -3
grep -P '(\w)\1{1}e' data/paragraphs.txt
grep -Po '\p{Lu}\p{Ll}+' text/unicode.txt
grep -P '\xc3' text/invalid.txt
grep -Pzo '(?s)Caused.*?\n' logs/trace.log | tr '\0' '\n' | head -3
grep -P '(unclosed' README.md
grep -P '(?<=a+)b' README.md
grep -Pc '^.{80,}$' logs/app.log
grep -zoP 'Pack my box(.|\n)*' data/paragraphs.txt | tr -d '\0'
grep -z beta blobs/nul-separated.list | od -c
grep -E '(ERROR|WARN).*(billing|ledger)' logs/app.log | head -4
grep -Ec '" (4|5)[0-9]{2} ' logs/access.log
grep -Eo '"(GET|POST|DELETE) [^ ?]+' logs/access.log | sort | uniq -c | sort -k1,1nr -k2 | head -7
grep -vE '^(#|$)' config/env.example
grep -iw 'THE' data/paragraphs.txt
grep -x 'port=8080' config/app.ini
grep -w port config/app.ini services/*/service.yaml
grep -on 'e' data/paragraphs.txt | head -5
grep -b 'box' data/paragraphs.txt
grep -ob 'needle' blobs/sparse.bin
grep -abo needle blobs/sparse.bin
grep -a TODO blobs/nul.txt | od -c | head -3
grep TODO blobs/nul.txt
grep -c TODO blobs/nul.txt
grep -I TODO blobs/nul.txt
grep -r --binary-files=without-match TODO blobs text
grep -l TODO blobs/*
grep -U TODO blobs/nul.txt
grep 'bad' text/invalid.txt
grep -a 'bad' text/invalid.txt
grep caf text/latin1.txt
grep -a 'caf.$' text/latin1.txt
LC_ALL=C grep -c 'caf.$' text/latin1.txt
grep -i 'grösse' text/unicode.txt
grep -i 'GRÖẞE' text/unicode.txt
grep -i 'жук' text/unicode.txt
grep -o '[[:upper:]]' text/unicode.txt | tr -d '\n'
grep -o '[^[:ascii:]]' text/unicode.txt
grep -c 'caf[é]' text/unicode.txt
grep -n $'\r' logs/windows.log
grep -c '^$' logs/windows.log text/blank.txt
grep -n '' text/no-newline.txt
grep -F -e '[brackets]' -e '$HOME' -r odd
grep -F 'a.b' README.md
grep -f <(printf 'seat\ntenant\n') glossary.md
grep -f data/left.txt data/right.txt
grep -f /dev/null README.md
grep -e '' -c README.md
grep -s pattern nothing.md
grep pattern nothing.md handbook
grep -r pattern nothing.md
grep -d skip Acme *
grep -d recurse -l Acme handbook README.md
grep Acme handbook/ README.md
grep -q Acme README.md nothing.md
grep -sq Acme nothing.md README.md
grep
grep -E
grep -E 'a{1' README.md
grep -E 'a{2,1}' README.md
grep '\(' README.md
grep '[' README.md
grep '[[:nonsense:]]' README.md
grep '[:space:]' README.md
grep -E '*a' README.md
grep -E 'x(' README.md
grep '\d' data/numbers.txt
grep --nonsense x README.md
grep -A x README.md
grep -m -1 Acme README.md
grep -m0 Acme README.md
grep -L Acme README.md AGENTS.md
grep -nr --include='*.md' -e 'TODO' odd | sort | head -5
grep -rn 'TODO 3' odd | LC_ALL=C sort
grep -c TODO -- odd/-leading-dash.md 'odd/--help' odd/*.txt
grep -rZl 'TODO 3' odd | sort -z | tr '\0' '|'
grep --null -c TODO odd/\#hash.md | od -c
grep -T -n seat glossary.md
grep --color=always -n seat glossary.md
grep --label=standard -H seat < glossary.md
grep -c . < /dev/null
cat glossary.md | grep -n seat - README.md
grep -R Acme links | sort
grep -r Acme links
grep Acme links/dangling links/loop-a links/readme
grep -i acme links/directory
egrep -v '^(#|-|$)' README.md
fgrep -x -- '---' decisions/0001-use-postgresql.md
grep -rn --exclude='*.log' --exclude-dir='l*' 'timeout' . | sort
grep -E '^.{0,20}$' -c large/words.txt
grep -c 'error=timeout' large/big.log
grep -o 'word2999[0-9]' text/one-long-line.txt
grep -y tenant glossary.md
grep -V | head -1
grep -E '\<(seat|tenant)\>' glossary.md
grep -E '^(.)(.).*\2\1$' data/*.txt
grep -nE '^\| [^|]+ \| (core|web)' handbook/0*.md
grep -P '^(a+)+$' <<< aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab; echo $?
""",
    "rg": r"""
rg --sort path TODO
rg --sort path -n 'port: \d+' services
rg --sort path -l 'ledger' -g '!large' -g '!logs'
rg --sort path -c 'TODO' odd
rg --sort path --count-matches '\w+ing\b' handbook
rg --sort path --files
rg --sort path --files --hidden
rg --sort path --files -u vendor
rg --sort path --files --no-ignore | wc -l
rg --sort path --files -g '*.{toml,yaml}'
rg --sort path --files -t md -T py handbook decisions
rg --sortr path --files config
rg --sort path -tpy -n 'def '
rg --sort path --type-list | rg '^(rust|go|py)'
rg -n -A1 -B1 'Why' handbook/00-naming.md
rg -C2 --no-filename 'Fixed' CHANGELOG.md
rg -i -w 'the' data/paragraphs.txt
rg -o '\bv?\d+\.\d+(\.\d+)?' data/versions.txt
rg -or '$2.$1' '(\w+)@(\w+)' handbook/00-naming.md
rg -U 'quick[^.]*lazy' data/paragraphs.txt
rg -U --multiline-dotall 'Pack.*zebras' data/paragraphs.txt
rg -P '(?<=request=)\d+' -o logs/app.log -m 2
rg '(?<=a)b' README.md
rg '(unclosed' README.md
rg '[' README.md
rg -F '[brackets]' odd --sort path
rg -v '^(#|$)' config/env.example
rg -x 'port=8080' config/app.ini
rg -q Acme README.md
rg nothing-like-this
rg TODO nothing.md
rg Acme README.md nothing.md
rg --nonsense x
rg -g '[' x
rg
rg -e seat -e tenant glossary.md
rg -f <(echo seat) glossary.md
rg --json seat glossary.md | jq -c 'select(.type=="match") | .data.lines.text, .data.submatches'
rg --vimgrep seat glossary.md
rg --column -n seat glossary.md
rg -b box data/paragraphs.txt
rg TODO blobs/nul.txt
rg -a TODO blobs/nul.txt
rg --sort path needle blobs
rg -c needle blobs/sparse.bin --text
rg héllo text/utf16.txt
rg -E latin1 café text/latin1.txt
rg -E nonsense x README.md
rg bad text/invalid.txt
rg '(?-u)\xff' text/invalid.txt
rg --crlf 'line$' logs/windows.log
rg 'line$' logs/windows.log
rg -S acme README.md
rg -S Acme README.md
rg -M 40 word1 text/one-long-line.txt
rg -M 40 --max-columns-preview word1 text/one-long-line.txt
rg -m1 --sort path '^# ' handbook
rg --passthru -N seat glossary.md
rg --trim -N 'run:' .github/workflows/ci.yml
rg --heading -n seat glossary.md
rg -0 -l seat glossary.md | od -c
rg --files-without-match TODO handbook --sort path
rg --max-depth 1 --files --sort path
rg --follow --files links --sort path
rg --files links --sort path
rg Acme links/readme links/dangling
rg -L Acme links --sort path
rg 'Permission' LICENSE --stats | head -3
rg --color=always seat glossary.md
rg --replace '<$0>' 'seat|tenant' glossary.md
rg '\p{Greek}' text/unicode.txt
rg -i 'GRÖSSE' text/unicode.txt
rg --max-filesize 1K --files large
rg --iglob 'readme*' --files --sort path services
rg --pcre2-version | head -1
rg -c '' text/no-newline.txt
rg -j1 --files config
cat glossary.md | rg -n seat
rg --sort path -uu 'find me'
rg --debug x nothing-here 2>&1 | tail -1
""",
}

# The order of a directory is the file system's: sorted, as bash in a checkout; exactly, as bash in the server's snapshot.
IN_ANY_ORDER = r"""
find . -type f
find . -name '*.yaml' -o -name '*.toml'
find . -type d -not -path '*/.*'
find . -path './odd' -prune -o -path './large' -prune -o -type f -print
find odd -type f -exec basename {} \;
find services -name '*.toml' -exec head -2 {} +
find . -type f -size +50k -exec ls -S {} +
find . -name '*.md' -exec wc -w {} +
find . -type f -name '*.log' -print0 | xargs -0 wc -l
find . -type l -exec readlink {} \;
find . -depth -name '.*'
find deep -name note.md -exec cat {} +
find links -printf '%p %y %Y %l\n' 2>/dev/null
find handbook -name '*.md' | while read -r f; do printf '%s: ' "$f"; grep -c '^## ' "$f"; done
for f in $(find config -type f); do echo "$(basename "$f") $(wc -c < "$f")"; done
find . -iname '*readme*' | xargs -I{} sh -c 'echo "== {}"; head -1 "{}"'
find . -type f -name '*.json' -exec jq -c 'type' {} \; 2>/dev/null
find . -type f -exec file --mime-type {} + | grep -v text/plain
find -L links -maxdepth 2 -name '*.md'
grep -rn 'TODO'
grep -rn 'TODO' . --include='*.md' --exclude-dir=odd
grep -rl '' blobs text
grep -rLi 'acme' handbook decisions
grep -rc 'ledger' services
grep -rnw 'port' services config
grep -rhoE '[a-z]+\.example\.org' .
grep -rZl TODO odd | xargs -0 md5sum
grep -R 'Acme' links handbook
grep -rEn -B1 -A1 'retries: [0-9]' config
grep -rPo '(?<=owner: )\w+' services
grep -rs 'no such text' . || echo none
rg -j1 -n 'FIXME|XXX'
rg -l 'Decision'
rg -c '^- ' -g '*.md'
rg --files
rg --files --hidden -g '!.git'
rg -uu -l MIT
ls -U handbook
ls -f config
tree -U -a odd
du -b services
du -ab --max-depth=2 handbook config
shopt -s globstar; for d in **/; do echo "$d $(ls -U "$d" | wc -l)"; done | head -30
find . -type d | while read -r d; do n=$(find "$d" -maxdepth 1 -type f | wc -l); echo "$n $d"; done
"""
