"""What somebody who may run any command, and commit any file, would try. Plain data; test_attacks.py runs it.

Of every attack is checked, whatever it is: no canary is in its answer, nothing in the world around the server has changed, its
output broke no message, and the next call works. An entry adds what is its own: `says` must be in the answer, `never` must not
be in it, `then` is a later command and its whole output. @WORDS@ are filled in by the test: @OUTSIDE@ is a file that holds the
canary, @BREACH@ prints what no answer may hold, and so on.

An attack that `bites` works in plain bash, as the same user: the test tries that, too. So it fails where nothing contains it.
"""
import typing

EVERY_TIER = (1, 2, 3)
# What docs/security.md does not promise in tier 3, or what there works otherwise:
OWN_ROOT = (1, 2)  # tier 3 sees the machine's paths, and may ask what is there; there is no /bin/sh and no /proc
NO_EXECUTION = (1, 2)  # in tier 3 a native program of the repository may run by way of the loader, confined like a command
SIGNALS_WORK = (1, 2)  # in tier 3 every signal but those to the own group is refused
HAS_TMP = (1, 2)  # in tier 3 nothing can be written
LOADER_RUNS = (3,)

TIMED_OUT = r"(?m:^\[timed out after [0-9.]+ s\]$)"
MEMORY = r"(?m:^\[killed: memory limit of 512 MiB\]$)"
OUTPUT = r"(?m:^\[killed: output limit of 64 MiB\]$)"
PROCESSES = r"(?m:^\[(reached|killed): limit of 128 processes\]$)"
MEMORY_OR_REFUSED = rf"{MEMORY}|[Cc]annot allocate|memory exhausted|out of memory|too (big|large)"
MEMORY_OR_TIME = rf"{MEMORY_OR_REFUSED}|{TIMED_OUT}|killed by SIGSEGV"
PROCESSES_OR_TIME = rf"{PROCESSES}|{TIMED_OUT}"
TMP_FULL = r"No space left on device|File size limit exceeded"


class Attack(typing.NamedTuple):
    name: str
    command: str
    tiers: tuple = EVERY_TIER
    says: str = ""
    never: str = ""
    then: tuple = ()
    milliseconds: int = 10000
    bites: bool = False


def biting(*pairs, tiers=EVERY_TIER):
    return [Attack(name, command, tiers, bites=True) for name, command in pairs]


def printing(says, *pairs, tiers=EVERY_TIER, milliseconds=10000):
    return [Attack(name, command, tiers, says, milliseconds=milliseconds) for name, command in pairs]


def forgotten(*triples, tiers=EVERY_TIER):
    """A command, a later one, and what that prints when nothing is left of the first."""
    return [Attack(name, command, tiers, then=(then, out)) for name, command, then, out in triples]


# ---- Reading what is outside.

PATHS = biting(
    ("an absolute path", "cat @OUTSIDE@"),
    ("more .. than any root is deep", "cat ../../../../../../../../../../../../../..@OUTSIDE@"),
    (".. above the root", "cat /../../..@OUTSIDE@ /proc/../..@OUTSIDE@"),
    ("a path of 4000 characters", "printf -v dots './%.0s' {1..1950}; cat \"/$dots.@OUTSIDE@\""),
    ("a path that has the root in its middle", "cat //.///..//./@OUTSIDE@"),
    ("a link to a file", "cat outside"),
    ("a link with many ..", "cat up"),
    ("a chain of links", "cat hop"),
    ("a link to the root", "cat root@OUTSIDE@"),
    ("a link to a directory", "cat place/outside.txt"),
    ("a link by way of the process", "cat self/root@OUTSIDE@"),
    ("cd -P through a link", "cd -P root && cat .@OUTSIDE@"),
    ("cd -L and back", "cd -L place && cat ./outside.txt ../outside/outside.txt"),
    ("cd by CDPATH", "CDPATH=@PLACE@/.. cd outside && cat outside.txt"),
    ("pushd", "pushd @PLACE@ && cat outside.txt"),
    ("cd up one by one", "for i in {1..30}; do cd -P ..; done; cat .@OUTSIDE@"),
    ("PWD and OLDPWD", "PWD=@PLACE@; OLDPWD=@PLACE@; cat $PWD/outside.txt; cd -; cat outside.txt"),
    ("a tilde", "HOME=@PLACE@; cat ~/outside.txt; DIRSTACK=(@PLACE@); cat ~0/outside.txt"),
    ("the own root", "cat /proc/self/root@OUTSIDE@"),
    ("the own root of a thread", "cat /proc/thread-self/root@OUTSIDE@"),
    ("above the own directory", "cat /proc/self/cwd/../../../../../../../../../../..@OUTSIDE@"),
    ("the own root of each process",
     "cat /proc/[0-9]*/root@OUTSIDE@ /proc/[0-9]*/task/*/root@OUTSIDE@; cat /proc/$PPID/root@OUTSIDE@ /proc/$$/root@OUTSIDE@"),
    ("a directory by its descriptor", "exec 9</ ; cat /dev/fd/9@OUTSIDE@ /proc/self/fd/9@OUTSIDE@; cd /proc/self/fd/9/ && cat .@OUTSIDE@"),
    ("the repository's directory by its descriptor, and up", "exec 9<.; cat /proc/self/fd/9/../../../../../../../../../../..@OUTSIDE@"),
    ("find that follows links", "find -L . -maxdepth 2 -path './place/*' -name outside.txt -exec cat {} +"),
    ("grep that follows links", "grep -R . place/"),
    ("rg that follows links", "rg -uuu -L . place/"),
    ("a name from find", "find @PLACE@"),
    ("a name from ls", "ls -R @PLACE@"),
    ("a name from a glob", "echo @PLACE@/* @PLACE@/.*; shopt -s globstar; echo place/**"),
    ("a name from completion", "compgen -f @PLACE@/; compgen -G '@PLACE@/*'"),
    ("a name from tree", "tree -f @PLACE@"),
    ("a name from du", "du -a @PLACE@"),
    ("a name from rg", "rg --files -uuu @PLACE@"),
)

READERS = biting(
    ("every program that reads what it is named", "for reader in cat tac nl 'head -c 9999' 'tail -c +1' 'cut -b 1-' 'fold -w 999' 'fmt -w "
     "999' expand uniq sort 'paste -s' 'sed -n p' 'awk 1' 'jq -R .' 'rg -a .' 'grep -a .' 'egrep .' 'fgrep -e canary' 'strings' 'column' "
     "'comm /dev/null' 'diff /dev/null' 'join -v 1'; do $reader @OUTSIDE@ /dev/null; $reader @OUTSIDE@; $reader < @OUTSIDE@; done"),
    ("every program that encodes what it reads",
     "base64 @OUTSIDE@ | base64 -d; xxd -p @OUTSIDE@ | xxd -r -p; od -An -v -tx1 @OUTSIDE@ | xxd -r -p; rev @OUTSIDE@ | rev"),
    ("bash reads it into a variable", "x=$(<@OUTSIDE@); read -r y < @OUTSIDE@; mapfile -t z < @OUTSIDE@; echo \"$x $y ${z[@]}\""),
    ("bash reads it through a descriptor", "exec 8<@OUTSIDE@; cat <&8; cat /dev/fd/8 /proc/self/fd/8; exec {any}<>@OUTSIDE@ && cat <&$any"),
    ("bash runs it", "bash @OUTSIDE@"),
    ("bash sources it", ". @OUTSIDE@"),
    ("bash starts with it", "BASH_ENV=@OUTSIDE@ bash -c :"),
    ("an interactive bash starts with it", "bash --rcfile @OUTSIDE@ -i -c :"),
    ("a POSIX bash starts with it", "ENV=@OUTSIDE@ bash --posix -i -c :"),
    ("a login bash starts with it", "HOME=@HOME@ bash -l -c :"),
    ("it is the history", "history -r @OUTSIDE@; history"),
    ("it is a list of hosts", "HOSTFILE=@PLACE@/hosts; compgen -A hostname"),
    ("it is a list of dates", "date -f @OUTSIDE@"),
    ("it is a list of files to count", "wc --files0-from=@OUTSIDE@"),
    ("it is a list of files to sort", "sort --files0-from=@OUTSIDE@"),
    ("it is a list of files to measure", "du --files0-from=@OUTSIDE@"),
    ("it is a list of files to find", "find -files0-from @OUTSIDE@"),
    ("it is a list of files to recognise", "file -f @OUTSIDE@"),
    ("it is a list of arguments", "xargs -a @OUTSIDE@ echo"),
    ("it is a list of a tree", "tree --fromfile @OUTSIDE@"),
    ("it is read by awk itself", "awk 'BEGIN { while ((getline line < \"@OUTSIDE@\") > 0) print line }'"),
    ("it is read by a program that awk starts", "awk 'BEGIN { system(\"cat @OUTSIDE@\"); \"cat @OUTSIDE@\" | getline x; print x }'"),
    ("it is read by sed's r", "sed 'r @OUTSIDE@' README.md; sed 'R @OUTSIDE@' README.md"),
    ("it is run by sed's e", "sed '1e cat @OUTSIDE@' README.md; sed 's|.*|cat @OUTSIDE@|e' README.md"),
    ("it is a raw file of jq", "jq -n --rawfile x @OUTSIDE@ '$x'; jq -n --slurpfile x @PLACE@/module.json '$x'"),
    ("it is a module of jq", "jq -n -L @PLACE@ 'import \"module\" as $m; $m'"),
    ("it is a module of jq by a path with ..", "jq -n -L . 'import \"../../../../../../../../../..@PLACE@/module\" as $m; "
     "$m' || jq -n -L root 'import \".@PLACE@/module\" as $m; $m'"),
    ("a program of xargs reads it", "echo @OUTSIDE@ | xargs -n 1 cat"),
    ("a program of find reads it", "find . -maxdepth 0 -exec cat @OUTSIDE@ ';' -execdir cat @OUTSIDE@ ';'"),
    ("a preprocessor of rg reads it", "rg --pre ./reader.sh . @OUTSIDE@; rg --pre cat . @OUTSIDE@"),
    ("a compressor of sort reads it", "sort --compress-program=./reader.sh -S 1k @OUTSIDE@; sort -m @OUTSIDE@"),
    ("the loader starts the reader", "@LOADER@ \"$(type -P cat)\" @OUTSIDE@"),
)

