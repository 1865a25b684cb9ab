"""Commands that are compared with bash as all others, but need something that a tier lacks or show something that differs.

SIGNALS, SCRATCH and NOT_IN_TIER_3 are left out in tier 3, for the reasons that docs/security.md gives.
"""

# They print the path of the tree, which is /repo in the sandbox: that of the checkout is replaced by that of the answer to pwd.
PLACE = r"""
pwd
pwd -P; pwd -L; pwd -x
echo "$PWD"; cd handbook; pwd; echo "$OLDPWD"; cd - > /dev/null; pwd
cd links/directory && pwd && pwd -P; cd ..; pwd; cd -P ../..; pwd | wc -l
realpath README.md links/readme links/first services/latest handbook/../config
realpath -m nothing/../x links/dangling; realpath -e links/dangling; realpath .
readlink -f links/readme links/dangling current .; readlink -m nothing/x; readlink -e README.md
find "$PWD" -maxdepth 1 -name '*.md' | sort
ls -d "$PWD"/*.md; echo "$PWD"/config/*.yaml; printf '%s\n' "$(dirname "$PWD")" | wc -l
grep -rn 'FIXME' "$PWD/services" | sort
rg --sort path -l TODO "$PWD/services"
cat "$PWD/nothing"; cd "$PWD/nothing"; ls "$PWD/nothing"; . "$PWD/nothing"
dirs; pushd handbook; pushd ../config; dirs -v; dirs -p +1; popd; popd; cd handbook; echo ~+ ~-
x='\w'; echo "${x@P}"; PS4='\w> '; set -x; echo traced
exec ./handbook; echo never
exec nothing/x; echo never
cd /; cd -; cd ~; echo ~; cd "$OLDPWD"
set | grep -E '^(PWD|OLDPWD|DIRSTACK|HOME)='; export -p | grep PWD
awk 'BEGIN { print ENVIRON["PWD"] }'
jq -n 'env.PWD'
find . -maxdepth 0 -execdir pwd \; ; find config -maxdepth 1 -name dev.yaml -execdir pwd \;
bash -c 'cd "$1" && pwd' _ handbook; (cd config && pwd); pwd
f() { local here; here=$(cd "$(dirname "$1")" && pwd); echo "$here"; }; f config/app.ini; f README.md
set -- "$PWD"/handbook/0[0-2]*; for f; do echo "${f#"$PWD"/}"; done; echo "$1"
du -b "$PWD/config/app.ini"; wc -l "$PWD"/data/left.txt; md5sum "$PWD/LICENSE"; file "$PWD/LICENSE"
tree "$PWD/config"; tree -fi "$PWD/bin"; diff -rq "$PWD/empty" "$PWD/reports"
"""

# They signal processes. Where bash names a process that was killed by its id, which the machine decides, the id is left out.
SIGNALS = r"""
kill -INT $$; echo after
kill -HUP $$
kill -QUIT $$
kill -KILL $$
kill -USR1 $$
kill -ALRM $$
kill -PIPE $$
kill -SEGV $$
kill -ABRT $$
kill -CHLD $$; echo lives
kill -0 $$; echo $?
kill -9 $BASHPID; echo never
(kill -TERM $BASHPID); echo $?
sleep 5 & kill $!; wait $!; echo $?
sleep 5 & kill %1; wait; echo $?
sleep 5 & kill -STOP $!; kill -CONT $!; kill %%; wait %1; echo $?
trap 'echo got term' TERM; kill -TERM $$; echo goes on
trap 'echo got usr1; exit 5' USR1; kill -USR1 $$; echo never
trap '' TERM; kill -TERM $$; echo ignored
trap 'echo bye $?' EXIT; kill -TERM $$
trap 'echo int' INT; (kill -INT $$); echo after
bash -c 'kill -TERM $$'; echo $?
bash -c 'kill -PIPE $$' | cat; echo "${PIPESTATUS[0]}"
kill -l | head -2; kill -l 9 TERM 143; kill -l 99; echo $?
kill; echo $?; kill -NONSENSE $$; echo $?; kill abc; echo $?; kill -9; echo $?; kill %3; echo $?
set -e; sleep 5 & kill $!; wait $!; echo never
x=$(kill -TERM $BASHPID; echo no); echo "$? [$x]"
awk 'BEGIN { print system("kill -9 $$") }'
find README.md -exec bash -c 'kill -9 $$' \; ; echo $?
xargs bash -c 'kill -TERM $$' <<< x; echo $?
trap 'echo child' CHLD; /usr/bin/true; wait; echo done
f() { trap 'echo cleaned' EXIT; kill -HUP $$; }; f
sleep 0.3 & trap 'echo woken' USR1; (sleep 0.05; kill -USR1 $$) & wait $!; echo waited
(kill -9 $BASHPID); echo $?
sleep 5 & kill -9 $!; wait $!; echo $?
sleep 5 & kill -USR1 $!; wait -n; echo $?
bash -c 'kill -SEGV $$'; echo $?
set -m; sleep 0.01 & wait; echo $?
sleep 0.1 & disown; kill -0 $! && echo alive
for n in 1 2 3 6 9 11 13 14 15; do (kill -$n $BASHPID); echo "$n: $?"; done
for n in HUP INT TERM USR2; do bash -c "trap 'echo caught; exit 3' $n; kill -$n \$\$; echo lives"; echo $?; done
tail -f data/left.txt & sleep 0.2; kill $!; wait $!
tail -n1 -F data/left.txt & sleep 0.2; kill $!; wait $!
"""

