"""Scripts of several lines, as agents write them when one command is not enough; each ends where a line holds only `%%`."""

SCRIPTS = r"""
# An index of the handbook.
for f in handbook/*.md; do
  title=$(grep -m1 '^# ' "$f" | sed 's/^# //')
  owner=$(grep -oE '@[a-z]+-team' "$f" | head -1)
  lines=$(wc -l < "$f")
  printf '%-28s %-14s %-12s %4d\n' "$f" "$title" "$owner" "$lines"
done
%%
set -euo pipefail
total=0
while IFS=, read -r plan price seats; do
  [[ $plan == plan ]] && continue
  total=$((total + price * seats))
  echo "$plan: $((price * seats))"
done < data/prices.csv
echo "total: $total"
%%
declare -A count
while read -r _ level _; do
  ((count[$level]++)) || true
done < logs/app.log
for level in "${!count[@]}"; do
  echo "$level ${count[$level]}"
done | sort -k2,2nr -k1
%%
# Which relative links of the handbook lead nowhere?
broken=0
for f in handbook/*.md README.md; do
  dir=$(dirname "$f")
  while read -r target; do
    case $target in
      http*|mailto:*|'#'*) continue ;;
    esac
    if [[ ! -e $dir/$target ]]; then
      echo "$f: broken link $target"
      ((broken++))
    fi
  done < <(grep -oP '\]\(\K[^)]+' "$f")
done
echo "broken: $broken"
exit $((broken > 0))
%%
for dir in services/*/; do
  name=$(basename "$dir")
  [[ -L ${dir%/} ]] && continue
  port=$(awk '/^port:/ { print $2 }' "$dir/service.yaml")
  version=$(jq -r .version "$dir/package.json")
  owner=$(sed -n 's/^owner: //p' "$dir/service.yaml")
  todo=$(grep -rc 'TODO\|FIXME' "$dir/src" | awk -F: '{ n += $2 } END { print n }')
  echo "$name|$port|$version|$owner|$todo"
done | sort -t'|' -k2n | column -t -s'|'
%%
echo "=== STRUCTURE ==="
find . -maxdepth 1 -type d -not -name '.*' | sort
echo
echo "=== KEY FILES ==="
ls -1 README.md AGENTS.md CHANGELOG.md NOTES.md 2>/dev/null
echo
echo "=== LARGEST ==="
find . -type f -printf '%s %p\n' | sort -rn | head -5
echo
echo "=== LANGUAGES ==="
find services -type f -path '*/src/*' | sed 's/.*\.//' | sort | uniq -c | sort -rn -k1,1 -k2
%%
cat <<'OUTER'
This is $not expanded
cat <<INNER
nor is this
INNER
OUTER
cat <<OUTER
expanded: $((6 * 7)) $(cat <<INNER
inner $(echo deep)
INNER
)
OUTER
cat <<A <<B
first
A
second
B
%%
cat <<-EOF | while read -r line; do echo "[$line]"; done
	tab one
		tab two
  spaces stay
	EOF
cat <<'a b'
quoted delimiter
a b
cat <<"$x"
dollar delimiter
$x
%%
front_matter() {
  awk '/^---$/ { n++; next } n == 1 { print } n == 2 { exit }' "$1"
}
for f in decisions/*.md; do
  declare -A meta=()
  while IFS=': ' read -r key value; do
    value=${value#\"}; value=${value%\"}
    meta[$key]=$value
  done < <(front_matter "$f")
  printf '%s\t%s\t%s\n' "${meta[id]}" "${meta[status]}" "${meta[title]}"
done | sort -t$'\t' -k2,2 -k1,1
%%
#!/bin/bash
# A script with its own option parser.
usage() { echo "usage: audit [-v] [-d DIR] PATTERN" >&2; exit 64; }
verbose=0 dir=.
set -- -v -d handbook TODO
while getopts ':vd:h' option; do
  case $option in
    v) verbose=1 ;;
    d) dir=$OPTARG ;;
    h|\?) usage ;;
    :) echo "missing argument for -$OPTARG" >&2; usage ;;
  esac
done
shift $((OPTIND - 1))
(( $# == 1 )) || usage
((verbose)) && echo "searching $dir for $1"
grep -rln -- "$1" "$dir" | sort | head -3
%%
set -x
files=(config/*.yaml)
for f in "${files[@]}"; do
  [[ $f == *prod* ]] && echo "${f^^}"
done
n=$(( ${#files[@]} * 2 ))
echo "$n"
%%
trap 'echo "line $LINENO: $BASH_COMMAND failed with $?" >&2' ERR
set -E
check() {
  grep -q "$1" README.md
}
check Acme
check nothing-like-it
echo after
cat nothing.md
echo end
%%
cleanup() { echo "cleaning up ($?)"; }
trap cleanup EXIT
set -e
echo working
grep nothing-like-it README.md
echo never
%%
echo one
echo two
cat nothing.md
if [[ 1 -eq ]]; then
  echo never
fi
%%
echo one
for x in a b; do
  echo $x
done done
echo never
%%
f() {
  echo "in f"
  nothing/here
  return 4
}

f
echo "code $?"
cd nowhere || echo "no such place"
echo "${undefined:?is needed}"
echo never
%%
# Extended statistics with one awk program.
awk '
  function percent(part, whole) { return whole ? sprintf("%.1f%%", 100 * part / whole) : "-" }
  {
    split($7, url, "?")
    hits[url[1]]++
    if ($9 >= 400) errors[url[1]]++
    bytes[url[1]] += $10
    total++
  }
  END {
    for (path in hits)
      printf "%-24s %4d %6s %8d\n", path, hits[path], percent(errors[path], hits[path]), bytes[path]
    print total > "/dev/stderr"
  }
' logs/access.log | sort
%%
jq -r '
  .people
  | group_by(.address.city)
  | map({
      city: .[0].address.city,
      people: map(.name) | sort,
      oldest: (max_by(.age) | "\(.name) (\(.age))")
    })
  | sort_by(-(.people | length), .city)
  | .[]
  | "\(.city): \(.people | join(", ")); oldest \(.oldest)"
' data/people.json
%%
jq -rs '
  def money: . * 100 | floor / 100;
  map(. + {total: (.items | map(.quantity * .price) | add)})
  | group_by(.customer)
  | map({customer: .[0].customer, orders: length, total: (map(.total) | add | money)})
  | sort_by(-.total)[:5][]
  | [.customer, .orders, .total] | @tsv
' data/orders.ndjson | column -t
%%
# Compare the keys of two configuration files.
keys() { sed -nE 's/^( *)([a-z_]+):.*/\1\2/p' "$1" | sort; }
for pair in base:prod base:dev prod:dev; do
  a=config/${pair%%:*}.yaml b=config/${pair##*:}.yaml
  if diff <(keys "$a") <(keys "$b") > /dev/null; then
    echo "$pair same keys"
  else
    echo "$pair differ:"
    diff <(keys "$a") <(keys "$b") | grep '^[<>]'
  fi
done
%%
shopt -s nullglob globstar extglob dotglob
all=(**/*.@(md|yaml|json))
echo "${#all[@]} files"
for f in "${all[@]}"; do
  base=${f##*/}
  [[ $base == *[![:ascii:]]* ]] && printf 'not ascii: %s\n' "$base"
  [[ $base == *[[:space:]]* ]] && printf 'space: %q\n' "$base"
done
%%
exec 3< data/left.txt 4< data/right.txt
while read -ru 3 number fruit && read -ru 4 other colour; do
  echo "$number $fruit / $other $colour"
done
exec 3<&- 4<&-
{
  echo "to both"
  echo "to error" >&2
} 2> >(sed 's/^/E: /' >&1) | sort
%%
queue=(handbook decisions)
declare -a seen
while ((${#queue[@]})); do
  current=${queue[0]}
  queue=("${queue[@]:1}")
  for entry in "$current"/*; do
    if [[ -d $entry ]]; then queue+=("$entry"); else seen+=("$entry"); fi
  done
done
printf '%s\n' "${seen[@]}" | sed -n '1p;$p'
echo "${#seen[@]}"
%%
walk() {
  local dir=$1 depth=$2 entry
  for entry in "$dir"/*; do
    printf '%*s%s\n' "$((depth * 2))" '' "${entry##*/}"
    if [[ -d $entry && ! -L $entry ]]; then
      walk "$entry" $((depth + 1))
    fi
  done
}
walk services/billing 0
walk reports 0
%%
pids=()
for f in handbook/0[0-4]*.md; do
  (grep -c '' "$f" > /dev/null; exit $(($(wc -l < "$f") % 7))) &
  pids+=($!)
done
codes=()
for pid in "${pids[@]}"; do
  wait "$pid"
  codes+=($?)
done
echo "${codes[*]}"
%%
shopt -s expand_aliases
alias count='grep -c'
count '^## ' CHANGELOG.md
unalias count
alias
if true
then
  echo "then on its own line"
elif false; then :
else
  :
fi
case README.md in
  *.txt)
    echo text
    ;;
  *.md | *.markdown)
    echo markdown ;;&
  R*)
    echo starts with R
esac
%%
text=$(cat <<'END'
key1 = value one
# comment
key2=value2

[section]
key3= "quoted"
END
)
section=
while IFS= read -r line; do
  line=${line%%#*}
  if [[ $line =~ ^\[([^]]+)\]$ ]]; then
    section=${BASH_REMATCH[1]}.
  elif [[ $line =~ ^[[:space:]]*([A-Za-z0-9_]+)[[:space:]]*=[[:space:]]*(.*)$ ]]; then
    printf '%s%s -> %s\n' "$section" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]//\"/}"
  fi
done <<< "$text"
%%
# Long lines are cut, short ones padded; non-ASCII counts by character.
while IFS= read -r line; do
  printf '|%-20.20s|%3d\n' "$line" "${#line}"
done < text/unicode.txt
%%
retry() {
  local -i tries=$1 n=0
  shift
  until "$@"; do
    ((++n >= tries)) && { echo "gave up after $n"; return 1; }
  done
  echo "worked after $n"
}
attempt() { ((++attempts >= 3)); }
retry 5 attempt
retry 2 false
echo "code $?"
%%
for f in odd/*; do
  [ -f "$f" ] || continue
  printf '%s\t' "$(printf '%s' "${f#odd/}" | od -An -tx1 | tr -d ' \n')"
  head -1 "$f"
done | sort | head -40
%%
stack=()
push() { stack+=("$1"); }
pop() { local -n out=$1; out=${stack[-1]}; unset 'stack[-1]'; }
for token in 3 4 + 2 '*' 7 -; do
  case $token in
    [0-9]*) push "$token" ;;
    *) pop b; pop a; push $((a $token b)) ;;
  esac
done
echo "${stack[@]}"
%%
echo "first" |
  tr a-z A-Z |
  # a comment in a pipeline
  rev
echo "continued \
line" && \
  echo "and" ||
  echo "or"
[[ -f README.md &&
   -d handbook ]] && echo both
arr=(
  one   # comment
  two
)
echo "${arr[@]}"
""".strip("\n").split("\n%%\n")

# What cannot be shown above: carriage returns, blank scripts, a byte order mark, tabs, a very long script.
SCRIPTS += [
    "echo a\r\necho b\r\n",
    "if true; then\r\necho x\r\nfi\r\n",
    " ",
    "\n\n",
    "# nothing but a comment",
    "#!/bin/sh\necho first line ignored\n",
    "echo \ufeffmarked | od -c",
    "\techo\ttabs\t|\ttr a-z A-Z\t",
    "é() { echo \"named é: $1\"; }\né größe",
    "echo '" + "long " * 6000 + "' | wc -c",
    "\n".join(f"echo line {number}; : $((total += {number}))" for number in range(400)) + "\necho $total",
    "echo start\n" + "(" * 40 + "echo deep $BASH_SUBSHELL" + ")" * 40,
    "cat <<END | md5sum\n" + "0123456789abcdef\n" * 900 + "END",
]