# ---- Other processes: of the same user, the server itself, its machinery, a command that runs at the same time.

PROCESSES_READ = biting(
    ("its environment", "cat /proc/@VICTIM@/environ /proc/@VICTIM@/task/*/environ"),
    ("its command line", "cat /proc/@VICTIM@/cmdline /proc/@VICTIM@/task/*/cmdline"),
    ("its directory", "cat /proc/@VICTIM@/cwd/outside.txt"),
    ("its root", "cat /proc/@VICTIM@/root@OUTSIDE@"),
    ("a deleted file that it has open", "cat /proc/@VICTIM@/fd/@HELD@"),
    ("whatever it has open", "for i in /proc/@VICTIM@/fd/{3..20}; do [ -f $i ] && cat $i; done"),
    ("its memory", "while IFS='- ' read -r from to rest; do [[ $rest == *'[stack]' ]] && xxd -p -s $((16#$from)) -l $((16#$to - "
     "16#$from)) /proc/@VICTIM@/mem; done < /proc/@VICTIM@/maps | xxd -r -p | strings"),
    ("each process that is seen", "cat /proc/[0-9]*/environ; cat /proc/[0-9]*/cmdline"),
) + [
    Attack("the server's environment, files and memory",
           "cd /proc/@SERVER@ && cat environ cmdline fd/* task/*/environ cwd/* root@OUTSIDE@ map_files/*; ls -l fd cwd exe; strings mem"),
    Attack("the zygote's environment, files and root",
           "cd /proc/@ZYGOTE@ && cat environ fd/* root@OUTSIDE@ cwd/../../../../../../../../..@OUTSIDE@ map_files/* && echo @BREACH@"),
    Attack("the parent's files", "for f in environ maps mem mountinfo status stat fdinfo/0 fd/0 io auxv syscall stack root/etc/passwd; "
           "do x=$(< /proc/$PPID/$f) && echo @BREACH@; done 2>/dev/null"),
    Attack("the first process's files", "for f in environ maps mem mountinfo mounts status stat io auxv syscall stack wchan cgroup limits "
           "sched ns/mnt ns/net; do (exec 3</proc/1/$f) && echo @BREACH@; done 2>/dev/null"),
    Attack("the first process's descriptors", "ls /proc/1/fd/ /proc/1/task/1/fd/ /proc/1/fdinfo/ && echo @BREACH@; for i in {0..255}; "
           "do (exec 3<>/proc/1/fd/$i) && echo @BREACH@; done 2>/dev/null"),
    Attack("the own memory maps and mounts", "for f in maps smaps mountinfo mounts mountstats environ auxv cgroup status; "
           "do x=$(< /proc/self/$f) && echo @BREACH@; done 2>/dev/null"),
    Attack("a command that runs at the same time", "cat /proc/@NEIGHBOUR@/{environ,cmdline,cwd/README.md,root@OUTSIDE@,fd/0,exe} && echo "
           "@BREACH@; grep -as canary- /proc/[0-9]*/environ /proc/[0-9]*/mem"),
    Attack("the output of a command that runs at the same time", "(exec 3>/proc/@NEIGHBOUR@/fd/1 && echo @BREACH@); "
           "(exec 3>/proc/@NEIGHBOUR@/fd/2 && echo @BREACH@); (exec 3</proc/@NEIGHBOUR@/fd/1 && echo @BREACH@)"),
    Attack("signals to a command that runs at the same time",
           "kill -0 @NEIGHBOUR@ && echo @BREACH@; kill -9 @NEIGHBOUR@; kill -9 -- -@NEIGHBOUR@; kill -9 -1"),
]

# ---- The data directory, the repository and its history.

DATA = biting(
    ("a file in the data directory",
     "cat @DATA@/secret.txt; cat ../../../../../../secret.txt ../../../../../../../../../../../../..@DATA@/secret.txt"),
    ("the snapshot of another organisation", "cat @OTHER@/README.md; grep -r . @OTHER@"),
    ("the git configuration of the repository", "cat @REPOSITORY@/.git/config; grep -r canary- @REPOSITORY@/.git/"),
    ("a file of the repository that is not committed", "cat @REPOSITORY@/uncommitted.txt"),
    ("git credentials in the home of the server's user", "cat @HOME@/.git-credentials @HOME@/.netrc; HOME=@HOME@; cat ~/.git-credentials"),
) + [
    Attack("everything above the repository",
           "grep -rs canary- --exclude-dir=proc .. ../.. ../../.. ../../../../ ../../../../../.. ../../../../../../.."),
    Attack("the whole tree", "find / -xdev -name 'canary-*'; grep -rs canary- / --exclude-dir=proc; "
           "rg -uuu -a canary- /etc /usr /dev/fd/ /tmp"),
    Attack("what is beside the repository", "ls .. ../.git .git ../../* && echo; for d in .. ../.. ../../..; do (cd -P $d; "
           "echo .* * | grep -E 'snapshots|mirror|current|toolbox' && echo @BREACH@); done"),
]

# What exists outside, and where links lead: tier 3 lets that be asked.
EXISTENCE = biting(
    ("whether a file exists", "[ -e @OUTSIDE@ ] && echo @BREACH@"),
    ("how large a file is", "stat -c %s @OUTSIDE@ && echo @BREACH@"),
    ("whether a directory can be entered", "cd @PLACE@ && echo @BREACH@"),
    ("where a link outside leads", "readlink @PLACE@/pointer"),
    ("whether a process exists", "[ -d /proc/@VICTIM@ ] && echo @BREACH@"),
    ("who owns a process", "stat -c %u /proc/@VICTIM@ && echo @BREACH@"),
    ("the newer of two files", "[ @OUTSIDE@ -nt /nothing ] && echo @BREACH@"),
    ("whether a socket is there", "[ -S @UNIX@ ] && echo @BREACH@"),
    tiers=OWN_ROOT)

# ---- The loader, and programs that are not in the toolbox.

FOREIGN_PROGRAMS = biting(
    ("by its path", "@FOREIGN@ if=@OUTSIDE@"),
    ("with exec under another name", "exec -a cat @FOREIGN@ if=@OUTSIDE@"),
    ("by a PATH of the command's own", "PATH=$PATH:@FOREIGN_DIRECTORY@; dd if=@OUTSIDE@"),
    ("by the default PATH", "command -p dd if=@OUTSIDE@; unset PATH; dd if=@OUTSIDE@"),
    ("by the table of commands", "hash -p @FOREIGN@ cat; cat if=@OUTSIDE@"),
    ("by BASH_CMDS", "BASH_CMDS[cat]=@FOREIGN@; cat if=@OUTSIDE@"),
    ("by a link of the repository", "./foreign if=@OUTSIDE@"),
    ("by the loader", "@LOADER@ @FOREIGN@ if=@OUTSIDE@"),
    ("by the loader and a link", "@LOADER@ ./foreign if=@OUTSIDE@"),
    ("by the loader and the own root", "@LOADER@ /proc/self/root@FOREIGN@ if=@OUTSIDE@; @LOADER@ /proc/self/cwd/foreign if=@OUTSIDE@"),
    ("by the loader with another library path", "@LOADER@ --library-path /usr/lib:/usr/lib64:/lib/x86_64-linux-gnu @FOREIGN@ if=@OUTSIDE@"),
    ("by find", "find . -maxdepth 0 -exec @FOREIGN@ if=@OUTSIDE@ ';'"),
    ("by xargs", "echo if=@OUTSIDE@ | xargs @FOREIGN@"),
    ("by awk", "awk 'BEGIN { system(\"@FOREIGN@ if=@OUTSIDE@\"); \"@FOREIGN@ if=@OUTSIDE@\" | getline x; print x }'"),
    ("by sed", "sed -n '1e @FOREIGN@ if=@OUTSIDE@' README.md"),
    ("by rg", "rg --pre @FOREIGN@ canary- @OUTSIDE@ < @OUTSIDE@; rg --pre ./foreign.sh canary- @OUTSIDE@"),
    ("by a script of the repository for it", "./foreign.sh @OUTSIDE@"),
    ("by a script of the repository for bash", "./reader.sh @OUTSIDE@"),
    ("by a shell that runs a script without #!", "./plain.sh @OUTSIDE@"),
)

