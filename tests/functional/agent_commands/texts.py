"""How agents take texts apart: sed, awk, jq; a command a line, or two where a backslash ends the first."""

TEXTS = {
    "sed": r"""
sed -n '1,/^## /p' handbook/02-logging.md
sed -n '/^```bash/,/^```$/p' handbook/03-releases.md
sed -n '/## Rules/,/^$/{/^$/!p}' handbook/03-releases.md
sed '/^---$/,/^---$/d' decisions/0001-use-postgresql.md
sed -n '/^---$/,/^---$/{s/^title: *//p}' decisions/0002-log-as-json.md
sed -n '$=' logs/app.log
sed -n '$p' logs/app.log
sed '5q' CHANGELOG.md
sed '5Q7' CHANGELOG.md
sed -n '2~3p' data/left.txt
sed -n '3,+2p' CHANGELOG.md
sed -n '2,~4p' CHANGELOG.md
sed '0,/^## /d' CHANGELOG.md | head -2
sed -E 's/([a-z]+)=([^ ]+)/\2=\1/g' logs/app.log | head -2
sed 's/\(.*\)-\(.*\)/\2 \1/;s/v//' data/versions.txt
sed -E 's/\b(.)/\U\1/g' data/paragraphs.txt
sed 's/.*/\L&/; s/^./\u&/' text/unicode.txt
sed 's/[^,]*,//2' data/countries.csv
sed 's|/|::|g; s/^/> /' README.md
sed -e '1i\' -e 'inserted' -e '$a appended' data/left.txt
sed '2c changed' data/left.txt
sed 'y/abc/xyz/' data/left.txt
sed 'y/é/e/' text/unicode.txt
sed -n 'l' text/tabs.txt
sed -n 'l 20' text/unicode.txt
sed '=' data/left.txt | sed 'N;s/\n/\t/'
sed ':a;N;$!ba;s/\n/,/g' data/left.txt
sed '$!N;P;D' data/left.txt
sed 'G' data/left.txt
sed -n '1!G;h;$p' data/left.txt
sed -n 'H;${x;s/\n/;/g;p}' data/left.txt
sed '/banana/!s/$/ ./' data/left.txt
sed -s -n '1p' data/left.txt data/right.txt
sed -n '1p' data/left.txt data/right.txt
sed -s 'F;1!d' data/left.txt data/right.txt
sed '1r data/right.txt' data/left.txt
sed '1R data/right.txt' data/left.txt
sed 'r nothing' data/left.txt
sed -z 's/\n/|/g' data/left.txt
sed 's/\r$//' logs/windows.log | od -c | tail -3
sed 's/$/\r/' data/left.txt | od -c | head -2
sed 's/e/E/2gw /dev/stdout' data/left.txt
sed -n 's/a/b/w /dev/stderr' data/left.txt
sed --posix 's/a\+/b/' data/left.txt
sed -f <(echo 's/apple/pear/') data/left.txt
sed -n '/x\{0,1\}/p' data/left.txt | wc -l
sed 't end; s/a/b/; T; s/b/c/; :end' data/left.txt
sed '/apple/e echo executed' data/left.txt
sed -n 's/.*/echo &/ep' data/left.txt
sed --sandbox 's/a/b/w /dev/null' data/left.txt
sed 's/caf\xe9/x/' text/latin1.txt
sed 's/bad.*/X/' text/invalid.txt
sed p text/no-newline.txt
sed -u 1d text/no-newline.txt
sed
sed 's/a/b' README.md
sed 's/a/b/k' README.md
sed 's/(/x/' README.md | head -1
sed 's/\(/x/' README.md
sed -E 's/(/x/' README.md
sed 's/a/\1/' README.md
sed 'k' README.md
sed '/a' README.md
sed 'b nowhere' README.md
sed '{p' README.md
sed 'p}' README.md
sed '3,1p' -n data/left.txt
sed '0p' README.md
sed 'y/abc/d/' README.md
sed -n 1p nothing README.md
sed p handbook
sed --nonsense README.md
sed -n '/[/p' README.md
sed --version | head -1
sed -n '40,60p' large/big.log
sed -n '11990,$p' large/big.log
sed '/^#/d;/^$/d' config/env.example
sed -E -n 's/^export ([A-Z]+)=.*/\1/p' config/env.example
""",
    "awk": r"""
awk -F'\t' '{ sum[$1] += $3 } END { for (team in sum) print team, sum[team] }' data/metrics.tsv | sort
awk -F, 'NR==1 { for (i=1;i<=NF;i++) column[$i]=i; next } { print $column["plan"], $column["seats"] }' data/prices.csv
awk '{ count[$2]++ } END { for (level in count) printf "%-6s %d\n", level, count[level] | "sort -k2,2nr" }' logs/app.log
awk '{ lines[NR]=$0 } END { for (i=NR;i>NR-3;i--) print lines[i] }' logs/app.log
awk 'length > max { max = length; line = $0 } END { print max, line }' data/paragraphs.txt
awk 'length($0) > 60 { n++ } END { print n+0 }' handbook/*.md
awk 'FNR==1 { print FILENAME, $0 }' handbook/*.md
awk 'NR==FNR { seen[$1]=$2; next } $1 in seen { print $1, seen[$1], $2 }' data/left.txt data/right.txt
awk '/^## Why/{on=1;next} /^## /{on=0} on' handbook/05-incidents.md
awk '/^```/{code=!code; next} code' handbook/05-incidents.md
awk 'BEGIN { RS=""; FS="\n" } { print NR ": " $1 " (" NF ")" }' data/paragraphs.txt
awk 'BEGIN { while ((getline line < "data/left.txt") > 0) print "got " line; close("data/left.txt") }'
awk 'BEGIN { if ((getline line < "nothing") < 0) print "cannot"; exit 3 }'
awk 'BEGIN { "wc -l < README.md" | getline n; print n+0 }'
awk 'BEGIN { status = system("exit 5"); print status }'
awk 'BEGIN { system("echo from sh; echo oops >&2") }'
awk 'BEGIN { printf "%5.2f|%-8s|%08d|%x|%c|%c|%e|%%\n", 3.14159, "ab", 42, 255, 65, "hello", 12345.678 }'
awk 'BEGIN { print substr("hello",2,3), index("hello","l"), length("hello"), toupper("hello"), tolower("HeLLo") }'
awk 'BEGIN { n=split("a:b:c",parts,":"); for(i=1;i<=n;i++) printf "%s ", parts[i]; print n }'
awk 'BEGIN { text="aXbXc"; print gsub(/X/,"[&]",text), text; sub(/b/,"\\&",text); print text }'
awk 'BEGIN { print match("foobar",/o+/), RSTART, RLENGTH }'
awk 'BEGIN { print 1e300*1e300, -1e300*1e300, 2**10, 7%3, -7%3, int(-3.7) }'
awk 'BEGIN { print log(-1), sqrt(2), exp(1), atan2(0,-1), sin(0), cos(0) }'
awk 'BEGIN { print 1==1.0, "a"<"b", "10"<"9", 10<9, "abc"~/b/ }'
awk 'BEGIN { print 1/0 }'
awk 'BEGIN { print length() }' < README.md
awk '{ $2="X"; print; print NF }' OFS=- data/left.txt
awk '{ NF=1; print }' data/left.txt
awk '{ print $NF; print $(NF-1) }' data/left.txt
awk '{ print $-1 }' data/left.txt
awk -v who="a\tb" 'BEGIN { print who; print ENVIRON["HOME"], ENVIRON["nothing"] "." }'
awk 'BEGIN { for (i=0;i<ARGC;i++) print i, ARGV[i] }' one two=2 three
awk '{ print x, $0 }' x=1 data/left.txt x=2 data/right.txt
awk -f <(echo '{ print NR }') data/left.txt
awk 'function fact(n) { return n <= 1 ? 1 : n * fact(n-1) } BEGIN { print fact(10), fact(20) }'
awk 'BEGIN { a["x",1]=2; for (k in a) { split(k,p,SUBSEP); print p[1], p[2] }; delete a["x",1]; print ("x",1) in a }'
awk '!seen[$0]++' data/duplicates.txt
awk 'NR%2' data/left.txt
awk 'NR>=2 && NR<=3' data/left.txt
awk 'END { print NR, NF, $0 }' data/left.txt
awk '{ print > "/dev/stderr" }' data/left.txt
awk '{ print > "/dev/stdout" } END { print "end" }' data/left.txt
awk '{ print | "cat 1>&2" }' data/left.txt
awk '{ print | "sort -r"; } END { close("sort -r"); print "done" }' data/left.txt
awk -F'"' '{ print $2 }' logs/access.log | awk '{ print $1, $2 }' | sort | uniq -c | sort -k1,1nr -k2 | head -3
awk '$9 >= 500 { bytes += $10; n++ } END { printf "%d errors, %.1f KiB\n", n, bytes/1024 }' logs/access.log
awk -F'[][]' '{ print $2 }' logs/app.log | sort | uniq -c
awk -F: '{ print $1 }' OFS='|' config/base.yaml
awk '{ for (i=1;i<=NF;i++) words[tolower($i)]++ } END { for (w in words) print words[w], w }' data/paragraphs.txt | sort -k1,1nr -k2 | head
awk '{ print length($0) }' text/unicode.txt
awk '{ print toupper($0) }' text/unicode.txt
awk '{ print substr($0,1,3) }' text/unicode.txt
awk '/caf./' text/latin1.txt
awk 'length' text/blank.txt
awk '{ print NF }' blobs/nul.txt
awk -F'\r' '{ print $1 }' logs/windows.log
awk 'BEGIN { RS="\r\n" } { print NR, $0 }' logs/windows.log
awk 'BEGIN { RS=";" } { print NR }' config/schema.sql
awk '{ print' data/left.txt
awk 'BEGIN { print "unterminated }'
awk '/(/' data/left.txt
awk 'BEGIN { nofunc() }'
awk
awk '{ print }' nothing
awk '{ print }' handbook
awk '{ print }' nothing data/left.txt
awk --nonsense 1 README.md
awk 'BEGIN { printf "%d %s\n", "12abc" }'
awk 'BEGIN { exit } END { print "end runs" }'
awk 'BEGIN { print substr("hello", 0), substr("hello", -1, 3), substr("hello", 10) "." }'
awk 'NR==1,/cherry/' data/left.txt
awk 'BEGIN { OFMT="%.2f"; x=3.14159; print x; print x "" }'
awk 'BEGIN { CONVFMT="%d"; a[12.7]=1; for (k in a) print k }'
awk '{ sum += $1 } END { print sum }' data/numbers.txt
awk 'BEGIN { while (i++ < 3) { if (i == 2) continue; print i } do { print "once" } while (0) }'
awk '{ while (match($0,/[0-9]+/)) { printf "%s ", substr($0,RSTART,RLENGTH); $0=substr($0,RSTART+RLENGTH) } print "" }' data/versions.txt
awk 'BEGIN{srand(1); srand(2); print srand()}'
awk -F'|' 'NF > 3 { gsub(/^ +| +$/,"",$2); print $2 }' handbook/06-onboarding.md
awk '{ a[$2] = a[$2] " " $1 } END { for (k in a) print k a[k] }' data/right.txt | sort
awk 'BEGIN { getline; print "first " $0; getline x; print "then " x, NR }' data/left.txt
awk '{ total[$6]++ } END { n = asort(total) }' logs/access.log
awk 'BEGIN { print toupper(substr("x",1)) | "cat"; close("cat"); print "after" }'
awk 'BEGIN { printf "no newline" }'
awk 'BEGIN { print -3 " " -3; print 1 " " -1; print 100000000000000000000; print 0x11; print 1e6; print 123456789 }'
awk 'BEGIN { print strftime("%Y-%j", 86400) }'
""",
    "jq": r"""
jq '.people | length' data/people.json
jq -r '.people[] | "\(.name) \(.age)"' data/people.json
jq -r '.people[] | [.name, .team, .age, .active] | @csv' data/people.json
jq -r '.people[] | [.name, .address.city, .address.geo.lat] | @tsv' data/people.json
jq -c '.people | group_by(.team)[] | {team: .[0].team, names: map(.name)}' data/people.json
jq '[.people[] | select(.active and .age > 30)] | sort_by(-.age) | map(.name)' data/people.json
jq '.people | map(.age) | {min: min, max: max, mean: (add/length)}' data/people.json
jq -r '.people[0] | to_entries[] | "\(.key)=\(.value|tostring)"' data/people.json
jq '.people[0] | with_entries(.key |= ascii_upcase) | keys' data/people.json
jq '.people[1] | del(.address, .skills)' data/people.json
jq '[.people[].skills[]] | unique' data/people.json
jq '.people | INDEX(.name) | keys_unsorted' data/people.json
jq '[paths(type == "number")] | length' data/people.json
jq -c 'paths' data/tree.json
jq -c '[leaf_paths] | .[0:3]' data/tree.json
jq '.. | numbers' data/tree.json
jq -c 'tostream' data/matrix.json | head -4
jq -c --stream . data/matrix.json | tail -2
jq '.big, .float, .exp' data/tree.json
jq -r .text data/tree.json | od -c
jq -a .text data/tree.json
jq -j '.flags | keys[]' data/tree.json
jq -S . data/tree.json
jq --tab . data/tree.json
jq --indent 1 .flags data/tree.json
jq -c . data/tree.json
jq -C .flags data/tree.json
jq 'map(add)' data/matrix.json
jq -c 'transpose[1]' data/matrix.json
jq -r '.[] | map(tostring) | join(" ")' data/matrix.json
jq -c '.[1:3] | flatten | map(select(. % 2 == 0))' data/matrix.json
jq -s 'length' data/orders.ndjson
jq -s 'map(.items[] | .quantity * .price) | add' data/orders.ndjson
jq -s -c 'group_by(.status) | map({(.[0].status): length}) | add' data/orders.ndjson
jq -s -r 'group_by(.region)[] | [.[0].region, length, (map(.items | length) | add)] | @tsv' data/orders.ndjson
jq -c 'select(.note != null) | {id, note}' data/orders.ndjson | head -3
jq -r 'select(.region == "emea") | .id' data/orders.ndjson | paste -sd,
jq -n '[inputs | .customer] | unique | length' data/orders.ndjson
jq -n 'reduce inputs as $order ({}; .[$order.region] += 1)' data/orders.ndjson
jq -n --slurpfile orders data/orders.ndjson '$orders | length'
jq -n --rawfile text README.md '$text | split("\n") | length'
jq -n --arg name Ada --argjson limit 30 '{$name, $limit, both: "\($name)\($limit)"}'
jq -n --args '$ARGS.positional' a b "c d"
jq -n --jsonargs '$ARGS.positional' 1 '{"a":2}' null
jq -n '$ENV.HOME, env.TZ, $ENV.nothing'
jq -R -s 'split("\n") | map(select(length > 0)) | length' data/left.txt
jq -R 'split(",")' -c data/prices.csv
jq -Rsc 'split("\n")[:-1] | map(split(",")) | .[0] as $h | .[1:] | map([$h, .] | transpose | map({(.[0]): .[1]}) | add)' data/prices.csv
jq -rR 'select(test("ERROR")) | capture("request=(?<id>[0-9]+)").id' logs/app.log | head -4
jq -e .nothing data/tree.json
jq -e '.flags.x' data/tree.json
jq -e empty data/tree.json
jq '.a.b.c[1][1][1].d' data/tree.json
jq '.people[] .name .first' data/people.json
jq '.people.name' data/people.json
jq '.people[0] | .name + 1' data/people.json
jq '.people["x"]?' data/people.json
jq 'try error("mine") catch .' data/tree.json
jq 'error("mine")' data/tree.json
jq 'error({code: 3})' data/tree.json
jq -n 'halt_error' <<< '"x"'
jq -n '"stop\n" | halt_error(9)'
jq -n '{} | halt_error'
jq . config/broken.json
jq . nothing.json
jq . handbook
jq . blobs/bytes.bin
jq . README.md data/matrix.json
jq '.a |' data/tree.json
jq 'nofunction' data/tree.json
jq '{' data/tree.json
jq --nonsense . data/tree.json
jq
jq -n '1 as $x | 2 as $y | [$x,$y,$__loc__]' -c
jq -n 'def f(g): g * 2; [range(5) | f(. + 1)]' -c
jq -n '[limit(3; repeat(1))], [range(0; 10; 3)], [recurse(if . < 3 then . + 1 else empty end)]' -c
jq -n '"2024-02-29T12:00:00Z" | fromdate, (fromdate | todate), (strptime("%Y-%m-%dT%H:%M:%SZ") | mktime)'
jq -n '1700000000 | strftime("%A %d %B %Y %j")'
jq -n '"a,b;c" | split("[,;]"; null), gsub("[,;]"; "-"), ascii_downcase, ltrimstr("a"), @base64, @uri, @html, @sh, @json, @text' -c
jq -n '"aGk=" | @base64d'
jq -n '[1,[2]] | contains([1]), inside([1,[2],3]), any, all, index(1), (tojson | fromjson)' -c
jq -n '"é🚀" | length, utf8bytelength, explode, (explode | implode)' -c
jq -n '[3,1,2] | sort, (sort | reverse), max, min_by(-.), (to_entries | map(.key))' -c
jq -n '{"a":{"b":1}} * {"a":{"c":2}}, ({} | .a.b.c = 1), ([1,2,3] | .[1] |= . * 10), ({"a":1} | .a += 1 | .b //= 5)' -c
jq -n '[splits("a";"b")]'
jq -n '1, null, "x" | if . == null then "none" elif . == 1 then "one" else "other" end'
jq -n '[.[]?], (.x?.y? // "default"), ("x" | tonumber? // "no number")' -c
jq -n 'nan, infinite, -infinite, (nan < 1), ([nan] | sort)' -c
jq -n '1 / 0'
jq -n '[1,2] - [2], ("x" * 3), ("a,b" / ","), (7 % 3), (5 / 2), -(1)' -c
jq -n '@text "x\(1 + 1)", @json "v: \([1,"a"])", @sh "echo \("it'"'"'s")"' -r
jq -n 'input' data/left.txt
jq -n '[input, input]' <<< '1 2 3' -c
jq . <<< '{"a":1}{"b":2} [3]' -c
jq . <<< '{"a":1} x'
jq -r '.[] | select(.items | length > 2) | .id' large/one-line.json | tail -2
jq 'map(.items[].sku) | group_by(.) | map({sku: .[0], n: length}) | max_by(.n)' -c large/one-line.json
jq -r 'input_filename' config/broken.json data/matrix.json
jq -r '.scripts | keys | join(",")' services/*/package.json
jq -s 'map({name, version}) | sort_by(.version)' -c services/*/package.json
jq --version
jq -r '.dependencies | to_entries | map("\(.key) \(.value)") | .[]' services/billing/package.json
jq 'getpath(["a","b"]), (path(..) | length)' -c data/tree.json
jq '[.people[] | {(.name): .age}] | add' -c data/people.json
jq 'limit(2; .people[]) | .name' data/people.json
jq '.people[] | select(.name | test("^[äÄéÉö]"; "i")) | .name' data/people.json
jq '[.people[].name] | sort' -c data/people.json
jq 'walk(if type == "number" then . + 1 else . end)' -c data/matrix.json
jq -f <(echo 'length # comment') data/matrix.json
jq --seq -c .flags data/tree.json
jq -n 'input_line_number, ("x" | ascii), @uri "q=\("a b&c")"'
jq -n 'label $out | foreach (1,2,3) as $i (0; . + $i; if . > 2 then ., break $out else . end)'
jq -n 'import "nothing" as n; n::f'
""",
}
