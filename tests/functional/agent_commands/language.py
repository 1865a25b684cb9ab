"""What agents make of the language itself, correct or not; a command a line, or two where a backslash ends the first."""

LANGUAGE = {
    "expansion": r"""
x=handbook/00-naming.md; echo "${x%.md} ${x%/*} ${x##*/} ${x#*0} ${x/a/A} ${x//n/N} ${x/#hand/foot} ${x/%md/txt}"
x='a b  c'; echo $x; echo "$x"; set -- $x; echo $#
x=; echo "${x:-default} ${x-unset} ${y:-no} ${y:+set} ${x:+set}."; echo "${y:=made} $y"
echo "${nothing:?must be set}"; echo not reached
(echo "${nothing?}"); echo "after $?"
x=hello; echo "${x:1:3} ${x: -3} ${x: -3:2} ${x:1:-1} ${#x} ${x^} ${x^^} ${x^^[lo]} ${x@U} ${x@u}"
x=HELLO; echo "${x,} ${x,,} ${x@L} ${x~} ${x~~}"
x=größe; echo "${#x} ${x:2:2} ${x^^} ${x/ö/oe}"; LC_ALL=C; echo "${#x}"
x=$'tab\tnew\nline'; echo "${x@Q} ${x@E}"; printf '%q\n' "$x"
declare -r fixed=1; fixed=2; echo "still $fixed"
declare -i n=5; n+=3; echo $n; n=abc; echo $n; n=1+; echo "$n"
declare -u up=abc; declare -l low=ABC; echo $up $low; echo "${up@A} ${up@a}"
a=(one "two words" three); echo "${#a[@]} ${a[1]} ${a[-1]} ${!a[@]}"; printf '<%s>' "${a[@]}"; echo
a=(one two three four); echo "${a[@]:1:2} ${a[@]#t} ${a[@]/o/0} ${a[*]^}"; unset 'a[1]'; echo "${!a[*]}"
a=([5]=five [2]=two); a+=(six); echo "${!a[@]} ${a[@]}"; declare -p a
IFS=,; a=(x y z); echo "${a[*]}" ${a[*]} "${a[@]}"
declare -A m=([x]=1 [y z]=2); m[w]=3; echo "${#m[@]} ${m[y z]} ${m[nothing]-none}"; for k in "${!m[@]}"; do echo "$k"; done | sort
declare -A m; m[a]+=x; m[a]+=y; declare -p m; unset 'm[a]'; echo "${#m[@]}"; [[ -v m[a] ]] || echo gone
declare -A m=(a 1 b 2); echo "${m[@]@K}" | wc -w; a=(1 2); echo "${a[@]@K} ${a[@]@A}"
a[-1]=x; echo "code $?"
a=(1); echo ${a[-2]}; echo "code $?"
echo ${!HO*} ${!LC_@}; name=HOME; echo "${!name}"; unset name; echo "${!name}"
x=value; y=x; echo "${!y}"; declare -n r=x; r=changed; echo "$x ${!r}"
echo {1..5} {a..e..2} {01..10..3} {5..1} {x,y}{1,2} {a} {1..} pre{,s,fix} {a,b,{c,d}}
echo *.md; echo [A-L]*; echo ?EADME.md *.{md,none}; echo [[:upper:]]*.md
echo handbook/0[!0-3]*.md; echo services/*/src/*.[ct]*; echo */; echo .*
echo odd/*; echo odd/[[]* odd/\** odd/*\\* odd/*[[:space:]]*
shopt -s dotglob; echo * odd/.*; shopt -u dotglob; echo .[!.]*
shopt -s nullglob; echo nothing*; a=(nothing*); echo ${#a[@]}
shopt -s failglob; echo nothing*; echo "code $?"
shopt -s failglob; echo "start"; ls nothing* || echo never
shopt -s globstar; echo **/README.md; echo deep/**/level3/*; a=(**/*.toml); echo ${#a[@]}
shopt -s globstar nullglob; printf '%s\n' services/**/ ; echo links/**/x
shopt -s extglob; echo !(*.md|services|large); echo handbook/+([0-9])-@(naming|style).md; x=aaabbb; echo "${x/+(a)/-} ${x##*(a)}"
shopt -s nocaseglob; echo readme*; shopt -s nocasematch; [[ ABC == abc ]] && echo same
GLOBIGNORE='*.md:L*'; echo *
set -f; echo *.md; set +f; echo A*.md
shopt -s nonsense; echo $?
x='*'; echo $x | wc -w; echo "$x"; y="[!a]*"; case bcd in $y) echo pattern;; esac; case bcd in "$y") echo text;; *) echo other;; esac
echo "$(< glossary.md)"; x=$(<nothing); echo "code $?"
echo $'a\nb' "\$x" '\n' "a\nb" \x $"translated"
echo "a"b'c'\d$((1+1))`echo e`$(echo f)
echo "nested $(echo "inner $(echo "deep \"quoted\"")")" `echo \`echo back\``
x=$(printf 'a\0b'); echo "${#x} $x"
x=$(printf 'trail\n\n\n'); echo "[$x]"
x=$'\xff\xfe'; echo "${#x} ${x@Q}"; printf '%s' "$x" | od -An -tx1
x="日本語"; for ((i = 0; i < ${#x}; i++)); do echo "${x:i:1}"; done
x=🚀é; echo "${#x} ${x:0:1} ${x@Q}"; printf '%d %d\n' "'é" "'🚀"
printf -v out '%03d-%s' 7 x; echo "$out"; printf -v 'a[2]' y; declare -p a
echo "$IFS" | od -c; echo "$PS4|$OPTIND|$OPTERR|$BASH_SUBSHELL|$LINENO|$HOME|$TERM|$COLUMNS|$LINES|$EUID_"
set | cut -d= -f1 | grep -vE '^(BASHPID|PPID|UID|EUID|PIPESTATUS|HOSTNAME)$' | grep '^[A-Za-z_]*$'
shopt; set -o
echo $((1+2*3)) $((7/2)) $((-7/2)) $((-7%3)) $((2**10)) $((0x1f)) $((010)) $((2#101)) $((36#z)) $((1<<4|1)) $((~0)) $((!5))
echo $((5>3?10:20)) $((x=5,x+1)) $((x++ + ++x)) $x $((x+=10)) $((a[0]=3)) $((9223372036854775807+1))
echo $((1/0)); echo not reached
echo $((08)); echo not reached
echo $((1+)); echo not reached
echo $((a b)); echo not reached
echo $((2**-1)); echo not reached
echo $((99999999999999999999)) $((16#g)); echo not reached
((0)); echo $?; ((5)); echo $?; let x=3*2 y=x+1; echo $x $y $?; let 0; echo $?
((1/0)); echo "code $?"
let '1/0'; echo "code $?"
x=abc; abc=xyz; xyz=7; echo $((x)) $((x*2))
[[ 1+1 -eq 2 ]] && echo arithmetic; [[ x -eq 0 ]] && echo unset is zero; [[ 08 -eq 8 ]]; echo $?
for ((i=0,j=10; i<j; i+=3,j--)); do echo "$i $j"; done
bash -c 'echo $0 $1 $#' name one two; bash -c 'exit 9'; echo $?; bash bin/not-executable.sh a "b c"; bash nothing.sh; echo $?
bash bin/report x y; echo $?; bash < bin/no-shebang; bash -s arg < bin/not-executable.sh; bash bin/bad-interpreter; bash handbook; echo $?
bash -n config/broken.sh; echo $?; bash config/broken.sh; echo $?; bash -x bin/no-shebang; bash -n config/lib.sh && echo fine
bash bin/stages.sh; source config/lib.sh; lib_join : a b c; echo $lib_version; . config/broken.sh; echo "code $?"
bash --version | head -1; bash --nonsense 2>&1 | head -2; bash -O nonsense -c true; echo $?; bash -u -c 'echo $x'; echo $?
bash -c; echo $?; bash -c 'if'; echo $?; bash -ec 'false; echo no'; echo $?; bash -c ''; echo $?
x='\u00e9\x41'; echo "${x@E}"; y='$HOME $ \u'; echo "${y@P}" | wc -w
echo "${BASH_VERSINFO[0]} ${BASH_VERSION%%[!0-9.]*} $0 $# $- $SHLVL $OSTYPE $MACHTYPE $HOSTTYPE"
echo "$BASHOPTS|$SHELLOPTS|$BASH_EXECUTION_STRING|${BASH_SOURCE[*]}|${FUNCNAME[*]}|${BASH_LINENO[*]}|${BASH_ARGV[*]}|$BASH_ARGV0"
LC_ALL=xx_YY.UTF-8; echo é | wc -m; LC_ALL=C; printf '\u00e9\n'; LC_ALL= LANG=C.UTF-8 ls -d odd/gr*
RANDOM=42; echo $RANDOM $RANDOM; ((SECONDS < 5)) && echo young; \
  [[ $$ -eq $BASHPID && EPOCHSECONDS+1 -ge $(printf '%(%s)T' -2) ]] && echo sane
ls > /dev/null; echo "$COLUMNS $LINES"; times | wc -l; enable -a | md5sum; umask; umask -S; \
  echo "$BASH_COMPAT$BASH_ENV$ENV$HISTFILE$PROMPT_COMMAND"
compgen -b | md5sum; compgen -k | wc -l; compgen -A signal | head -3; complete -p; compgen -f READ; compgen -W 'aa ab b' a
for i in {3..30} 63 255; do { : >&$i; } 2>/dev/null && echo "open $i"; done; echo none left open
BASH_ENV=config/lib.sh bash -c 'echo $lib_version'; bash -r -c 'cd /'; bash --posix -c 'echo $POSIXLY_CORRECT'; \
  bash -c 'exec -a named bash -c "echo \$0"'
unset PATH; ls; echo $?; cat README.md; echo $?; PATH=; ls; echo $?
set -r; cd /; echo x > /dev/null; PATH=x; /usr/bin/ls
alias; trap -p; jobs; hash; type if; type -t if f cat alias; command -v cd nothing; type nothing; hash -t nothing; echo $?
""",
    "tests, matching and branches": r"""
[[ 'key = value' =~ ^([a-z]+)\ *=\ *(.*)$ ]] && echo "${BASH_REMATCH[1]}|${BASH_REMATCH[2]}|${#BASH_REMATCH[@]}"
[[ 2024-05-01 =~ ([0-9]{4})-([0-9]{2}) ]]; declare -p BASH_REMATCH; [[ x =~ y ]]; echo "$? ${#BASH_REMATCH[@]}"
[[ größe =~ ^gr(.)ß ]] && echo "${BASH_REMATCH[1]}"; [[ É == [[:upper:]] ]]; echo $?; [[ é == [a-z] ]]; echo $?
re='a{2,3}'; [[ aaaa =~ $re ]] && echo "${BASH_REMATCH[0]}"; [[ a =~ "$re" ]]; echo $?; [[ a =~ '(' ]]; echo $?
re='('; [[ a =~ $re ]]; echo $?; [[ a =~ [ ]]; echo $?
[[ abc == a* && ! abc == b* || x ]] && echo yes; [[ -z '' && -n x && a < b && b > a ]] && echo order; \
  [[ a == a ]] && [[ 'a' != "b" ]]; echo $?
[[ -e README.md -a -e x ]]; echo never
[[ a ]] ; [[ '' ]]; echo $?; [[ -v HOME ]]; echo $?; [[ -v nothing ]]; echo $?; [[ -o errexit ]]; echo $?; [[ -R x ]]; echo $?
[[ x -gt y ]]; echo $?; [[ 1 -eq a+ ]]; echo "code $?"; [ 1 -eq a ]; echo "code $?"; [ ]; echo $?; [ = ]; echo $?; [ a b ]; \
  echo $?; [ a b c ]; echo $?
for f in links/*; do printf '%s' "$f"; for t in e f d L h s r; do test -$t "$f" && printf ' %s' $t; done; echo; done
[ -p /dev/stdin ]; echo $?; [ -t 0 ]; echo $?; [ -t 1 ]; echo $?; [ -c /dev/null ]; echo $?; [ -b README.md ]; echo $?; \
  [ -S README.md ]; [ -k . ]; [ -u README.md ]; [ -g README.md ]; echo $?
[ -N README.md ]; [ README.md -ot AGENTS.md ]; echo $?; [ README.md -nt nothing ]; echo $?; [ nothing -ot README.md ]; echo $?; \
  [ README.md -ef ./README.md ]; echo $?
case abc in a*) echo one;& b*) echo fell;; c*) echo no;; esac; case abc in a*) echo one;;& *c) echo also;; *) echo no;; esac
case "$x" in '') echo empty;; esac; case README.md in *.@(md|txt)) echo document;; esac; case a in [!a]) echo no;; [a-c]) echo class;; esac
case x in (x) echo paren;; esac; case x in y|x) echo either;; esac; case 'a b' in a\ b) echo space;; esac; \
  case '*' in '*') echo star;; esac; echo $?
select x in a b; do echo "chose $x"; break; done; echo "code $?"
select x in one two < /dev/null; do echo never; done; echo "$? [$x]"
select x in one two; do echo "$REPLY $x"; break; done <<< 2
while read -r a b; do [[ $a == 3 ]] && break; echo "$b"; done < data/left.txt; echo "$a"
for i in 1 2 3; do for j in 1 2; do [[ $i$j == 21 ]] && continue 2; echo $i$j; [[ $i == 3 ]] && break 2; done; done
break; echo "code $?"; continue 2; for i in 1; do break 0; done; echo "code $?"
until false; do ((++n > 3)) && break; done; echo $n; while :; do break; done; echo $?
if grep -q Acme README.md; then echo found; elif true; then echo no; else echo no; fi; if false; then :; fi; echo $?
! grep -q nothing README.md && echo absent; ! true; echo $?; ! ! true; echo $?
true && false || echo or; false && echo no; echo $?; { false; true; } && echo group; (exit 3) || (exit 4); echo $?
f() { return 300; }; f; echo $?; f() { return -1; }; f; echo $?; f() { return x; }; f; echo $?; f() { false; return; }; f; echo $?
exit 255
exit 256
exit -1
exit 1 2
exit abc
exit 3; echo never
(exit 77)
exit $((1+1))
return 3; echo "code $?"
f() { exit 6; }; f; echo never
$(exit 5)
x=$(exit 5); echo $?; local x=$(exit 5); echo $?; f() { local x=$(exit 5); echo $?; local y; y=$(exit 5); echo $?; }; f
true | false | (exit 3) | true; echo "${PIPESTATUS[@]}"; echo "${PIPESTATUS[@]}"
set -o pipefail; false | true; echo $?; (exit 3) | (exit 4) | true; echo $?
yes | head -1; echo "${PIPESTATUS[@]}"; seq 1000000 | head -1 > /dev/null; echo "${PIPESTATUS[@]}"; set -o pipefail; \
  yes | head -c 5 > /dev/null; echo $?
cat large/big.log | head -1 > /dev/null; echo "${PIPESTATUS[*]}"; cat large/big.log | true; echo "${PIPESTATUS[*]}"; \
  cat large/big.log | sed 1q; echo "${PIPESTATUS[*]}"
for ((i = 0; i < 100000; i++)); do echo $i; done | head -1; echo "${PIPESTATUS[*]}"
./README.md/x; echo $?; ./nothing; echo $?; ./handbook; echo $?; nothing/x; echo $?; /; echo $?; handbook/; echo $?
. handbook; echo $?; . nothing; echo $?; source; echo $?
bash blobs/pixel.png; echo $?; bash blobs/fake.elf; echo $?
test -f /dev/stdin < README.md; echo $?; [[ /dev/stdin -ef README.md ]] < README.md; echo $?; [[ -e /dev/fd/7 ]]; echo $?; \
  [[ -w /dev/null && -c /dev/null ]]; echo $?
""",
    "modes, traps and functions": r"""
set -e; false || true; if false; then :; fi; ! true; echo here; false; echo never
set -e; f() { false; echo in f; }; f || echo handled; f; echo never
set -e; x=$(false); echo never
set -e; (false); echo never
set -e; false | true; echo goes on; (exit 4) | (exit 5); echo never
set -e; trap 'echo "on exit $?"' EXIT; false
set -e; ((0)); echo never
set -e; local x 2>/dev/null || echo no function; let 0 || true; grep -q nothing README.md; echo never
set -eu; echo "${undefined-fine}"; echo "$undefined"; echo never
set -u; echo "$1"; echo never
set -u; a=(); echo "${a[@]}" "$@" "$*"; echo "${a[0]}"; echo never
set -u; declare -A m; echo "${m[x]}"
set -u; x=1; echo ${x} ${#nothing}
set -x; x=1; echo "$x" 'a b' $((x+1)); [[ $x == 1 ]] && for i in a; do :; done; case x in x) true;; esac
set -x; echo $'new\nline' "" '*' é; set +x; echo quiet
PS4='${FUNCNAME[0]:-main}: '; f() { true; }; set -x; f; y=(1 2); ((1)); : "${z:=d}"
exec 5> /dev/null; BASH_XTRACEFD=5; set -x; echo traced elsewhere
set -v; echo verbose
set -n; echo never
set -C; echo fine > /dev/null; echo $?
set -o nonsense; echo $?
set -Z; echo $?
set -- a 'b c' ''; echo "$#"; for x; do echo "<$x>"; done; shift; echo "$1"; shift 5; echo "code $? $#"; set --; echo $#
set a b; echo "$@"; set - ; echo "$@"; set +x -- -x; echo "$1"
set -o posix; f() { :; }; echo "$POSIXLY_CORRECT"; set -o | grep posix
set -E; trap 'echo "error at $LINENO: $BASH_COMMAND"' ERR; f() { false; }; f; true; (exit 3)
trap 'echo "err $?"' ERR; false || true; if false; then :; fi; false; ! false; grep nothing README.md
trap 'echo "debug: $BASH_COMMAND"' DEBUG; x=1; echo "$x"; for i in 1 2; do :; done
trap 'echo return' RETURN; f() { echo in; }; f; declare -ft f; f; . config/lib.sh
trap 'echo exit $?; exit 9' EXIT; exit 3
trap 'echo outer' EXIT; (trap 'echo inner' EXIT; echo sub); echo main
trap 'echo never' EXIT; trap - EXIT; trap; echo done
trap 'echo one' EXIT; exec cat data/left.txt
trap '' TERM; trap 'echo x' INT HUP; trap -p; trap -l | head -2
trap 'x' NONSENSE; echo $?; trap x; echo $?; trap -p NONSENSE; echo $?
trap 'nothing-there/x' EXIT; true
trap 'echo $LINENO' EXIT
f() { local x=1 y; x+=2; echo "$x ${y-unset}"; g; }; g() { echo "sees $x"; }; f; echo "${x-gone}"
f() { local -n ref=$1; ref+=(more); }; list=(a); f list; echo "${list[@]}"; declare -n self=self; echo $?
f() { declare -g made=1; declare inner=2; }; f; echo "$made ${inner-none}"; readonly made; made=2; echo never
fact() { (($1 <= 1)) && { echo 1; return; }; echo $(($1 * $(fact $(($1 - 1))))); }; fact 12
fib() { local n=$1; ((n < 2)) && echo $n || echo $(($(fib $((n-1))) + $(fib $((n-2))))); }; fib 9
f() { f; }; FUNCNEST=10; f; echo "code $?"
f() { echo "${FUNCNAME[@]} | ${BASH_LINENO[*]} | ${BASH_SOURCE[*]}"; caller; caller 0; }; g() { f; }; g; caller; echo $?
f() { echo "$# $*"; }; f a 'b c' "$@"; f "$(echo x; echo y)"; f -n; unset -f f; declare -f f; echo $?
f() { cat; }; f <<< input; echo piped | f; f < data/left.txt | head -1; g() { echo out; echo err >&2; } 2>/dev/null; g
f() ( cd handbook; x=changed; echo "${PWD##*/}" ); x=same; f; echo "$x ${PWD##*/handbook}" | cut -c1-4
f () { echo redefined; }; type f; declare -f f; function g { :; }; type -t g; function h-i { echo dash; }; h-i
echo() { builtin echo "wrapped: $*"; }; echo x; command echo y; unset -f echo; echo z; builtin nothing; builtin cat; command -v echo
while getopts ':ab:c' opt -a -b value -x -c rest; do echo "$opt ${OPTARG-none} $OPTIND"; done; shift $((OPTIND-1))
while getopts 'ab:' opt -z -b; do echo "$opt ${OPTARG-none}"; done; echo "$OPTIND $?"
eval 'x=5; echo $x'; eval "echo \$((x*2))"; eval 'if'; echo "code $?"; eval; echo $?; y='echo "a  b"'; eval $y; eval "$y"; eval exit 4
cmd=(grep -c '^## '); "${cmd[@]}" CHANGELOG.md; cmd='grep -c "^## "'; $cmd CHANGELOG.md; echo $?
export X=1; bash -c 'echo "$X"'; X=2 bash -c 'echo "$X"'; echo $X; Y=3 eval 'echo $Y'; echo "${Y-gone}"; export -f nothing; echo $?
f() { echo exported; }; export -f f; bash -c f; export -n f; bash -c 'type f' 2>&1
TIMEFORMAT='timed'; time true; time { echo x; } ; time sleep 0 | cat; time; echo $?
TIMEFORMAT=; time ls README.md; TIMEFORMAT='%%'; time :; TIMEFORMAT='%Q'; time :
times > /dev/null; echo $?; help nothing; echo $?; help true | head -1; history; fc -l; echo $?; bind -l 2>/dev/null | wc -l; \
  suspend; echo $?; logout; echo never
pushd handbook > /dev/null; echo "${DIRSTACK[0]##*/} ${#DIRSTACK[@]}"; popd > /dev/null; popd; echo $?; pushd nothing; \
  cd nothing; cd README.md; cd a b; echo $?
cd handbook && cd - > /dev/null && echo "${OLDPWD##*/}"; cd links/directory; echo "${PWD##*/}"; cd -P .; echo "${PWD##*/}"; \
  cd ..; ls -d handbook; CDPATH=services; cd billing > /dev/null; ls
cd links/loop-a; cd links/dangling; cd ''; echo $?; cd deep/level1/../level1/level2; echo "${PWD##*/deep}"; cd //; pwd; cd /; \
  pwd; cd ..; pwd
set -x; f() { echo "$1"; }; f a; (echo sub); x=$(echo cmd); PS4='+${LINENO}> '; f b
shopt -s expand_aliases; alias ll='echo alias'; alias; unalias ll; unalias ll; echo $?
f() { local x; declare -Z; echo $?; local -r y=1; local y=2; echo $?; }; f; declare 1x=2; readonly 1; unset -v nothing 1x; echo $?
ulimit -s 300; f() { f; }; f
""",
    "redirection and processes": r"""
cat <(echo one) <(cat <(echo two) <(echo three)); diff <(sort <(cat data/left.txt)) data/left.txt && echo same
echo text > >(tr a-z A-Z); wait $!; echo "after $?"; : > >(sleep 0.05; exit 3); wait $!; echo $?
exec 3< data/left.txt; read -u 3 x; read -ru 3 y; echo "$x|$y"; cat <&3; exec 3<&-; cat <&3; echo $?
exec {input}< data/left.txt; echo "$input"; read -ru "$input" line; echo "$line"; exec {input}<&-; \
  exec {a}< README.md {b}< AGENTS.md; echo "$a $b"
exec 3>&1; echo to three >&3; { echo out; echo err >&2; } 3>&1 1>&2 2>&3 | cat; exec 3>&-; echo gone >&3
echo both &> /dev/stdout; { echo o; echo e >&2; } |& sort; ls nothing 2>&1 | cat; ls nothing 2>/dev/null; echo $?; \
  ls nothing README.md >/dev/null
cat 0<&- ; cat <&9; echo x >&9; echo $?; exec 9<>/dev/null; cat <&9; echo x >&9 && echo written
echo a > /dev/null > /dev/stdout; cat < nothing < data/left.txt; cat < handbook; echo $?; : < nothing || echo no; cat <; echo never
cat 3<<< third <&3; cat 4<<END <&4
read -r a b c <<< 'one two three four'; echo "$a|$b|$c"; IFS=: read -r x y <<< 'p:q:r'; echo "$x|$y"; read -ra list <<< 'a b c'; \
  echo "${#list[@]} ${list[2]}"
read -d : x <<< 'until: here'; echo "[$x]"; read -N 3 x <<< abcdef; echo "[$x]"; read -n 2 x <<< abc; echo "$x"; \
  read -r x < <(printf 'no newline'); echo "$? $x"; read -t 0; echo $?
IFS= read -r -d '' text < data/paragraphs.txt; echo "$? ${#text}"; read x <<< 'back\slash \n'; echo "$x"; \
  read -r x <<< 'back\slash'; echo "$x"; read -p prompt x <<< y; read 1x; echo $?; read -u 77 x; echo $?
while IFS= read -r -d '' name; do printf '%q\n' "$name"; done < <(find odd -name '*.md' -print0 | sort -z)
while IFS=$'\t' read -r team region rest; do [[ $region == apac ]] && echo "$team: $rest"; done < data/metrics.tsv | head -3
mapfile -t lines < data/left.txt; echo "${#lines[@]} ${lines[-1]}"; mapfile -s1 -n2 -t some < data/left.txt; echo "${some[*]}"; \
  mapfile -d '' -t names < blobs/nul-separated.list; printf '<%s>' "${names[@]}"
mapfile -O 2 -t a < data/left.txt; echo "${!a[@]}"; mapfile -C 'echo call' -c 2 x < data/left.txt; readarray -t y <<< ''; \
  echo "${#y[@]}"; mapfile z < nothing; echo $?; mapfile -u 44 q; echo $?; mapfile -n x q < README.md; echo $?
sleep 0.1 & jobs | sed 's/  */ /g'; jobs -r | wc -l; wait; jobs; echo $?; jobs %7; fg; bg; echo $?; disown %4; echo $?
for i in 1 2 3; do (sleep 0.0$((4 - i)); echo "$i") & done | sort; wait; echo done
echo start; (sleep 0.05; echo late) & wait; echo end; x=$( (sleep 0.02; echo inner) & echo outer; wait); echo "$x" | sort
(x=inner; echo $x $BASH_SUBSHELL; (echo $BASH_SUBSHELL)); echo "${x-unset} $BASH_SUBSHELL"; { x=kept; }; echo $x; \
  echo a | { read -r x; echo "in $x"; }; echo "$x"; shopt -s lastpipe; echo b | read -r x; echo "$x"
cat <<< "$(cat <<< inner)"; cat <<< 'single $x'; cat <<< $'a\nb'; tr a-z A-Z <<< ok; wc -c <<< ''
echo x | cat - <(echo y) /dev/null; cat /dev/null; head -c 4 /dev/zero | od -An -tx1; cat /dev/stdin <<< through; \
  echo x > /dev/stderr; echo y | cat /dev/fd/0; cat /dev/fd/3 3< data/left.txt
paste <(seq 3) <(seq 4 6) | while read -r a b; do echo $((a * b)); done; comm -3 <(ls handbook | cut -c4-) <(seq 3)
find . -name '*.toml' -print0 | sort -z | while IFS= read -r -d '' f; do echo "$f: $(wc -l < "$f")"; done
ls handbook | while read -r f; do ((n++)); done; echo "${n:-0}"; while read -r f; do ((n++)); done < <(ls handbook); echo $n
cat data/left.txt | while read -r n word; do ssh_is_no=1; echo "$n"; cat > /dev/null; done
{ echo head; sort -r; } < data/left.txt; (head -1; cat) < data/left.txt | wc -l; { read -r first; cat; } < data/left.txt
exec < data/left.txt; read -r x; echo "$x"; cat; exec > /dev/stderr; echo to error
exec 2>&1; ls nothing; echo still
exec 2>/dev/null; ls nothing; echo quiet $?
exec > /dev/null; echo never seen; ls nothing
exec >&-; echo lost; echo $? >&2
echo lost >&-; echo "code $?"; cat README.md >&-; echo "code $?"; printf x >&-; echo $?; ls 2>&- nothing; echo $?
> /dev/null; echo $?; < README.md; echo $?; 2>&1; x=1 > /dev/null; echo $x; ! < nothing; echo $?
echo one; echo two >&2; echo three; echo four >&2; exit 2
{ exit 3; } & wait $!; echo $?; true & first=$!; false & wait $first; echo $?; wait 1; echo $?; wait nothing; echo $?; wait %9; echo $?
coproc up { while read -r line; do echo "${line^^}"; done; }; echo hello >&"${up[1]}"; read -r answer <&"${up[0]}"; echo "$answer"
coproc { read -r line; exit 7; }; pid=$COPROC_PID; echo end >&"${COPROC[1]}"; wait "$pid"; echo $?
(sleep 0.3; exit 4) & (exit 5) & wait -n; echo $?; wait -n; echo $?; wait -n; echo $?; wait
(exit 3) & wait -n -p which; echo $? $((which == $!))
read -t 0.05 x < <(sleep 0.3; echo y); echo $?; read -e x <<< edit; echo $x; read -s x <<< silent; echo $x
bash /dev/stdin arg <<< 'echo "got $1"'; source /dev/stdin <<< 'y=7'; echo $y; bash <(echo 'echo from substitution'); . <(echo z=8); echo $z
cat /proc/self/fd/0 <<< through; diff /dev/stdin data/left.txt < data/left.txt && echo same
ulimit -n 12; exec 20< /dev/null; echo $?; ulimit -S -n 11; ulimit -n
trap '' PIPE; yes | head -1; echo ${PIPESTATUS[@]}
printf 'x\n' | xargs -I{} bash -c 'echo {} | cat' | rev | nl
""",
    "broken scripts": r"""
if true; then echo x
while true
for x in a b; do echo $x
case x in x) echo y
for do done
if; then fi
}
{ echo a
)
(echo a
echo a ) b
echo "unterminated
echo `unterminated
echo $((1 + 2
echo ${x
echo ${x!y}; echo "code $?"
echo ${}; echo never
[[ a b ]]; echo never
[[ a == ]]; echo never
[[ ( a ]]
f( { :; }
function { :; }
f() echo no braces
&& echo x
; echo x
echo a ;; echo b
echo a &&
echo a |
| cat
done
fi
esac
then
!
list=(1 2
$x
echo $[1+2]
select
for ((i=0;i<2)); do :; done
for 1x in a; do :; done; echo $?
echo before; if
echo before; echo 'abc
echo <<<
cat <<
echo > ; echo x
declare -A; declare x[; echo $?
: ${x:=}; : ${1:=y}; echo $?
echo ${a[1+]}; echo never
unset 'a[' ; echo $?
coproc; echo $?
function f() { echo ok; }; f; f(){ echo tight;};f
echo a;# comment
echo a#b '#c' #d
true &; echo x
echo {a..c,d} $'unterminated
""",
}