# A native program or library of the repository: tier 3 promises no more than that it is confined like every command.
NATIVE_IS_NOT_RUN = [Attack(name, command, NO_EXECUTION, never="(program|library) runs", bites=bites) for name, command, bites in (
    ("a program by the loader", "@LOADER@ ./program call 39", True),
    ("a program by the loader, from a descriptor", "exec 9<program; @LOADER@ /dev/fd/9 call 39; @LOADER@ /proc/self/fd/9 call 39", True),
    ("a copy of a program in /tmp", "umask 0; cat program > /tmp/@TOKEN@; @LOADER@ /tmp/@TOKEN@ call 39; /tmp/@TOKEN@ call 39", False),
    ("LD_PRELOAD", "LD_PRELOAD=$PWD/library.so cat README.md", True),
    ("LD_PRELOAD from a descriptor", "exec 9<library.so; LD_PRELOAD=/dev/fd/9 cat README.md; LD_PRELOAD=/proc/self/fd/9 cat README.md",
     True),
    ("LD_PRELOAD from /tmp", "cat library.so > /tmp/@TOKEN@; LD_PRELOAD=/tmp/@TOKEN@ cat README.md", False),
    ("LD_PRELOAD through a pipe", "LD_PRELOAD=/dev/fd/9 cat README.md 9< <(cat library.so)", False),
    ("LD_AUDIT", "LD_AUDIT=$PWD/library.so cat README.md", True),
    ("LD_LIBRARY_PATH", "LD_LIBRARY_PATH=$PWD ls README.md; LD_LIBRARY_PATH=$PWD grep h README.md", True),
    ("the loader's own preloading", "@LOADER@ --preload $PWD/library.so \"$(type -P cat)\" README.md", True),
    ("the loader's own auditing", "@LOADER@ --audit $PWD/library.so \"$(type -P cat)\" README.md", True),
    ("the loader's own library path", "@LOADER@ --library-path $PWD \"$(type -P ls)\" README.md", True),
    ("a loadable builtin", "enable -f ./library.so native && native x", True),
    ("a loadable builtin by its search path", "BASH_LOADABLES_PATH=$PWD; enable -f library.so native; enable native", True),
    ("a converter of characters", "GCONV_PATH=$PWD LC_ALL=en_US.NATIVE LANG=en_US.NATIVE LOCPATH=$PWD bash -c 'printf \"\\u20ac\" | cat; "
     "file README.md'; GCONV_PATH=$PWD jq -n 1", False),
)] + [
    Attack("a program by its path", "./program call 39; ./static call 39; exec ./static call 39", never="program runs", bites=True),
    Attack("a program by a link, find, xargs and awk", "find . -name 'static' -exec {} call 39 ';'; "
           "echo ./static | xargs -I{} {} call 39; awk 'BEGIN { system(\"./static call 39\") }'; hash -p ./static cat; cat call 39; "
           "PATH=$PWD; static call 39", never="program runs", bites=True),
    Attack("a program by a preprocessor and a compressor", "rg --pre ./static h README.md; "
           "rg --hostname-bin ./static h --hyperlink-format default README.md; seq 30000 | sort -S 200k --compress-program=./static",
           never="program runs"),
    Attack("a library of the sandbox as a builtin", "for so in \"${BASH%/bin/bash}\"/lib/*/*.so*; "
           "do for name in system execve main lightfast; do enable -f \"$so\" $name && echo @BREACH@; done; done 2>/dev/null"),
    Attack("what the loader writes for debugging", "LD_DEBUG=all LD_DEBUG_OUTPUT=@OPEN@/debug cat README.md", bites=True),
    Attack("what the loader writes for profiling", "LD_PROFILE=libc.so.6 LD_PROFILE_OUTPUT=@OPEN@ cat README.md", bites=True),
    Attack("a locale of the repository", "LOCPATH=$PWD LC_ALL=evil TEXTDOMAINDIR=$PWD TEXTDOMAIN=evil LANGUAGE=evil NLSPATH=$PWD/%N bash "
           "-c 'echo $\"hello\" done; ls /nothing'", says="done"),
    Attack("tunables that overflow", "GLIBC_TUNABLES=glibc.malloc.mxfast=glibc.malloc.mxfast=$(printf %08000d 1) "
           "GLIBC_TUNABLES=x=$(printf %08000d 1) cat README.md", says="hello"),
]

# ---- Writing.

WRITES = biting(
    ("a redirection", "echo x > @WRITABLE@"),
    ("a redirection that adds", "echo x >> @WRITABLE@"),
    ("a redirection that forces", "set -C; echo x >| @WRITABLE@"),
    ("a redirection of both streams", "echo x &> @WRITABLE@"),
    ("a redirection that empties", ": > @WRITABLE@; exec > @WRITABLE@"),
    ("a redirection that reads and writes", "exec 5<> @WRITABLE@; echo xxxx >&5"),
    ("a redirection to a variable's descriptor", "exec {any}>> @WRITABLE@; echo x >&$any"),
    ("a redirection through a link", "echo x > writable"),
    ("a redirection through the own root", "echo x > /proc/self/root@WRITABLE@"),
    ("a redirection through another's root", "echo x > /proc/@VICTIM@/root@WRITABLE@"),
    ("a new file", "umask 0; : > @OPEN@/new"),
    ("a new file above", "cd @OPEN@; echo x > new; echo x > ./x/../new"),
    ("bash's trace", "exec 9> @OPEN@/trace; BASH_XTRACEFD=9; set -x; :"),
    ("bash's history", "set -o history; history -s x; history -w @WRITABLE@; history -a @WRITABLE@"),
    ("an interactive bash's history", "echo 'echo x' | HISTFILE=@OPEN@/history bash --norc -i"),
    ("an exit trap", "trap 'echo x > @WRITABLE@' EXIT"),
    ("awk's redirection", "awk 'BEGIN { print \"x\" > \"@WRITABLE@\" }'; awk 'BEGIN { print \"x\" >> \"@WRITABLE@\" }'"),
    ("awk's pipe", "awk 'BEGIN { print \"x\" | \"cat > @WRITABLE@\" }'"),
    ("awk's system", "awk 'BEGIN { system(\"echo x > @WRITABLE@\") }'"),
    ("sed's w", "sed -n 'w @WRITABLE@' README.md"),
    ("sed's s with w", "sed -n 's/h/x/w @OPEN@/new' README.md"),
    ("sed's e", "sed '1e echo x > @WRITABLE@' README.md"),
    ("sed in place", "sed -i 's/./x/' @OPEN@/old"),
    ("sed in place with a copy", "sed --in-place='@OPEN@/*.copy' 's/./x/' @OPEN@/old"),
    ("find's -fprint", "find . -fprint @WRITABLE@"),
    ("find's -fprintf", "find . -maxdepth 0 -fprintf @OPEN@/new x"),
    ("find's -fls", "find . -fls @OPEN@/new"),
    ("find's -delete", "find @OPEN@/ -name old -delete"),
    ("find's -exec", "find . -maxdepth 0 -exec bash -c 'echo x > @WRITABLE@' ';'"),
    ("sort's -o", "sort -o @WRITABLE@ README.md"),
    ("sort's temporary files", "seq 30000 | sort -S 200k -T @OPEN@"),
    ("sort's compressor", "seq 30000 | sort -S 200k --compress-program=./writer.sh; seq 30000 | sort -S 200k -T @OPEN@ "
     "--compress-program=cat"),
    ("uniq's output file", "uniq README.md @WRITABLE@"),
    ("tree's -o", "tree -o @WRITABLE@ ."),
    ("xxd's output file", "xxd README.md @WRITABLE@"),
    ("xxd's patch of a file", "echo '0: 78' | xxd -r - @WRITABLE@"),
    ("file's compiled magic", "cd @OPEN@ && echo '0 string x x' | file -C -m /dev/stdin; file -C -m @OPEN@/magic"),
    ("rg's preprocessor", "rg --pre bash . writer.sh"),
    ("xargs", "echo 'echo x > @WRITABLE@' | xargs -d '\\n' bash -c"),
    ("a coprocess", "coproc { echo x > @WRITABLE@; }; wait"),
    ("a process substitution", "echo x > >(cat > @WRITABLE@); sleep 0.05"),
    ("a child of a child in the background", "( (echo x > @WRITABLE@) & ) & sleep 0.05"),
)

SNAPSHOT = [Attack(name, command, then=("cat README.md", "hello\n")) for name, command in (
    ("a file of the repository is overwritten",
     "echo x > README.md; : > README.md; echo x >> $PWD/README.md; exec 3<>README.md && echo x >&3"),
    ("a file of the repository is edited",
     "sed -i s/hello/x/ README.md; sort -o README.md outside; uniq /dev/null README.md; xxd /dev/null README.md; tree -o README.md"),
    ("a file of the repository is deleted", "find . -name README.md -delete; find . -type l -delete; find . -delete"),
    ("a file is added beside the repository", "for d in . .. ../.. ../../.. ../../../..; do : > $d/@TOKEN@ && echo @BREACH@; done"),
    ("a program of the toolbox is overwritten",
     "for d in ${PATH//:/ }; do for f in $d/cat $d/bash $d/new; do : >> $f && echo @BREACH@; done; done"),
    ("a library of the toolbox is overwritten", "for f in \"${BASH%/bin/bash}\"/lib/lightfast/zygote.so "
     "\"${BASH%/bin/bash}\"/lib/*/libc.so.6 @LOADER@ \"${BASH%/usr/bin/bash}\"/etc/sandbox.bash; do : >> $f && echo @BREACH@; "
     "find $f -delete && echo @BREACH@; done"),
    ("the data directory is written",
     "echo x > @DATA@/secret.txt; : > @DATA@/@TOKEN@; : > @OTHER@/README.md; echo x >> @REPOSITORY@/.git/config"),
)]

