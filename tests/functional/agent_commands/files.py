"""How agents look at files from outside, and the small programs; a command a line, or two where a backslash ends the first."""

FILES_SEEN = {
    "listing": r"""
ls -1
ls -A
ls -a odd
ls -1 odd
ls -b odd
ls -Q odd
ls -N odd
ls -q odd
ls -m handbook
ls -x -w 60 handbook
ls -C -w 60 handbook
ls -p
ls -F
ls --file-type bin links
ls -S large blobs text
ls -1Sr text
ls -t data
ls -tr data
ls -X config
ls -v data
ls -U1 config | sort
ls --group-directories-first
ls --sort=size -1 blobs
ls --sort=extension data
ls -I '*.md' -I 'l*'
ls --hide='*.md'
ls -B config
ls -d .* */
ls -d handbook links/directory links/directory/
ls -L links/readme links/first
ls links/dangling
ls -L links/dangling
ls -H links/directory
ls links/directory
ls -F links
ls links/loop-a
ls links/loop-a/
ls links/self/x
ls -R empty reports
ls -R deep | head -20
ls -1 handbook/*.md services/*/README.md
ls *.md nothing* config/*.ini
ls nothing-a README.md nothing-b
ls --nonsense
ls -w nonsense
ls --sort=nonsense
ls --time-style=nonsense -l
ls -l --time-style=+%s README.md | awk '{ print $1, $5, $6, $7 }'
ls -l --time-style=long-iso data | awk 'NR > 1 { print $1, $5, $6, $7, $8 }'
ls -l --time-style=full-iso --full-time config/app.ini | awk '{ print $1, $5, $6, $7, $8, $9 }'
ls -lh large | awk 'NR > 1 { print $5, $6, $7, $8, $9 }'
ls -go links | awk 'NR > 1 { $2 = ""; print }'
ls -gGh --time-style=iso blobs | tail -n +2 | cut -d' ' -f1,3-
ls -ln bin | awk 'NR > 1 { print $1, $2, $NF }'
ls -lS text | awk 'NR > 1 { print $5, $9 }'
ls --color=always -1 bin links
ls --color=always -1 blobs odd | head -20
ls --zero config | tr '\0' ' '
ls -1 | wc -l
ls '' README.md
ls -- odd/-leading-dash.md
ls -D
ls -1 -i README.md links/readme | awk '{ print NF }'
ls -Z README.md
ls --hyperlink=always config/app.ini | grep -c file://
ls services/latest/
ls services/latest
ls -dF services/latest services/latest/
tree .
tree -a -I '.github|odd|large'
tree -d
tree -L 2 services
tree -f config
tree -F bin links
tree -i -f handbook
tree -P '*.yaml' --prune
tree -I 'services|odd|deep|text' --dirsfirst
tree -s config
tree -h large blobs
tree -p bin
tree -D --timefmt %Y config
tree -J config
tree -X config
tree -l links
tree --noreport empty
tree -C bin
tree -Q odd
tree -N odd
tree --du config
tree -r data
tree -t data
tree --sort=size data
tree -v data
tree --filelimit 5 .
tree --matchdirs -P 'q1' --prune reports
tree --charset ascii config
tree nothing
tree README.md
tree --nonsense
tree -L 0
tree -L 3 -d deep
tree --fromfile <(printf 'a/b\na/c\n')
tree --gitignore -L 1
tree --ignore-case -P 'readme*' --prune services
ls -LR links | head -40
tree --charset ISO-8859-1 config
""",
    "describing files": r"""
du -b large/big.log README.md
du -bc config/*
du -b config
du -bs handbook
du -ab config | sort -k2
du -b --max-depth=1 services | sort -k2
du -bh large/* | sort -k2
du -b --exclude='*.yaml' -s config
du -b --threshold=100K large/*
du -b0 README.md | od -c
du --apparent-size -BK large/words.txt
du --inodes -s handbook
du -bL links/readme
du -bD links/directory
du -b links/dangling
du nothing
du --nonsense
du -b -d x
du --files0-from=<(printf 'README.md\0AGENTS.md\0') -b
stat -c '%n %s %f %F %A %a %h' README.md bin/report
stat -c '%N' links/* | sort
stat -c '%y %Y' README.md config
stat -c '%x' README.md | cut -c1-10 | wc -c
stat -L -c '%n %s %F' links/readme links/directory
stat --printf='%n\t%s\n' config/*
stat -c '%%|%10s|%-10s|%010s' README.md
stat -c '%q' README.md
stat nothing
stat -c %s README.md nothing AGENTS.md
stat links/dangling -c '%F %N'
stat -L links/dangling
stat -L links/loop-a
stat
stat --nonsense
stat -c %F . links/directory links/directory/ odd/... /dev/null
stat README.md | sed -n 2p | cut -c1-20
stat -c '%B %o %t %T' README.md
stat -f nothing
stat -t nothing
stat -c '%s' odd/$'new\nline.txt' odd/caf*
file README.md data/* config/*
file text/*
file blobs/*
file -b services/*/src/*
file -i text/* blobs/*
file --mime-type -b data/people.json blobs/pixel.png large/one-line.json
file -L links/readme
file links/readme links/dangling links/directory links/loop-a
file handbook empty
file nothing
file bin/*
file -F : -N README.md
file -f <(printf 'README.md\nAGENTS.md\n')
file -k blobs/pixel.png
file -e text README.md
file -s blobs/data.gz
file -z nothing
file -0 README.md | od -c | head -2
file - < blobs/pixel.png
file odd/*
file --nonsense
file /dev/null
file --extension blobs/pixel.png
file -v | head -1
basename -a handbook/00-naming.md odd/--help
basename -s .md handbook/*.md | head -3
basename / // '' a/ a/b/
basename
basename -z README.md | od -c
dirname a/b/c a / . '' a// /a/
dirname -z a/b | od -c
dirname
readlink links/*
readlink README.md
readlink -f links/loop-a
readlink -e links/dangling
readlink nothing
readlink -v README.md
readlink -vn links/readme links/up
readlink -m --relative nothing
realpath --relative-to=. links/readme links/first services/latest README.md
realpath --relative-to=handbook links/readme
realpath --relative-base=. links/up
realpath -e nothing
realpath links/loop-a
realpath -s --relative-to=. links/readme
realpath -m --relative-to=. a/../b/./c
realpath
which
file -z blobs/data.gz
file -m nothing README.md
stat -L -c %F /dev/stdin < README.md
""",
    "numbers, dates and small programs": r"""
date -d 'TZ="Europe/Berlin" 2024-07-01 12:00' +%FT%TZ
TZ=America/New_York date -d @1700000000 '+%F %T %Z'
TZ=US/Pacific date -d @0; TZ=Mars/Olympus date -d @0; TZ=posixrules date -d @0; TZ=:Asia/Kolkata date -d @0 +%z
TZ=Asia/Tokyo; printf '%(%T %Z)T\n' 0
TZ=Europe/Berlin jq -n '0 | strflocaltime("%H %Z")'
TZ=Asia/Tokyo ls -l --time-style=+%T README.md | cut -d' ' -f6
file -l | wc -l
date -u -d '2024-02-29 +1 year' +%F
date -d '2024-03-31 -1 month' '+%Y-%m-%d'
date -d '2024-01-01 12:34:56 UTC' +%s
date -d @1700000000 '+%A %-d %B %Y %H:%M:%S %z %Z'
date -d '2024-01-15 next monday' +%F
date -d '2023-12-31' '+%G-W%V-%u %j %U'
date -ud '1970-01-01 + 1000000 seconds' -Is
date -d '2024-05-05 3 days ago' -R
date -r README.md +%s
date -r nothing
date -d nonsense
date -d 2024-02-30
date --nonsense
date -f <(printf '2024-01-01\n2024-12-31\n') +%j
date -d '2024-07-01T12:00:00+02:00' +%c
date -d '12:00 2024-01-01' '+%q quarter %N %3N %P %p %I %y %C %e %h %D %T %%'
TZ=UTC-3 date -d @0 +%T
date -d
date -I -d 2024-06-30
date --rfc-3339=seconds -d @0
date --iso-8601=nonsense -d @0
date +%Y%m%d -d 20240101 extra
echo $(( ($(date -d 2024-03-01 +%s) - $(date -d 2024-02-01 +%s)) / 86400 ))
seq 5
seq -s, 2 2 10
seq -w 8 11
seq 1 0.5 3
seq -f '%05.1f' 3
seq 3 -1 1
seq 5 1
seq
seq x
seq 1 0 3
seq -f %s 3
seq 1 2 3 4
seq 1000000 | tail -1
expr 2 + 3 \* 4
expr length "größe"
expr substr hello 2 3
expr index hello l
expr abc : 'a\(.\)c'
expr abc : 'x'
expr 1 = 2
expr 5 / 0
expr 1 +
expr a + 1
expr '' \| 0
expr 10 \> 9 \& 1
expr
expr 99999999999999999999 + 1
test -f README.md -a -d handbook
test 1 -eq x
test a = b = c
test -n
test '' -o x
test ! -e nothing
test README.md -nt AGENTS.md
test links/readme -ef README.md
test -s logs/empty.log
test -h links/dangling && ! test -e links/dangling && echo dangling
[ a
[ 1 -lt ]
printf '%d %i %o %x %X %#x\n' 42 -1 8 255 255 255
printf '%s|%10s|%-10s|%.2s|\n' a b c defg
printf '%5.1f|%e|%g\n' 3.14159 1000 0.0001
printf '%q %q %q\n' 'a b' $'x\ny' ''
printf '%b' 'a\tb\n\x41\u00e9\n'
printf '%c%c\n' hello world
printf '%(%Y-%m-%d %H:%M)T\n' 0
printf '%s\n' a b c
printf '%s %s\n' one
printf '%d\n' abc
printf '%d\n' 0x1F 010 "'A" 3.5
printf '%z\n' x
printf
printf '%*d|%-*d|\n' 5 42 5 42
printf '%.3s|%5.1s|\n' größe größe
printf '\u2713 \U1F680 \101 \x7a\n'
printf '%s\0' a b | od -c
printf -- '-%s-\n' x
printf '%5s|\n' é
printf '%s' "$(printf 'a\n\n\n')" | od -c
printf '%x\n' -1
printf '%d\n' 99999999999999999999
echo -e 'a\tb\c' ; echo -n x; echo -E 'a\tb'; echo -nope
echo -- --; echo -e '\x41\0101\u00e9'
yes ok | head -2
yes a b | head -1
sleep 0
sleep x
sleep -1
sleep 0.01 0.01s
true --help | head -1
false --nonsense; echo $?
xargs < data/left.txt
xargs -n2 < data/left.txt
xargs -I{} echo '<{}>' < data/left.txt
xargs -d '\n' -n1 echo item < data/left.txt
xargs -0 -n1 echo < blobs/nul-separated.list
xargs -L2 echo < data/left.txt
xargs -t -n1 echo <<< 'a b'
xargs -P2 -n1 true <<< 'a b c'; echo $?
xargs false <<< a; echo $?
xargs -n1 bash -c 'exit 255' <<< 'a b'
xargs -n1 bash -c 'exit 3' <<< 'a b'
xargs nothing-here-at-all < /dev/null
xargs -r echo never < /dev/null
xargs -I{} bash -c 'echo "$1" | tr a-z A-Z' _ {} <<< 'shout'
xargs echo <<< "it's"
xargs -s 20 echo <<< 'aaaa bbbb cccc dddd eeee'
xargs -x -s 10 echo <<< 'a long-argument-here'
xargs -a data/left.txt -n 3
xargs --nonsense
xargs -n x
find handbook -name '0[0-2]*' -print0 | sort -z | xargs -0 -I{} sh -c 'head -1 "{}"'
find . -name '*.json' -not -path './large/*' -print0 | sort -z | xargs -0 -n1 jq -c 'type' 2>&1
ls handbook | xargs -I@ basename @ .md | tr '\n' ' '
cat data/left.txt | xargs -n1 -I% printf '[%s]\n' %
echo $(seq 1 300000) | wc -c; command echo "$(printf '%0200000d' 0)" | wc -c
seq 100000 | xargs echo | wc -l
printf '%s' {1..200000} | wc -c
""",
}
