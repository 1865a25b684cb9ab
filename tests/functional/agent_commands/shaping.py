"""How agents sort, cut, compare and dump what they found; a command a line, or two where a backslash ends the first."""

SHAPING = {
    "sorting and joining": r"""
sort data/duplicates.txt
sort -u data/duplicates.txt
sort -f data/duplicates.txt
sort -fu data/duplicates.txt
sort -n data/numbers.txt
sort -g data/numbers.txt
sort -h data/numbers.txt
sort -V data/versions.txt
sort -rV data/versions.txt | head -2
sort -t, -k3,3nr -k1,1 data/prices.csv
sort -t$'\t' -k1,1 -k3,3n data/metrics.tsv | head -5
sort -k2.2,2.4 data/left.txt
sort -s -k1,1 data/right.txt
sort -R --random-source=README.md data/left.txt
sort -c data/left.txt
sort -c data/duplicates.txt
sort -C data/duplicates.txt
sort -m data/left.txt data/right.txt
sort -z blobs/nul-separated.list | od -c
sort -b -k2 data/fixed.txt
sort -M <<< $'Mar\nJan\nfoo\nDec'
sort -d data/duplicates.txt | tail -3
sort text/unicode.txt
LC_ALL=C sort text/unicode.txt | head -3
sort text/invalid.txt
sort large/words.txt | uniq -d | head -5
sort -u large/words.txt | wc -l
sort --debug -k2 data/left.txt 2>&1 | head -4
sort nothing
sort handbook
sort -k data/left.txt
sort -k0 data/left.txt
sort --nonsense
sort -t ab data/left.txt
sort -nV data/left.txt
sort --files0-from=<(printf 'data/left.txt\0data/right.txt\0') | head -3
uniq data/duplicates.txt
sort data/duplicates.txt | uniq -c
sort data/duplicates.txt | uniq -ci | sort -k1,1nr -k2
sort data/duplicates.txt | uniq -u
sort data/duplicates.txt | uniq -D --all-repeated=separate
uniq -f1 data/right.txt
uniq -s2 -w3 data/right.txt
uniq --group=both data/duplicates.txt
uniq nothing
uniq -z blobs/nul-separated.list | wc -c
comm data/left.txt data/right.txt
comm -3 data/left.txt data/right.txt
comm -23 <(cut -d' ' -f1 data/left.txt) <(cut -d' ' -f1 data/right.txt | uniq)
comm --total data/left.txt data/right.txt
comm <(printf 'b\na\n') <(printf 'a\n')
comm --output-delimiter=: -12 data/left.txt data/left.txt
comm data/left.txt nothing
comm data/left.txt
join data/left.txt data/right.txt
join -a1 -e none -o 0,1.2,2.2 data/left.txt data/right.txt
join -v2 data/left.txt data/right.txt
join -a1 -a2 -e- -o auto data/left.txt data/right.txt
join -t, -1 1 -2 2 <(echo 'a,1') <(echo 'x,a')
join -j2 data/left.txt data/right.txt
join <(printf 'b 1\na 2\n') <(printf 'a 3\nb 4\n')
join --header data/left.txt data/right.txt
paste data/left.txt data/right.txt
paste -s -d, data/left.txt
paste -d'|;' data/left.txt data/right.txt data/left.txt
seq 6 | paste - - -
paste -d'\n' data/left.txt data/right.txt | head -3
paste data/left.txt nothing
paste -sd+ <(seq 10)
sort -S 50% data/left.txt | head -1
sort --parallel=4 large/big.log | md5sum
sort -k2 large/big.log | cut -c1-60 | tail -1
""",
    "cutting and reshaping": r"""
cut -d: -f1,3- <<< a:b:c:d
cut -d' ' -f2- --output-delimiter=_ logs/app.log | head -2
cut -c1-3,5 text/unicode.txt
cut -b1-3 data/left.txt
cut -d, -f2 -s data/left.txt
cut --complement -d, -f1 data/prices.csv
cut -f2 data/left.txt
cut -c0 data/left.txt
cut -f 3-1 data/left.txt
cut data/left.txt
cut -d ab -f1 data/left.txt
cut -d '' -f1 data/left.txt
cut -z -d' ' -f1 blobs/nul-separated.list | od -c
cut -f1 nothing
tr a-z A-Z < data/left.txt
tr -d '[:digit:]' < data/left.txt
tr -s '\n' < data/duplicates.txt
tr -cs '[:alnum:]' '\n' < data/paragraphs.txt | sort | uniq -c | sort -k1,1nr -k2 | head -4
tr -c 'a-z\n' . < data/left.txt
tr '[:lower:]' '[:upper:]' < text/unicode.txt
tr é e < text/unicode.txt | head -1
tr -d '\r' < logs/windows.log | od -c | tail -2
tr '\0' '\n' < blobs/nul-separated.list
tr -t abc xy < data/left.txt
tr a-c < data/left.txt
tr
tr z-a x < data/left.txt
tr '[:nonsense:]' x < data/left.txt
tr -d a b < data/left.txt
tr '\400' x < data/left.txt | head -1
fold -w 10 data/paragraphs.txt
fold -s -w 15 data/paragraphs.txt
fold -b -w 7 text/unicode.txt | head -5
fold -w 0 data/left.txt
fold text/one-long-line.txt | head -2
fmt -w 25 data/paragraphs.txt
fmt -u data/paragraphs.txt
fmt -s -w 20 data/paragraphs.txt
fmt -p '# ' README.md
fmt -w nonsense README.md
fmt nothing
nl data/left.txt
nl -ba -s': ' -w3 data/duplicates.txt
nl -v10 -i5 -nrz data/left.txt
nl -bp'^## ' CHANGELOG.md | head -12
nl text/page.txt nothing
nl -b x data/left.txt
tac data/left.txt
tac -b -s ' ' data/left.txt
tac -r -s '[0-9]' data/left.txt
tac nothing data/left.txt
tac text/no-newline.txt
rev text/unicode.txt
rev data/left.txt nothing
rev text/invalid.txt
column -t data/left.txt
column -t -s, -o ' | ' data/prices.csv
column -t -s, -N plan,price,seats -R price data/prices.csv
column -s: -t -n table -J -N key,value config/base.yaml
column -c 40 data/left.txt
column -x -c 40 data/left.txt
column -t text/unicode.txt
column nothing
column --nonsense data/left.txt
column -t -s$'\t' data/metrics.tsv | head -3
column -t -H 2 -N a,b data/left.txt
expand -t4 text/tabs.txt
expand -i text/tabs.txt
expand -t 2,6 text/tabs.txt
expand -t nonsense text/tabs.txt
expand nothing
head -n -3 data/left.txt
head -n 2 data/left.txt data/right.txt
head -q -n1 data/left.txt data/right.txt
head -v -n1 data/left.txt
head -c 5 data/left.txt
head -c -5 data/left.txt
head -c 1K large/big.log | tail -c 20
head -z -n1 blobs/nul-separated.list | od -c
head -n 2 nothing data/left.txt
head handbook
head -n nonsense data/left.txt
head --nonsense
head -2 -q data/left.txt
head -n0 data/left.txt
tail -n +3 data/left.txt
tail -n 1 data/left.txt data/right.txt
tail -c 5 data/left.txt
tail -c +5 data/left.txt
tail -q -n1 data/left.txt data/right.txt
tail -n 3 text/no-newline.txt
tail -z -n1 blobs/nul-separated.list | od -c
tail -n 2 nothing data/left.txt
tail handbook
tail -n nonsense data/left.txt
tail -5 large/big.log
tail -n +11999 large/big.log
tail -r data/left.txt
tail -c 1b large/words.txt | wc -c
cat large/big.log | tail -n 1
head -c 1000000 large/big.log | wc -lc
cat -n data/duplicates.txt
cat -b data/duplicates.txt
cat -s text/tabs.txt | cat -ET
cat -v blobs/bytes.bin | head -c 700
cat -A text/unicode.txt
cat -e logs/windows.log
cat - < data/left.txt
cat data/left.txt nothing data/right.txt
cat -z data/left.txt
cat text/controls.txt
cat text/invalid.txt text/latin1.txt
cat text/utf16.txt
cat text/bom.txt | od -c
cat blobs/pixel.png
cat odd/*brackets* odd/*\ * odd/*\"* ./odd/-* odd/*\** odd/emoji*
cat < odd/--help
cat 'odd/$HOME.md' odd/'`tick`.md' odd/$'new\nline.txt' odd/$'caf\xe9.txt' odd/$'\x01control.md'
cat odd/nothing$'\n'here 'odd/no"quote' $'odd/\xff'
cat links/readme links/first current
cat links/loop-a links/self links/dangling links/broken-inside
cat deep/level1/level2/level3/level4/level5/level6/level7/level8/level9/level10/note.md
cat large/one-line.json | cut -c1-80
wc data/*.txt
wc -c large/* text/*
wc -m text/unicode.txt text/invalid.txt text/latin1.txt text/utf16.txt
wc -L text/unicode.txt text/tabs.txt data/paragraphs.txt
wc -w text/unicode.txt text/one-long-line.txt
wc -l < large/big.log
wc --files0-from=<(printf 'README.md\0AGENTS.md\0')
wc README.md nothing handbook
wc --total=only -l handbook/*.md
wc --nonsense
wc -lm < text/blank.txt
cat handbook/*.md | wc
wc -l $(find handbook -name '*.md' | sort)
wc -c < blobs/sparse.bin
head -c 10 /dev/urandom | wc -c
wc -l /dev/stdin < README.md; jq . /dev/stdin <<< 1; echo x > /dev/fd/1; sed p /dev/stdin <<< q
""",
    "comparing": r"""
diff config/dev.yaml config/prod.yaml
diff -u --label a --label b config/dev.yaml config/prod.yaml
diff -u config/dev.yaml config/prod.yaml
diff -U0 --label a --label b handbook/00-naming.md handbook/01-errors.md
diff -c --label a --label b data/left.txt data/right.txt
diff -y -W 60 data/left.txt data/right.txt
diff -y --suppress-common-lines -W 60 config/dev.yaml config/prod.yaml
diff -q data/left.txt data/right.txt
diff -s README.md links/readme
diff -e data/left.txt data/right.txt
diff -n data/left.txt data/right.txt
diff --normal data/left.txt data/right.txt
diff -w <(echo 'a  b') <(echo 'a b')
diff -B text/blank.txt logs/empty.log
diff -b --strip-trailing-cr <(printf 'a \n') <(printf 'a\r\n')
diff -i data/duplicates.txt <(tr A-Z a-z < data/duplicates.txt)
diff -r services/billing services/gateway
diff -rq config services
diff -r --brief -x '*.md' empty reports
diff -N -u --label a --label b nothing data/left.txt
diff -I '^id:' decisions/0001-use-postgresql.md decisions/0002-log-as-json.md | head -8
diff --color=always data/left.txt data/right.txt
diff -D FLAG data/left.txt data/right.txt
diff --line-format='%dn%c'"'"':'"'"'%L' data/left.txt data/right.txt
diff --old-line-format='-%L' --new-line-format='+%L' --unchanged-line-format='' data/left.txt data/right.txt
diff blobs/bytes.bin blobs/records.bin
diff -a text/latin1.txt text/invalid.txt
diff text/no-newline.txt <(echo one)
diff nothing data/left.txt
diff data/left.txt
diff handbook README.md
diff --nonsense a b
diff - data/left.txt < data/left.txt && echo equal
diff -p -u --label a --label b services/sensor/src/sensor.c services/gateway/src/main.go | grep '^@@'
cmp data/left.txt data/right.txt
cmp -l text/latin1.txt text/invalid.txt
cmp -s data/left.txt data/right.txt
cmp -b data/left.txt data/right.txt
cmp -n 2 data/left.txt data/left.txt
cmp data/left.txt <(head -2 data/left.txt)
cmp -i 2:0 data/left.txt data/right.txt
cmp nothing data/left.txt
cmp handbook data/left.txt
cmp blobs/bytes.bin - < blobs/bytes.bin
""",
    "bytes and sums": r"""
xxd blobs/pixel.png
xxd -l 32 -s 16 blobs/bytes.bin
xxd -p -c 16 blobs/pixel.png
xxd -i text/bom.txt
xxd -b -l 12 blobs/bytes.bin
xxd -u -g1 -l 16 text/utf16.txt
xxd -e -g4 -l 24 blobs/records.bin
xxd -r -p <<< 48656c6c6f0a
xxd -s -8 blobs/bytes.bin
xxd blobs/data.gz | xxd -r | cmp - blobs/data.gz
xxd nothing
xxd -a blobs/sparse.bin
xxd --nonsense
od -An -tx1 -v -N 32 blobs/bytes.bin
od -A d -t u2 -N 20 blobs/records.bin
od -t f4 -j 6 -N 4 blobs/records.bin
od -c text/utf16.txt
od -tx1z -w8 blobs/pixel.png
od -An -tc -w1 -v text/no-newline.txt | sort | uniq -c | sort -k1,1nr -k2 | head -3
od blobs/sparse.bin
od -S 4 blobs/sparse.bin
od nothing
od -t q README.md
od -j 99999 README.md
strings blobs/sparse.bin
strings -n 8 blobs/bytes.bin
strings -t x -n 5 blobs/sparse.bin
strings -e l text/utf16.txt
strings -a blobs/pixel.png
strings -f blobs/sparse.bin blobs/nul.txt
strings nothing
strings handbook
base64 blobs/pixel.png
base64 -w 20 text/latin1.txt
base64 -d <<< aGVsbG8K
base64 -d <<< 'not*base64'
base64 -di <<< 'aGV*sbG8K'
base64 nothing
base64 -w0 blobs/bytes.bin | wc -c
md5sum README.md AGENTS.md
md5sum --tag README.md
md5sum -c <(md5sum README.md AGENTS.md)
md5sum -c <(echo 'd41d8cd98f00b204e9800998ecf8427e  README.md')
md5sum odd/*new* odd/back*
md5sum nothing handbook
sha1sum blobs/*.bin
sha256sum large/* | cut -c1-16
sha256sum -z README.md | od -c | tail -2
sha256sum --check --status <(sha256sum README.md)
sha256sum -c README.md
sha256sum --quiet -c <(sha256sum README.md)
cksum README.md large/big.log
cksum -a sha256 README.md
cksum -a crc --debug README.md 2>/dev/null
cksum --nonsense
find handbook -type f -exec md5sum {} + | sort -k2 | md5sum
""",
}