DEVICES = [Attack(name, f"for f in {files}; do (: >> $f) && echo $f @BREACH@; done 2>/dev/null") for name, files in (
    ("memory and disks", "/dev/mem /dev/kmem /dev/port /dev/sd[a-z] /dev/vd[a-z] /dev/nvme0n1 /dev/loop0 /dev/loop-control "
     "/dev/mapper/control /dev/fuse /dev/kvm /dev/vhost-net /dev/net/tun"),
    ("terminals", "/dev/tty /dev/console /dev/ptmx /dev/pts/ptmx /dev/pts/[0-9]* /dev/tty[0-9]* /dev/ttyS0 /dev/vcs /proc/self/fd/255"),
    ("logs and shared memory", "/dev/kmsg /dev/log /dev/shm/@TOKEN@ /dev/mqueue/@TOKEN@ /dev/hugepages/@TOKEN@ /run/@TOKEN@ "
     "/run/lock/@TOKEN@ /var/tmp/@TOKEN@ /var/log/wtmp"),
    ("what is random and zero", "/dev/zero /dev/urandom /dev/random /dev/full"),
    ("system files", "/etc/passwd /etc/group /etc/shadow /etc/sandbox.bash /etc/ld.so.preload /etc/profile /etc/bash.bashrc /root/@TOKEN@ "
     "/@TOKEN@ /usr/@TOKEN@ /usr/bin/@TOKEN@ /repo/@TOKEN@ /lib/@TOKEN@"),
    ("kernel settings", "/proc/sys/kernel/core_pattern /proc/sys/kernel/hostname /proc/sys/vm/overcommit_memory "
     "/proc/sys/fs/binfmt_misc/register /proc/sysrq-trigger /proc/sys/kernel/modprobe /sys/kernel/uevent_helper "
     "/sys/fs/cgroup/cgroup.procs /sys/power/state /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/ns_last_pid"),
    ("the own process's settings", "/proc/self/{oom_score_adj,oom_adj,mem,comm,clear_refs,coredump_filter,timerslack_ns,autogroup,"
     "loginuid,uid_map,gid_map,setgroups,sched,make-it-fail,attr/current,attr/exec,projid_map}"),
    ("other processes' settings",
     "/proc/{1,$PPID,@VICTIM@,@ZYGOTE@,@SERVER@}/{oom_score_adj,mem,comm,timerslack_ns,attr/current,uid_map,coredump_filter,autogroup}"),
)] + [
    Attack("the clock", "date -s '2001-01-01 00:00:00' && echo @BREACH@; date 010100002001 && echo @BREACH@; date -s @1 && echo @BREACH@",
           says="cannot set date"),
    Attack("files that outlive the call in /tmp of the machine", "echo x > /tmp/@TOKEN@; echo x > /var/tmp/@TOKEN@; cat < /tmp/@TOKEN@",
           then=("cat /tmp/@TOKEN@ /var/tmp/@TOKEN@ | wc -c", "0\n")),
]

# ---- Network.

NETWORK = biting(
    ("TCP to IPv4", "echo x > /dev/tcp/127.0.0.1/@TCP@"),
    ("TCP to a name", "echo x > /dev/tcp/localhost/@TCP@"),
    ("TCP that reads", "cat < /dev/tcp/127.0.0.1/@TCP@ & sleep 0.05; kill $!"),
    ("TCP both ways", "exec 5<>/dev/tcp/127.0.0.1/@TCP@; echo x >&5"),
    ("TCP to other spellings of the address",
     "for a in 0 127.1 0x7f000001 2130706433 0177.0.0.1 127.0.1.1; do (echo x > /dev/tcp/$a/@TCP@); done"),
    ("TCP to IPv6", "echo x > /dev/tcp/::1/@TCP6@"),
    ("TCP to IPv4 in IPv6", "echo x > /dev/tcp/::ffff:127.0.0.1/@TCP@"),
    ("TCP of a child in the background", "( (echo x > /dev/tcp/127.0.0.1/@TCP@) & ) ; sleep 0.05"),
    ("TCP of a bash that awk starts", "awk 'BEGIN { system(\"bash -c \\\"echo x > /dev/tcp/127.0.0.1/@TCP@\\\"\") }'"),
    ("TCP of a bash that find starts", "find . -maxdepth 0 -exec bash -c 'echo x > /dev/tcp/127.0.0.1/@TCP@' ';'"),
    ("TCP of a bash that the loader starts", "@LOADER@ $BASH -c 'echo x > /dev/tcp/127.0.0.1/@TCP@'"),
    ("TCP of a coprocess", "coproc { echo x > /dev/tcp/127.0.0.1/@TCP@; }; wait"),
    ("TCP of an exit trap", "trap 'echo x > /dev/tcp/127.0.0.1/@TCP@' EXIT"),
    ("UDP to IPv4", "echo x > /dev/udp/127.0.0.1/@UDP@"),
    ("UDP to a name", "echo x > /dev/udp/localhost/@UDP@"),
    ("UDP both ways", "exec 5<>/dev/udp/127.0.0.1/@UDP@; printf x >&5"),
) + [
    Attack("awk's sockets", "awk 'BEGIN { s = \"/inet/tcp/0/127.0.0.1/@TCP@\"; print \"x\" |& s; print \"x\" > s }'; "
           "awk 'BEGIN { print \"x\" > \"/inet/udp/0/127.0.0.1/@UDP@\" }'"),
    Attack("a socket by its path", "echo x > @UNIX@; cat @UNIX@; exec 5<>@UNIX@; echo x > /proc/@VICTIM@/root@UNIX@"),
    Attack("sockets of others by their descriptors",
           "for i in {0..30}; do echo x > /proc/@SERVER@/fd/$i; echo x > /proc/$PPID/fd/$i; echo x > /proc/1/fd/$i; done && echo @BREACH@"),
    Attack("the tables of sockets", "for f in tcp tcp6 udp unix raw packet netlink route arp dev; "
           "do for d in /proc/net /proc/self/net /proc/1/net /proc/@VICTIM@/net; do x=$(< $d/$f) && echo @BREACH@; done; done 2>/dev/null"),
]

# ---- Signals and what should not survive.

SIGNALS = biting(
    ("SIGKILL by number", "kill -9 @VICTIM@"),
    ("SIGTERM by name", "kill -s TERM @VICTIM@"),
    ("SIGSTOP", "kill -STOP @VICTIM@"),
    ("SIGCONT, SIGURG and SIGWINCH, which do no harm", "kill -CONT @VICTIM@; kill -URG @VICTIM@; kill -WINCH @VICTIM@"),
    ("every signal", "for s in {1..64}; do kill -$s @VICTIM@; done"),
    ("its group", "kill -HUP -- -@VICTIM@"),
    ("from awk, xargs and find", "awk 'BEGIN { system(\"kill -USR1 @VICTIM@\") }'; echo @VICTIM@ | xargs bash -c 'kill -USR2 $0'; "
     "find . -maxdepth 0 -exec bash -c 'kill -INT @VICTIM@' ';'"),
    ("signal 0, to each of many",
     "for p in {100000..4194304..991} @VICTIM@; do [ $p = $$ ] || { kill -0 $p && echo @BREACH@; }; done 2>/dev/null"),
) + [
    Attack("all processes", "kill -0 -1 && kill -9 -1; kill -TERM -1; kill -STOP -1; kill -CONT -1", milliseconds=300),
    Attack("the server, its launcher and zygote",
           "for p in @SERVER@ @ZYGOTE@ @LAUNCHER@; do kill -0 $p && echo @BREACH@; kill -9 $p; kill -STOP $p; kill -9 -- -$p; done"),
    Attack("the parent, with every signal",
           "for s in {1..64}; do [ $s = 19 ] || kill -$s $PPID; kill -$s 1; done; echo @STILL@", SIGNALS_WORK, says="still-here"),
    Attack("the parent, where it cannot be signalled",
           "kill -0 $PPID && echo @BREACH@; for s in {1..64}; do kill -$s $PPID; kill -$s 1; done; echo @STILL@", (3,), says="still-here"),
    Attack("the own group is killed", "kill -9 0; echo x", says="SIGKILL"),
    Attack("the own group is stopped", "kill -STOP 0; echo x", says=TIMED_OUT, milliseconds=200),
    Attack("the own group gets every signal that can be ignored", "for i in {1..64}; do trap '' $i; done 2>/dev/null; for i in {1..64}; "
           "do [ $i = 9 ] || [ $i = 19 ] || kill -$i 0; done; echo @STILL@",
           says="still-here"),
    Attack("everything is stopped",
           "sleep 9 & kill -STOP -1; kill -STOP $!; kill -STOP $$; echo x", SIGNALS_WORK, says=TIMED_OUT, milliseconds=200),
    Attack("a child stops its parent", "bash -c 'kill -STOP $PPID'; echo x", SIGNALS_WORK, says=TIMED_OUT, milliseconds=200),
    Attack("a stopped child is left", "(kill -STOP $BASHPID) & sleep 0.05; echo @STILL@", SIGNALS_WORK, says="still-here"),
    Attack("a child left in a closed group that ignores all", "set -m; (for i in {1..64}; do trap '' $i; done 2>/dev/null; exec >&- 2>&-; "
           "while :; do sleep 1; done) & echo @STILL@", says="still-here"),
    Attack("a chain of processes that are gone before they are seen", "f() { f & }; f; echo @STILL@", says="still-here"),
    Attack("a chain of processes in sessions that bash makes",
           "set -m; f() { f & disown; }; f & sleep 0.1; echo @STILL@", says="still-here"),
    Attack("a coprocess and substitutions are left",
           "coproc sleep 1000; exec 7> >(sleep 1000) 8< <(sleep 1000); echo @STILL@", says="still-here"),
    Attack("an exit trap that starts more", "trap 'sleep 1000 & (sleep 1000 &)' EXIT TERM HUP; echo @STILL@", says="still-here"),
    Attack("an exit trap that never ends", "trap 'while :; do sleep 1; done' EXIT; exit 3", says=TIMED_OUT, milliseconds=200),
    Attack("a job that writes when the command is over",
           "(sleep 1; echo @BREACH@; echo @BREACH@ >&2) & echo @STILL@", says="still-here", then=("sleep 0.3; echo own", "own\n")),
    Attack("a program that is called like the machinery is left", "for name in init zygote waiting lightfast-launc; "
           "do ./$name 1000 & done; (exec -a init sleep 1000) & sleep 0.05; echo @STILL@", OWN_ROOT,
           says="still-here"),
]