# They write below /tmp, or a program does so for them. Outside, a fresh directory stands for it, so that runs do not meet.
SCRATCH = r"""
echo hello > /tmp/a; cat /tmp/a; wc -c < /tmp/a; ls -A /tmp
sort data/right.txt > /tmp/r && sort data/left.txt > /tmp/l && join /tmp/l /tmp/r
sort -o /tmp/sorted data/duplicates.txt; uniq -c /tmp/sorted /tmp/counted; cat /tmp/counted
sed 's/apple/pear/w /tmp/pears' data/left.txt > /dev/null; cat /tmp/pears
awk '{ print $2 > "/tmp/" $1 }' data/left.txt; ls /tmp; cat /tmp/*
awk '{ print >> "/tmp/out" } END { close("/tmp/out"); while ((getline line < "/tmp/out") > 0) print "re-read " line }' data/left.txt
exec 3<>/tmp/both; echo written >&3; cat /tmp/both; exec 3>&-
echo one > /tmp/log; echo two >> /tmp/log; { echo three; echo four; } >> /tmp/log; tail -2 /tmp/log; tac /tmp/log
set -C; echo a > /tmp/once; echo b > /tmp/once; echo $?; echo c >| /tmp/once; cat /tmp/once
echo > '/tmp/with space'; : > /tmp/empty; > /tmp/also; ls -1 /tmp; stat -c '%n %s %A' /tmp/empty; find /tmp -type f -empty | sort
umask 077; echo x > /tmp/private; stat -c %a /tmp/private; umask 000; echo x > /tmp/open; stat -c %a /tmp/open
cat /tmp/nothing; ls /tmp/nothing; echo x > /tmp/no/such; echo $?; cat < /tmp/nothing; echo x > /tmp; cd /tmp; ls; cd /tmp/nothing
printf '#!/bin/bash\necho "ran $1"\n' > /tmp/s; bash /tmp/s one; . /tmp/s two; source /tmp/s
cat > /tmp/p.jq <<< '.people[0].name'; jq -f /tmp/p.jq data/people.json; cat > /tmp/p.awk <<< '{ print $1 }'; \
  awk -f /tmp/p.awk data/left.txt; echo 's/a/A/' > /tmp/p.sed; sed -f /tmp/p.sed data/left.txt
grep -rn TODO . > /tmp/todos; wc -l < /tmp/todos; cut -d: -f1 /tmp/todos | sort | uniq -c | sort -k1,1nr -k2 | head -3
seq 200000 > /tmp/big; wc -c /tmp/big; tail -1 /tmp/big; sort -rn /tmp/big | head -1; md5sum < /tmp/big
xxd README.md > /tmp/hex; xxd -r /tmp/hex /tmp/back; cmp README.md /tmp/back && echo equal; base64 blobs/pixel.png > /tmp/64; \
  base64 -d /tmp/64 | cmp - blobs/pixel.png && echo equal
find config -name '*.yaml' -fprint /tmp/found; sort /tmp/found; find config -fprintf /tmp/sizes '%f %s\n'; sort /tmp/sizes; \
  find /tmp -name 'f*' -delete; ls /tmp
find . -name '*.toml' | sort > /tmp/list; while read -r f; do wc -l < "$f"; done < /tmp/list; xargs -a /tmp/list cat | grep -c '^\['
diff -u --label a --label b data/left.txt <(sed 2d data/left.txt) > /tmp/patch; cat /tmp/patch; grep -c '^-' /tmp/patch
trap 'cat /tmp/t' EXIT; echo traced > /tmp/t; exit 3
(echo a; echo b >&2) > /tmp/o 2> /tmp/e; cat /tmp/o /tmp/e; ls nothing &> /tmp/all; cat /tmp/all; ls nothing &>> /tmp/all; wc -l < /tmp/all
rg --files > /tmp/f; sort /tmp/f | head -3; rg TODO /tmp/f; grep -c . /tmp/f; tree -o /tmp/t config; cat /tmp/t
cat /tmp/x > /tmp/x; echo $?; echo a > /tmp/x; cat /tmp/x >> /tmp/x; echo $?; sort /tmp/x -o /tmp/x; cat /tmp/x
head -c 300000 /dev/zero > /tmp/z; stat -c %s /tmp/z; cmp /tmp/z /dev/zero; od /tmp/z | head -3; file /tmp/z
declare -p BASH_VERSINFO > /tmp/d; f() { echo saved; }; declare -f f > /tmp/f; bash -c '. /tmp/f; f'
mapfile -t a < <(seq 3); printf '%s\n' "${a[@]}" > /tmp/a; mapfile -t b < /tmp/a; echo "${b[*]}"; coproc cat > /tmp/c; \
  echo x >&"${COPROC[1]}"; exec {COPROC[1]}>&-; wait; cat /tmp/c
x=$(cat large/big.log); echo "${#x}"; cat <<< "$x" | tail -1; grep -c ERROR <<< "$x"
seq 50000 | tac | head -2
seq 30000 | tac | sort -n | tail -1
tac -s, <(echo a,b,c)
printf '%s\n' a b c | tac | nl
sort -S 1M --parallel=1 large/big.log | tail -2
echo abc > /tmp/f; sed -i s/a/b/ /tmp/f; cat /tmp/f; stat -c %a /tmp/f
printf 'a\nb\n' > /tmp/f; sed -i.bak 1d /tmp/f; cat /tmp/f /tmp/f.bak; umask 077; echo > /tmp/g; sed -i 's/^/x/' /tmp/g; stat -c %a /tmp/g
(for i in 1 2 3; do echo $i >> /tmp/grows; sleep 0.2; done) & sleep 0.1; tail -f /tmp/grows & sleep 2.5; kill $!; wait $!
"""