# ---- The server's own machinery.

BUILTIN = '"${BASH%/bin/bash}"/lib/lightfast/zygote.so lightfast_zygote'
MACHINERY = [
    Attack("the builtin of the start file is called again", f"enable -f {BUILTIN}; lightfast_zygote; lightfast_zygote x y; "
           f"builtin lightfast_zygote; (lightfast_zygote); lightfast_zygote & wait; echo @STILL@",
           says="still-here"),
    Attack("the builtin is called with descriptors that lead nowhere", f"enable -f {BUILTIN}; for i in {{3..40}}; "
           f"do eval \"exec $i</dev/null\"; done; lightfast_zygote; echo @STILL@", says="still-here"),
    Attack("the builtin is called with endless descriptors", f"enable -f {BUILTIN}; for i in {{3..40}}; do eval \"exec $i</dev/zero\"; "
           f"done; lightfast_zygote; echo @STILL@", says="still-here", milliseconds=2000),
    Attack("the builtin is called with pipes that are fed", f"enable -f {BUILTIN}; for i in {{3..20}}; "
           f"do eval \"exec $i< <(head -c 60000 /dev/urandom)\"; done; lightfast_zygote; echo @STILL@", says="still-here",
           milliseconds=3000),
    Attack("the builtin is called without any descriptor",
           f"enable -f {BUILTIN}; (exec 0<&- 1>&- 2>&-; lightfast_zygote); echo @STILL@", says="still-here"),
    Attack("the builtin is called in another bash", f"bash -c 'enable -f {BUILTIN}; lightfast_zygote'; bash -ic 'enable -f {BUILTIN}; "
           f"lightfast_zygote'; echo @STILL@", says="still-here"),
    Attack("the start file is read again", ". \"${BASH%/usr/bin/bash}/etc/sandbox.bash\"; "
           "BASH_ENV=\"${BASH%/usr/bin/bash}/etc/sandbox.bash\" bash -c 'echo inner'; echo @STILL@", says="inner\n(.|\n)*still-here"),
    Attack("the start file is read by many at once", "for i in {1..20}; do BASH_ENV=\"${BASH%/usr/bin/bash}/etc/sandbox.bash\" bash -c : "
           "& done; wait; echo @STILL@", says="still-here"),
    Attack("every descriptor is written",
           "exec 2>/dev/null; for i in {3..255}; do echo '{\"jsonrpc\":\"2.0\"}' >&$i && echo @BREACH@; done"),
    Attack("every descriptor is read", "exec 2>/dev/null; for i in {3..255}; do read -t 0.01 -u $i x && echo @BREACH@; done"),
    Attack("every descriptor is looked at",
           "for i in {3..255}; do [ -e /proc/self/fd/$i ] && echo @BREACH@; done; find /proc/self/fd/ -type s | grep . && echo @BREACH@"),
    Attack("every descriptor is closed", "for i in {0..255}; do eval \"exec $i>&-\"; done 2>/dev/null; exit 7", says=r"\[exit 7\]"),
    Attack("the own output is opened again and read",
           "echo early; exec 5<>/dev/stdout 6</dev/fd/2; read -t 0.1 -u 5 x; exit 4", says=r"\[exit 4\]"),
    Attack("the own output is drained by the command itself",
           "echo one; cat /dev/stdout & cat /proc/$$/fd/1 & echo two; sleep 0.1; exit 5", says=r"\[exit 5\]"),
    Attack("the handler of unknown commands is replaced", "command_not_found_handle() { echo mine; kill -9 $$; }; nothing",
           then=("nothing 2>&1 | head -c 26", "nothing: not available her")),
    Attack("the handler of unknown commands calls itself",
           "command_not_found_handle() { nothing; }; nothing", says=rf"SIGSEGV|{PROCESSES}|{TIMED_OUT}|{MEMORY}", milliseconds=300),
    Attack("builtins are switched off", "enable -n enable exec exit kill trap echo builtin eval read; unset -f command_not_found_handle; "
           "printf @STILL@", says="still-here"),
    Attack("exec of what cannot be", "exec /nothing; echo @BREACH@", says=r"\[exit 12[67]\]"),
    Attack("exec after exec", "exec bash -c 'exec bash -c \"exec $0 -c \\\"echo @STILL@\\\"\"' bash", says="still-here"),
    Attack("the text of the script is changed",
           "BASH_EXECUTION_STRING='echo @BREACH@'; BASH_ENV=/dev/stdin; echo @STILL@", says="still-here"),
    Attack("a script that ends as a start file would", "return 5; echo @STILL@; exit 6", says=r"still-here(.|\n)*\[exit 6\]"),
    Attack("a script that ends what it is in", "break 99; continue 99; } ; fi", says="syntax error"),
    Attack("a script that is not finished", "echo @STILL@\ncat <<END\nabc $(", says="."),
    Attack("functions and start files of the server's environment", "ls > /dev/null; cat < /dev/null; bash -c 'ls > /dev/null'; "
           "bash -ic :; bash -lc :; declare -f; set; export -p; alias; complete -p; trap -p"),
    Attack("the environment of what is started", "awk 'BEGIN { for (name in ENVIRON) print name, ENVIRON[name] }'; jq -n env; "
           "xargs -a /dev/null bash -c 'export -p'; strings /proc/self/environ; echo ${!L*} ${!BASH_FUNC*}"),
    Attack("where memory that is not cleared would show", "printf '%d %s\\n' {1..30000} > /dev/null; "
           "x=$(strings -n 8 /proc/self/mem /proc/$$/mem /proc/self/auxv); echo \"$x\"; bash -c 'set; history; fc -l'"),
]

# ---- Messages and output.

OUTPUTS = [
    Attack("a message of the protocol on each stream", "for i in 1 2; do printf '%s\\n' '' '{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}' "
           "'{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\"}' >&$i; done", says="jsonrpc"),
    Attack("a header of another transport",
           "printf 'Content-Length: 2\\r\\n\\r\\n{}\\r\\n\\r\\n'; printf 'Content-Length: 2\\r\\n\\r\\n{}' >&2", says="Content-Length"),
    Attack("what ends a string of JSON", "printf '\"}]}}\\n\\\\\"\\\\u0000\\n\\\\'; printf '\"}' >&2", says=r'"}\]}}\n'),
    Attack("terminal sequences",
           "printf '\\033[2J\\033]0;title\\007\\033P0;1|17/ab\\033\\\\\\b\\b\\v\\f\\177\\016'", says=r"\\x1B\[2J\\x1B\]0;title\\x07"),
    Attack("terminal sequences on stderr", "printf '\\033]52;c;aGk=\\a\\033[6n' >&2; \"$(printf '\\033[31mname')\"; "
           "cat \"$(printf 'a\\033[2Kb')\"", says=r"\\x1B\]52;c;aGk=\\x07\\x1B\[6n"),
    Attack("terminal sequences by C1 control characters",
           "printf '\\302\\2332J \\302\\2350;title\\302\\234 \\302\\205 \\302\\220'", says=r"\\x"),
    Attack("terminal sequences by bare C1 bytes", "printf '\\2332J\\2350;t\\234'", says=r"\\x9B2J\\x9D0;t\\x9C"),
    Attack("NUL", "printf 'a\\0b\\0\\0'; printf '\\0' >&2", says=r"a\\x00b\\x00\\x00(.|\n)*\\x00"),
    Attack("bytes that are no UTF-8",
           "printf '\\300\\257 \\355\\240\\200 \\365\\200\\200\\200 \\364\\220\\200\\200 \\370\\210\\200\\200\\200 \\342\\202 \\377\\376'",
           says=r"\\xC0\\xAF \\xED\\xA0\\x80 \\xF5\\x80\\x80\\x80 \\xF4\\x90\\x80\\x80 \\xF8\\x88\\x80\\x80\\x80 \\xE2\\x82 \\xFF\\xFE"),
    Attack("noncharacters and line separators",
           "printf '\\357\\277\\277 \\357\\277\\276 \\342\\200\\250 \\342\\200\\251 \\357\\273\\277 \\364\\217\\277\\277 end'", says="end"),
    Attack("random bytes on both streams", "tr -d '\\302' < /dev/urandom | head -c 100000; "
           "tr -d '\\302' < /dev/urandom | head -c 100000 >&2", says=r"stdout cut: \d+ of 100000 bytes(.|\n)*stderr cut: \d+ of 100000"),
    Attack("a line of 5 million characters", "printf '%05000000d' 1; printf '%05000000d' 1 >&2",
           says=r"stdout cut: 10240 of 5000000 bytes, inside line 1 of 1(.|\n)*stderr cut: 10240 of 5000000"),
    Attack("a character on the edge of what is kept", "printf '%010239d\\303\\251x' 1; printf '%010238d\\360\\237\\230\\200x' 1 >&2",
           says=r"stdout cut: (10239|10241|10240) of 10242 bytes"),
    Attack("notes that the command writes itself", "printf '[exit 0]\\n[timed out after 10 s]\\n[killed: memory limit of 512 MiB]\\n[exit "
           "0]' >&2; exit 3", says=r"\[exit 0\]\n\[exit 3\]\Z"),
    Attack("a note that the command begins", "printf '[stdout cut: ' >&2; exit 9", says=r"\n\[exit 9\]\Z"),
    Attack("a million empty lines", "yes '' | head -n 1000000; yes '' | head -n 1000000 >&2", says=r"of 1000000 bytes"),
    Attack("carriage returns and backspaces over a note",
           "printf 'x\\r\\b\\b\\b\\033[A' >&2; exit 8", says=r"\\x08\\x08\\x08\\x1B\[A\n\[exit 8\]\Z"),
]

# ---- Resources: each ends, and its answer names the limit.

RESOURCES = [
    *printing(
        PROCESSES_OR_TIME,
        ("a fork bomb that waits", "b() { b & b & wait; }; b"),
        ("a fork bomb of new shells", "export s='bash -c \"$s\" & bash -c \"$s\" & wait'; bash -c \"$s\""),
        ("a fork bomb of substitutions", "f() { : < <(f) < <(f) < <(f); wait; }; f"),
        ("a fork bomb of captures", "f() { x=$(f & f); }; f"),
        ("a fork bomb by xargs", "yes 100 | xargs -P 0 -n 1 sleep"),
        ("a fork bomb that ignores all signals", "for i in {1..64}; do trap '' $i; done 2>/dev/null; f() { f & f & f & wait; }; f"),
        milliseconds=400),
    *printing(
        PROCESSES,
        ("children of children that are orphans", "for i in {1..200}; do (sleep 100 & sleep 100 & ); done; sleep 100"),
        ("coprocesses", "for i in {1..200}; do coproc sleep 100; done 2>/dev/null; wait"),
        ("a pipe of two thousand stages", "eval \"$(printf 'sleep 100 | %.0s' {1..2000}) cat\""),
        ("pipes that hold all they can", "for i in {1..200}; do exec {x}< <(tr '\\0' x < /dev/zero) || break; done; wait"),
        milliseconds=1000),
    *printing(
        MEMORY_OR_REFUSED,
        ("an array of bash", "printf -v x '%01000000d' 1; while :; do y[i++]=$x; done"),
        ("one large variable", "printf -v x '%01000000d' 1; while :; do x+=$x; done"),
        ("an argument list that grows", "printf -v x '%0100000d' 1; set -- $x $x; while :; do set -- \"$@\" \"$@\"; done"),
        ("braces", "eval echo {a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,"
         "b}{a,b}{a,b} | wc -c"),
        ("a string of jq", "jq -n '\"xxxxxxxx\" | until(false; . + .)'"),
        ("an array of jq", "jq -n '[repeat(\"x\" * 1000000)] | length'"),
        ("a line without end to strings, sed and rev at once",
         "for p in 'sed p' rev 'cut -c 1' 'fold -s -w 2000000000'; do tr '\\0' x < /dev/zero | $p > /dev/null & done; wait"),
        ("a table without end", "yes | column"),
        ("a pattern space that grows", "yes \"$(printf %050000d 1)\" | sed ':a;N;ba'"),
        ("a difference without end", "diff <(yes) <(yes no)"),
        ("the memory of many that each have little",
         "for i in {1..40}; do (printf -v x '%01000000d' 1; x=$x$x$x$x$x$x$x$x$x$x; x=$x$x; sleep 9) & done; wait"),
        ("the memory of an orphan", "(tr '\\0' x < /dev/zero | tail -c 2000000000 &) ; exec >&- 2>&-; sleep 100"),
        milliseconds=20000),
    *printing(
        MEMORY_OR_TIME,
        ("stars over links to the own directory", "echo loop1/*/*/*/*/*/*/*/*/*/* | wc -c"),
        ("stars in all depths", "shopt -s globstar; echo ** loop*/** loop*/loop*/**/loop*/**/loop*/**/* | wc -c; sleep 100"),
        ("find that follows links for ever", "while :; do find -L . -name x; done"),
        ("a pattern that repeats repetitions", "grep -E '((((x{1,255}){1,255}){1,255}){1,255}){1,255}' README.md; sleep 100"),
        ("a pattern with back references", "printf '%050d' 0 | sed -nE '/^(0*)*(0*)*(0*)*(0*)*\\1\\2\\3\\4x/p'; sleep 100"),
        ("a pattern of bash", "[[ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa == +(+(+(a)))b ]]; shopt -s extglob; "
         "x=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; echo ${x//+(+(+(a)))b/}; sleep 100"),
        ("a pattern of jq", "jq -n '(\"a\" * 40) | test(\"(a*)*(a*)*(a*)*(a*)*b\")'; sleep 100"),
        ("awk that calls itself", "awk 'function f(n) { return f(n + 1) + 1 } BEGIN { f(0) }'; sleep 100"),
        ("jq that calls itself", "jq -n 'def f: [f]; f'; sleep 100"),
        ("deep nesting", "eval \"$(printf '$(%.0s' {1..5000})\"; eval \"echo $(printf '$((%.0s' {1..5000})\"; "
         "printf '[%.0s' {1..200000} | jq .; sleep 100"),
        ("a script that sources itself", ". ./itself.sh; sleep 100"),
        ("a variable that names itself",
         "a='b + a' b='a + b'; ((a)); declare -n c=d d=c; echo $c; f() { local -n x=x; x=1; }; f; sleep 100"),
        milliseconds=250),
    *printing(
        TIMED_OUT,
        ("every processor is kept busy by many", "for i in {1..60}; do (while :; do :; done) & done; wait"),
        ("a loop that ignores all and has closed all",
         "for i in {1..64}; do trap '' $i; done 2>/dev/null; exec 0<&- 1>&- 2>&-; while :; do :; done"),
        ("reading what never comes", "read x < <(sleep 1000)"),
        ("following a file", "tail -f README.md /dev/null; tail -F nothing"),
        ("the end of what never ends", "tail -n 1 /dev/zero | sleep 1000"),
        ("sums of what never ends", "md5sum /dev/zero & sha256sum /dev/urandom & cksum /dev/zero & wait"),
        ("a comparison of what never ends", "cmp /dev/zero <(cat /dev/zero)"),
        ("a count to infinity", "jq -n 'last(range(1e15))' & seq inf > /dev/null & awk 'BEGIN { for (;;) i++ }' & wait"),
        ("a DEBUG trap that never ends", "set -T; trap 'while :; do :; done' DEBUG; :"),
        ("a signal to itself without end", "trap : USR1; while :; do kill -USR1 $$ 2>/dev/null; done"),
        ("a sleep for ever with nothing open", "for i in {0..255}; do eval \"exec $i>&-\"; done; while :; do sleep inf; sleep 1000; done"),
        ("a wait for what was disowned", "sleep 1000 & disown; exec 3< <(sleep 1000); cat <&3"),
        milliseconds=120),
    *printing(
        OUTPUT,
        ("empty lines from bash alone", "printf -v x '%s\\n' {1..20000}; while :; do printf '%s' \"$x\"; done"),
        ("numbers on both streams by many", "for i in 1 2 3; do seq inf & seq inf >&2 & done; wait"),
        ("one line without end", "base64 -w 0 /dev/urandom"),
        milliseconds=20000),
    Attack("open files that a function keeps",
           "while exec {x}</dev/null; do :; done; echo ${x:-none}", says="Too many open files|Bad file|cannot"),
    Attack("a list of arguments of megabytes", "printf -v x '%0120000d' 1; for i in {1..60}; do a+=(\"$x\"); done; "
           "$(type -P echo) \"${a[@]}\" | wc -c", says="Argument list too long"),
    Attack("an environment of megabytes", "printf -v x '%03000000d' 1; export x; cat README.md", says="Argument list too long"),
]
SHELL_OF_AWK = printing(
    PROCESSES,
    ("pipes of awk", "awk 'BEGIN { for (i = 0; i < 200; i++) print i | (\"sleep 100 #\" i) }'"),
    tiers=OWN_ROOT, milliseconds=2000)
FILLING = printing(
    TMP_FULL,
    ("here-documents that are kept open", "printf -v x '%09000000d' 1; for i in {1..20}; do exec {y}<<<\"$x\" || break; done"),
    ("files that awk keeps open", "awk 'BEGIN { for (i = 0; i < 20000; i++) { f = \"/tmp/\" i; print \"x\" > f; close(f) } }'"),
    ("files of the loader", "for i in {1..9000}; do : > /tmp/$i || break; done; LD_DEBUG=all LD_DEBUG_OUTPUT=/tmp/x cat README.md; "
     "echo x > /tmp/last"),
    ("one file by many", "for i in {1..20}; do cat /dev/zero >> /tmp/x & done; wait"),
    ("a sort's temporary files", "yes \"$(printf %050000d 1)\" | head -c 90000000 | sort -S 1M --parallel=2"),
    ("a hole at the end of the largest file", "exec 5> /tmp/x; echo '3ffffff0: 4141' | xxd -r - /tmp/x; yes > /tmp/y"),
    tiers=HAS_TMP, milliseconds=20000)