# PATH names the toolbox in tier 3, what is not in it cannot be executed, and the user is that of the machine.
NOT_IN_TIER_3 = r"""
which cat grep bash nothing-here
which -a sort
type cat; type -a echo; type -p bash; command -v cat cd nothing; command -V cat; hash cat; hash -t cat
/usr/bin/test -r README.md; echo $?; /usr/bin/printf '%q %d\n' "it's" x; /bin/cat LICENSE; /usr/bin/[ a = b ]; echo $?
expr "$(printf '%0200000d' 0)"; echo $?; seq 300000 | bash -c 'expr $(cat) + 1'; echo $?
/usr/bin/echo $(seq 1 300000) | wc -c; x=$(printf '%0200000d' 0); /usr/bin/echo "$x" | wc -c
hash -p /usr/bin/cat foo; foo LICENSE; enable -n echo; echo x; enable echo; command -p ls -d README.md
bash -lc 'echo login'; /bin/bash -c 'echo $0'; exec /usr/bin/tail -1 README.md
find README.md -exec /usr/bin/wc -c {} \; ; xargs /bin/echo <<< 'a b'
find . -fstype nonsense
find README.md -printf '%F\n' | wc -l
find README.md data -printf '%p %F\n'; find . -maxdepth 1 -fstype "$(find README.md -printf %F)" | wc -l
"""

# They show which programs there are: compared with bash whose PATH has those of the sandbox and no others, `sh` being bash.
SAME_PROGRAMS = r"""
sh -c 'echo "a\tb"'
sh -c '[[ a == a ]] && echo bash'
sh -c 'if'
find README.md -exec sh -c 'echo "$1\n"' _ {} \;
rg -z packed blobs/data.gz; echo $?
"""