# ---- What one call leaves for the next.

LEFTOVERS = forgotten(
    ("a variable", "x=kept; export y=kept; declare -g z=kept", "echo $x$y$z.", ".\n"),
    ("a function", "cat() { echo kept; }; export -f cat; f() { echo kept; }", "cat README.md; declare -F | head -n 1",
     "hello\ndeclare -f command_not_found_handle\n"),
    ("an alias", "shopt -s expand_aliases; alias cat='echo kept'", "cat README.md; alias; shopt expand_aliases",
     "hello\nexpand_aliases \toff\n"),
    ("a trap", "trap 'echo kept' EXIT DEBUG TERM; :", "trap -p; echo own", "own\n"),
    ("the umask", "umask 077", "umask", "0022\n"),
    ("limits", "ulimit -S -n 10; ulimit -f 1; ulimit -v 999999; ulimit -u 5; ulimit -t 1", "ulimit -n; ulimit -f; ulimit -v; ulimit -t",
     "256\n65536\n4194304\n60\n"),
    ("the directory", "cd /", "[ -e README.md ] && echo $OLDPWD.", ".\n"),
    ("the stack of directories", "pushd / > /dev/null; pushd /usr 2> /dev/null > /dev/null", "dirs | wc -w", "1\n"),
    ("options", "set -efux -o pipefail -o posix -o noglob; shopt -s nullglob dotglob", "echo $-; shopt -q nullglob; echo $?", "hBc\n1\n"),
    ("the table of commands", "hash -p /usr/bin/true cat; PATH=/nothing", "cat README.md", "hello\n"),
    ("separators and language",
     "IFS=x; LC_ALL=C; TZ=Asia/Tokyo; HOME=/nothing; LANG=C", "printf %q \"$IFS\"; echo $LC_ALL $TZ $HOME", "$' \\t\\n'C.UTF-8 UTC /\n"),
    ("history", "set -o history; history -s kept; HISTFILE=/tmp/h; history -w", "set -o history; history | wc -l", "0\n"),
    ("closed and redirected streams",
     "exec > /dev/null 2>&1 0<&- 5</dev/null", "echo own; [ -e /dev/fd/5 ] || echo closed", "own\nclosed\n"),
    ("read-only names", "readonly PATH HOME IFS x=1; readonly -f command_not_found_handle; declare -r TERM",
     "PATH=$PATH:/x; HOME=/y; x=2; echo $HOME $x", "/y 2\n"),
    ("builtins that are switched off or added",
     "enable -n echo cd; enable -f ./library.so native", "enable -n; type native > /dev/null 2>&1 || echo none", "none\n"),
    ("completions and keys", "complete -W kept cat; bind 'set editing-mode vi' 2> /dev/null", "complete -p | wc -l", "0\n"),
    ("numbers", "RANDOM=1; SECONDS=5000; OPTIND=9; LINENO=77; false", "echo $SECONDS $OPTIND $? $LINENO", "0 1 0 1\n"),
    ("jobs", "sleep 1000 & sleep 1000 & disown %1", "jobs | wc -l; echo ${!:-none}", "0\nnone\n"),
    ("processes, seen by the next call",
     "(sleep 1000 &) ; sleep 1000 &", "echo $(cat /proc/[0-9]*/cmdline 2> /dev/null | grep -ac 1000)", "0\n"),
    ("descriptors of a job that holds the streams", "(exec > /dev/fd/1; sleep 1000; echo kept) & disown", "echo own", "own\n"),
    ("a bash that is killed", "kill -9 $$", "echo own", "own\n"),
    ("the same random numbers",
     "echo $RANDOM$RANDOM$RANDOM$SRANDOM > /dev/null; RANDOM=4; echo $RANDOM", "RANDOM=4; x=$RANDOM; echo $((x == RANDOM))", "0\n"),
) + forgotten(
    ("files in /tmp", "echo kept > /tmp/kept; echo kept > /tmp/.hidden; : > '/tmp/ '", "find /tmp -mindepth 1; echo $?", "0\n"),
    ("room in /tmp", "yes > /tmp/x; for i in {1..9000}; do : > /tmp/$i || break; done", "head -c 60000000 /dev/zero > /tmp/x; : > /tmp/y; "
     "echo $?", "0\n"),
    ("a file in /tmp that is held open", "exec 9<> /tmp/x; head -c 9000000 /dev/zero >&9; sleep 1000 & disown",
     "find /tmp -mindepth 1; head -c 60000000 /dev/zero > /tmp/x; echo $?", "0\n"),
    tiers=HAS_TMP)

# ---- What can be learnt.

INFORMATION = biting(
    ("the users of the machine", "compgen -A user root && echo @BREACH@; compgen -A group root && echo @BREACH@; "
     "for u in root daemon nobody; do eval \"x=~$u\"; [[ $x == /* ]] && echo @BREACH@; done"),
    ("the kernel's files", "for f in cmdline version cpuinfo meminfo uptime loadavg mounts modules kallsyms interrupts iomem partitions "
     "stat vmstat swaps filesystems diskstats devices; do x=$(< /proc/$f) && echo @BREACH@; done 2>/dev/null"),
    ("the kernel's settings", "for f in kernel/hostname kernel/osrelease kernel/random/boot_id fs/file-nr kernel/pid_max "
     "net/ipv4/ip_forward vm/swappiness; do x=$(< /proc/sys/$f) && echo @BREACH@; done 2>/dev/null"),
    ("system files", "for f in /etc/hostname /etc/hosts /etc/os-release /etc/resolv.conf /etc/machine-id /etc/fstab /etc/ssl/openssl.cnf "
     "/etc/nsswitch.conf; do x=$(< $f) && echo @BREACH@; done 2>/dev/null"),
    ("system directories", "for d in /sys /sys/class/net /boot /var/log /run /home /opt /srv /var/lib /mnt /etc/ssh /usr/share/doc "
     "/lost+found; do [[ -n $(ls -A $d) ]] && echo @BREACH@; done 2>/dev/null"),
) + [
    Attack("the name of the machine",
           "echo $HOSTNAME; bash -c 'echo $HOSTNAME'; PS1='\\H'; echo ${PS1@P}", OWN_ROOT, says=r"^sandbox\nsandbox\nsandbox\n$"),
    Attack("the machine's paths in messages", "cat nothing; ls /nothing; sort -T /nothing < /dev/zero | head -n 1; sed x nothing; "
           "awk -f nothing; bash nothing; nothing; cd nothing; . nothing; @LOADER@ nothing; pwd -P; readlink -f . /proc/self/exe; dirs; "
           "caller; echo $0 ${BASH_SOURCE[@]} $BASH", OWN_ROOT, says="nothing"),
    Attack("the machine's paths in links", "find / -xdev -type l -printf '%p %l\\n'; ls -l /proc/self/ /proc/self/fd/ /proc/1/ "
           "/proc/self/ns/; readlink /proc/self/{cwd,root,exe,fd/0,fd/1}", OWN_ROOT, says="."),
    Attack("the user outside", "ls -ln README.md | grep -v ' 1000 1000 ' && echo @BREACH@; echo $UID $EUID", OWN_ROOT, says="1000 1000"),
    Attack("the processes of the machine",
           "echo /proc/[0-9]* | wc -w | grep -vx [1-6] && echo @BREACH@; [ $$ -lt 20 ] && echo few", OWN_ROOT, says="few"),
    Attack("the lists in /proc of others", "ls /proc/@VICTIM@/task/ /proc/@VICTIM@/fd/ /proc/@VICTIM@/map_files/ /proc/@VICTIM@/ns/ && "
           "echo @BREACH@; ls /proc/ | grep -x @VICTIM@ && echo @BREACH@"),
]

# ---- A native program in tier 3, where the loader may run it: system calls that a command has no use for.

REFUSED = r"program runs\n(.|\n)*refused: (EPERM|ENOSYS|EROFS|EACCES|EOPNOTSUPP)\b"
KILLED = r"program runs\n(.|\n)*(Bad system call|killed by SIGSYS|refused: ENOSYS)"
CALLS = [
    ("a socket of each family",
     "call 41 2 1 0", "call 41 10 2 0", "call 41 1 1 0", "call 41 16 3 0", "call 41 17 3 0", "call 41 40 1 0", "call 53 1 1 0 room"),
    ("connecting and sending", "connect tcp @TCP@", "connect udp @UDP@", "connect unix @UNIX@", "connect abstract @ABSTRACT@",
     "call 42 1 room 16", "call 44 1 room 1 0 0 0", "call 46 1 room 0"),
    ("a signal to another process",
     "call 62 @VICTIM@ 15", "call 62 -@VICTIM@ 15", "call 62 -1 0", "call 62 @SERVER@ 0", "call 62 @ZYGOTE@ 0", "call 62 @NEIGHBOUR@ 15"),
    ("a signal to a thread of another process", "call 200 @VICTIM@ 15", "call 234 @VICTIM@ @VICTIM@ 15"),
    ("a signal with a value", "call 129 @VICTIM@ 15 room", "call 297 @VICTIM@ @VICTIM@ 15 room"),
    ("a descriptor of another process", "call 434 @VICTIM@ 0", "call 438 0 0 0", "call 424 0 15 0 0"),
    ("signals that the kernel sends for a descriptor",
     "call 72 0 8 @VICTIM@", "call 72 0 10 9", "call 72 0 15 room", "call 72 open:README.md 1024 1", "call 72 open:. 1026 15"),
    ("tracing", "call 101 16 @VICTIM@ 0 0", "call 101 0x4206 @VICTIM@ 0 0", "call 101 0 0 0 0"),
    ("another process's memory", "call 310 @VICTIM@ room 1 room 1 0", "call 311 @VICTIM@ room 1 room 1 0", "call 440 0 room 1 4 0",
     "call 279 @VICTIM@ 0 0 0 0 0", "call 256 @VICTIM@ 64 room room"),
    ("another process's limits", "call 302 @VICTIM@ 0 room 0", "call 302 @VICTIM@ 7 0 room"),
    ("another process's scheduling", "call 141 0 @VICTIM@ 19", "call 203 @VICTIM@ 8 room", "call 144 @VICTIM@ 5 room",
     "call 314 @VICTIM@ room 0", "call 251 1 @VICTIM@ 24576"),
    ("the session and the process group", "call 112", "call 109 0 0", "call 109 @VICTIM@ 0"),
    ("comparing and robust lists", "call 312 @VICTIM@ 1 0 0 0", "call 448 0 0"),
    ("namespaces", "call 272 0x10000000", "call 272 0x20000", "call 308 0 0", "call 56 0x10000011 0 0 0 0", "call 56 0x40000011 0 0 0 0",
     "call 435 room 64"),
    ("mounts", "call 165 text:x text:/ text:tmpfs 0 0", "call 166 text:/ 0", "call 155 text:. text:.", "call 161 text:.",
     "call 428 -100 text:/ 1", "call 429 0 text: -100 text:. 0", "call 430 text:tmpfs 0", "call 442 -100 text:/ 0 room 32"),
    ("files by handles", "call 303 -100 text:README.md room room 0", "call 304 -100 room 0"),
    ("reading what is outside", "call 2 text:@OUTSIDE@ 0", "call 257 -100 text:@OUTSIDE@ 0", "call 437 -100 text:@OUTSIDE@ room 24",
     "call 2 text:@PLACE@ 0x10000", "call 59 text:@FOREIGN@ 0 0", "call 322 -100 text:@FOREIGN@ 0 0 0"),
    ("opening for writing", "call 2 text:@WRITABLE@ 1", "call 2 text:@WRITABLE@ 0x200", "call 2 text:@WRITABLE@ 0x402",
     "call 85 text:@OPEN@/new 0x1b6", "call 257 -100 text:@OPEN@ 0x410002 0x1b6", "call 2 text:README.md 2"),
    ("changing a file's length",
     "call 76 text:@WRITABLE@ 0", "call 76 text:README.md 0", "call 77 open:README.md 0", "call 285 open:README.md 0 0 9"),
    ("changing a file's mode and owner", "call 90 text:README.md 0x1ff", "call 90 text:@OPEN@/old 0x1ff", "call 91 open:README.md 0x1ff",
     "call 268 -100 text:README.md 0x1ff", "call 452 -100 text:README.md 0x1ff 0",
     "call 92 text:README.md -1 -1", "call 93 open:README.md -1 -1", "call 94 text:outside -1 -1", "call 260 -100 text:README.md -1 -1 0"),
    ("changing a file's times", "call 132 text:README.md 0", "call 235 text:README.md 0", "call 261 -100 text:README.md 0",
     "call 280 -100 text:README.md 0 0", "call 280 open:README.md 0 0 0"),
    ("changing extended attributes", "call 188 text:README.md text:user.x text:y 1 0", "call 190 open:README.md text:user.x text:y 1 0",
     "call 197 text:README.md text:user.x", "call 189 text:outside text:user.x text:y 1 0"),
    ("making names", "call 83 text:@OPEN@/new 0x1ff", "call 86 text:@OUTSIDE@ text:@OPEN@/new", "call 88 text:x text:@OPEN@/new",
     "call 133 text:@OPEN@/new 0x11b6 0", "call 259 -100 text:@OPEN@/new 0x21b6 0x103",
     "call 265 -100 text:README.md -100 text:new 0", "call 266 text:x -100 text:@OPEN@/new", "call 258 -100 text:new 0x1ff"),
    ("removing and renaming", "call 87 text:@OPEN@/old", "call 84 text:@OPEN@", "call 82 text:@OPEN@/old text:@OPEN@/new",
     "call 263 -100 text:README.md 0", "call 264 -100 text:README.md -100 text:x", "call 316 -100 text:README.md -100 text:up 2"),
    ("copying in the kernel to a file",
     "call 16 open:README.md 0x40049409 0", "call 16 open:README.md 0x40086602 room", "call 16 open:. 0x40086602 room"),
    ("requests to devices", "call 16 0 0x5412 room", "call 16 0 0x541c room", "call 16 1 0x5412 room", "call 16 0 0x540e 0",
     "call 16 0 0x8904 room", "call 16 1 0x8901 room"),
    ("changing user", "call 105 0", "call 106 0", "call 117 0 0 0", "call 119 0 0 0", "call 116 0 room", "call 122 0",
     "call 126 room room"),
    ("the kernel itself", "call 175 room 0 text:", "call 313 0 text: 0", "call 246 0 0 room 0", "call 320 0 0 0 text: 0",
     "call 321 0 room 64", "call 298 room 0 -1 -1 0", "call 172 3", "call 173 0 1 1", "call 103 3 room 64", "call 135 0xffffffff",
     "call 154 0 room 64"),
    ("the machine", "call 169 1 2 3", "call 170 text:x 1", "call 171 text:x 1", "call 227 0 text:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
     "call 164 text:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx 0", "call 167 text:x 0", "call 168 text:x", "call 163 text:x", "call 179 0 0 0 room",
     "call 153"),
    ("keys", "call 248 text:user text:x text:y 1 -2", "call 249 text:user text:x 0 0", "call 250 0 -4 0 0 0"),
    ("what kernels break by", "call 425 8 room", "call 426 0 0 0 0 0 0", "call 319 text:x 0", "call 323 1", "call 447 0", "call 317 0 0 0",
     "call 444 0 0 1", "call 445 0 1 room 0", "call 446 0 0"),
    ("messages and shared memory",
     "call 29 0 4096 0x3b6", "call 68 0 0x3b6", "call 64 0 1 0x3b6", "call 240 text:x 0x42 0x1b6 0", "call 9 0 4096 3 0x21 -1 0"),
    ("watching files", "call 253", "call 294 0", "call 300 0 0", "call 301 0 1 1 0 0"),
    ("asynchronous requests", "call 206 8 room", "call 209 0 1 room"),
    ("asking about another process",
     "call 121 @VICTIM@", "call 124 @VICTIM@", "call 140 0 @VICTIM@", "call 145 @VICTIM@", "call 204 @VICTIM@ 128 room"),
    ("reading extended attributes outside", "call 191 text:@OUTSIDE@ text:user.canary room 100", "call 194 text:@OUTSIDE@ room 4000"),
    ("pages in pipes", "call 278 1 room 1 0", "call 276 0 1 1 0", "call 72 1 1031 1048576"),
    ("settings of the own process", "call 157 22 2 room", "call 157 35 1 0 0 0", "call 157 0x59616d61 @VICTIM@", "call 157 24 0",
     "call 157 28 0", "call 157 36 1", "call 157 62 1 @VICTIM@ 0 0"),
]
NATIVE = [Attack(f"{name}: {call}", f"@LOADER@ ./program {call}", LOADER_RUNS, REFUSED, "call done") for name,
*calls in CALLS for call in calls] + [
    Attack("system calls by the 32-bit entry", "@LOADER@ ./program old 20", LOADER_RUNS, KILLED, "call done"),
    Attack("a signal by the 32-bit entry", "@LOADER@ ./program old 37 @VICTIM@ 15", LOADER_RUNS, KILLED, "call done"),
    Attack("system calls of x32",
           "@LOADER@ ./program x32 39; @LOADER@ ./program x32 62 @VICTIM@ 15; @LOADER@ ./program x32 41 2 1 0", LOADER_RUNS, KILLED,
           "call done"),
    Attack("memory of one that is called like the machinery",
           "@LOADER@ ./program hoard init 700; @LOADER@ ./program hoard zygote 700", LOADER_RUNS, MEMORY, "call done", milliseconds=20000),
    Attack("memory of a process without its first thread",
           "@LOADER@ ./program hide 700 & wait; sleep 2", LOADER_RUNS, MEMORY, "call done", milliseconds=20000),
    Attack("threads instead of processes",
           "@LOADER@ ./program threads 1000", LOADER_RUNS, rf"refused: EAGAIN|{PROCESSES}", "call done", milliseconds=5000),
]

FAMILIES = {
    "paths": PATHS, "readers": READERS, "processes": PROCESSES_READ, "data": DATA, "existence": EXISTENCE,
    "foreign programs": FOREIGN_PROGRAMS,
    "native programs": NATIVE_IS_NOT_RUN, "writes": WRITES, "snapshot": SNAPSHOT, "devices": DEVICES, "network": NETWORK,
    "signals": SIGNALS, "machinery": MACHINERY,
    "output": OUTPUTS, "resources": RESOURCES + SHELL_OF_AWK, "filling": FILLING, "leftovers": LEFTOVERS, "information": INFORMATION,
    "system calls": NATIVE,
}
