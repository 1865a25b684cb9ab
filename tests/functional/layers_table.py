"""What each layer of a sandbox denies: the table of test_layers.py.

A setting is a tier, tried as the user that it is for, or tier 3 as root. Attempts are those of tests/sandboxee; what stands
in braces is filled in by the story.
"""
import collections

AS_ROOT = "3 as root"  # tier 3 with privilege to lose, as for root of a container without namespaces
USER = "zygote-user"  # without root's rights every namespace needs it
ROOT = f"{USER} root"
PROC = f"{ROOT} zygote-processes proc"
UNPRIVILEGED = {1: "", 2: "", 3: ""}
PRIVILEGED = {1: "", AS_ROOT: ""}  # what an ordinary user could not do anyway
NAMESPACE = {1: "", 2: USER}
IN_ROOT = {1: "root", 2: ROOT}
IN_PROC = {1: "root proc", 2: PROC}
LIMITED = {1: "", 2: USER, 3: ""}  # in a user namespace other processes of the user do not count
WITHOUT_OVERRIDE = {1: USER, 2: USER, 3: ""}  # root with its capabilities may pass limits and look into anything

Row = collections.namedtuple("Row", "layer attempt carriers")

# The layer, the attempt, and for each tier where it can be tried the layers that carry this one.
TABLE = [Row(*row) for row in (
    ("root", "read {outside}", NAMESPACE),
    ("root", "list {home}", NAMESPACE),
    ("root", "look-at {outside}", NAMESPACE),
    ("root", "connect-path {path_socket}", NAMESPACE),
    ("root", "make-directory /{name}", {1: ""}),  # its own root is read-only
    ("root", "set-user-id ./set-user-id", {1: ""}),  # in tier 2 the carrier has no other user already
    ("read-only-mounts", "create ./new", IN_ROOT),
    ("read-only-mounts", "write ./README.md", IN_ROOT),
    ("read-only-mounts", "truncate ./README.md", IN_ROOT),
    ("read-only-mounts", "make-directory ./new", IN_ROOT),
    ("read-only-mounts", "make-node ./new", IN_ROOT),
    ("read-only-mounts", "change-mode ./README.md", IN_ROOT),
    ("read-only-mounts", "change-times ./README.md", IN_ROOT),
    ("read-only-mounts", "set-attribute ./README.md", IN_ROOT),
    ("read-only-mounts", "create /usr/bin/new", IN_ROOT),
    ("read-only-mounts", "write /etc/passwd", IN_ROOT),
    ("no-exec-mounts", "execute ./program", IN_ROOT),
    ("no-exec-mounts", "map-executable ./program", IN_ROOT),
    ("no-device-mounts", "read ./zero", IN_ROOT),
    ("proc", "read /proc/version", {1: "", 2: f"{USER} zygote-processes"}),
    ("proc", "see-process {victim}", {1: "zygote-processes", 2: f"{USER} zygote-processes"}),
    ("proc", "read /proc/{victim}/environ", {1: "zygote-processes"}),  # tier 2: of another user namespace already
    ("proc", "read /proc/{victim}/root{outside}", {1: "zygote-processes"}),
    ("zygote-processes", "signal {victim}", NAMESPACE),
    ("zygote-processes", "trace {victim}", {1: ""}),
    ("processes", "signal {victim}", NAMESPACE),
    ("processes", "trace {victim}", {1: ""}),
    ("network", "connect-tcp {tcp}", NAMESPACE),
    ("network", "send-udp {udp}", NAMESPACE),
    ("network", "connect-abstract {name}", NAMESPACE),
    ("network", "use-loopback", NAMESPACE),
    ("network", "see-interface {interface}", NAMESPACE),
    ("shared-memory", "attach-shared-memory {segment}", NAMESPACE),
    ("host-name", "see-host-name {host_name}", NAMESPACE),
    ("control-groups", "see-control-group {name}", NAMESPACE),
    ("zygote-user", "read {roots_own}", {1: ""}),
    ("zygote-user", "signal {victim}", {1: ""}),
    ("zygote-user", "trace {victim}", {1: "", 2: ""}),
    ("zygote-user", "change-user 12345", {1: ""}),
    ("zygote-user", "change-user 0", {1: ""}),
    ("zygote-user", "mount /tmp", {1: ""}),
    ("zygote-user", "set-host-name", {1: "host-name"}),
    ("user", "trace {victim}", {1: "", 2: ""}),
    ("user", "change-user 12345", {1: ""}),
    ("user", "mount /tmp", {1: ""}),
    ("user", "set-host-name", {1: "host-name", 2: f"{USER} host-name"}),
    ("tmp", "fill-directory /tmp 80", NAMESPACE),
    ("tmp", "many-files /tmp 9000", NAMESPACE),
    ("tmp", "copy-and-execute ./program /tmp", NAMESPACE),
    ("tmp", "copy-and-set-user-id ./program /tmp", {1: ""}),  # an ordinary user has nobody's to gain
    ("tmp", "use-device /tmp/{name}", {1: ""}),
    ("limits", "processes 500", WITHOUT_OVERRIDE),
    ("limits", "open-files 300", LIMITED),
    ("limits", "address-space 5000", LIMITED),
    ("limits", "large-file /tmp 65", NAMESPACE),
    ("limits", "large-file {scratch} 65", {3: ""}),
    ("limits", "dump-core /tmp", NAMESPACE),
    ("limits", "dump-core {scratch}", {3: ""}),
    ("limits", "lock-memory", WITHOUT_OVERRIDE),
    ("limits", "raise-limit cpu {cpu}", WITHOUT_OVERRIDE),
    ("limits", "raise-limit core {core}", WITHOUT_OVERRIDE),
    ("limits", "raise-limit locked-memory {locked_memory}", WITHOUT_OVERRIDE),
    ("limits", "raise-limit message-queues {message_queues}", WITHOUT_OVERRIDE),
    ("hidden-init", "look-into-init exe", WITHOUT_OVERRIDE),
    ("hidden-init", "look-into-init fd/3", WITHOUT_OVERRIDE),
    ("capabilities", "mount /tmp", {1: "", 2: ROOT, AS_ROOT: ""}),
    ("capabilities", "set-host-name", {1: "", 2: f"{USER} host-name", AS_ROOT: ""}),
    ("capabilities", "change-user 12345", PRIVILEGED),
    ("capabilities", "change-group 12345", PRIVILEGED),
    ("capabilities", "read {anothers}", PRIVILEGED),
    ("capabilities", "open-by-handle ./README.md", PRIVILEGED),
    ("capabilities", "bpf", PRIVILEGED),
    ("capabilities", "regain-capabilities ./program", PRIVILEGED),
    ("capabilities", "set-user-id ./set-user-id", {2: "", 3: ""}),
    ("landlock", "read /proc/self/mountinfo", IN_PROC),
    ("landlock", "read /proc/self/environ", IN_PROC),
    ("landlock", "read /proc/self/maps", IN_PROC),
    ("landlock", "read /proc/1/environ", {1: "root zygote-processes proc", 2: PROC}),
    ("landlock", "read /proc/1/maps", {1: "root zygote-processes proc", 2: PROC}),
    ("landlock", "read {outside}", {3: ""}),
    ("landlock", "list {home}", {3: ""}),
    ("landlock", "write {writable}", {3: ""}),
    ("landlock", "create {scratch}/new", {3: ""}),
    ("landlock", "create ./new", {**IN_ROOT, 3: ""}),
    ("landlock", "write ./README.md", {**IN_ROOT, 3: ""}),
    ("landlock", "truncate ./README.md", {**IN_ROOT, 3: ""}),
    ("landlock", "make-directory ./new", {**IN_ROOT, 3: ""}),
    ("landlock", "execute ./program", {**IN_ROOT, 3: ""}),
    ("landlock", "execute {sandboxee}", {3: ""}),
    ("landlock", "connect-tcp {tcp}", {**IN_ROOT, 3: ""}),
    ("landlock", "connect-abstract {name}", {**IN_ROOT, 3: ""}),
    ("landlock", "signal {victim}", {**IN_ROOT, 3: ""}),
    ("landlock", "trace {victim}", {1: "root", 3: ""}),
    ("landlock", "mount /tmp", {**IN_ROOT, AS_ROOT: ""}),
    ("zygote-system-calls", "connect-tcp {tcp}", UNPRIVILEGED),
    ("zygote-system-calls", "trace-me", UNPRIVILEGED),
    ("zygote-system-calls", "memory-file", UNPRIVILEGED),
    ("zygote-system-calls", "new-user-namespace", UNPRIVILEGED),
    ("zygote-system-calls", "bpf", PRIVILEGED),
    ("system-calls", "connect-tcp {tcp}", UNPRIVILEGED),
    ("system-calls", "send-udp {udp}", UNPRIVILEGED),
    ("system-calls", "connect-path {path_socket}", UNPRIVILEGED),
    ("system-calls", "connect-abstract {name}", UNPRIVILEGED),
    ("system-calls", "attach-shared-memory {segment}", UNPRIVILEGED),
    ("system-calls", "trace-me", UNPRIVILEGED),
    ("system-calls", "trace {victim}", UNPRIVILEGED),
    ("system-calls", "read-memory", UNPRIVILEGED),
    ("system-calls", "new-user-namespace", UNPRIVILEGED),
    ("system-calls", "clone-user-namespace", UNPRIVILEGED),
    ("system-calls", "clone3", UNPRIVILEGED),
    ("system-calls", "io-uring", UNPRIVILEGED),
    ("system-calls", "page-faults", UNPRIVILEGED),
    ("system-calls", "memory-file", UNPRIVILEGED),
    ("system-calls", "keyring", UNPRIVILEGED),
    ("system-calls", "count-events", UNPRIVILEGED),
    ("system-calls", "share-memory", UNPRIVILEGED),
    ("system-calls", "personality", UNPRIVILEGED),
    ("system-calls", "adopt-orphans", UNPRIVILEGED),
    ("system-calls", "kernel-signal", UNPRIVILEGED),
    ("system-calls", "call-i386", UNPRIVILEGED),
    ("system-calls", "call-x32", UNPRIVILEGED),
    ("system-calls", "type-into-terminal", PRIVILEGED),
    ("system-calls", "change-mode ./README.md", {3: ""}),  # elsewhere the mounts see to it
    ("system-calls", "change-owner ./README.md", UNPRIVILEGED),
    ("system-calls", "change-times ./README.md", UNPRIVILEGED),
    ("system-calls", "set-attribute ./README.md", UNPRIVILEGED),
    ("system-calls", "make-node ./new", UNPRIVILEGED),
    ("system-calls", "set-user-id ./set-user-id", {2: "", 3: ""}),
    ("system-calls", "mount /tmp", {1: "", 2: ROOT, AS_ROOT: ""}),
    ("system-calls", "open-file-system", {1: "", 2: ROOT, AS_ROOT: ""}),
    ("system-calls", "set-host-name", {1: "", 2: f"{USER} host-name", AS_ROOT: ""}),
    ("system-calls", "change-root", {1: "", 2: USER, AS_ROOT: ""}),
    ("system-calls", "change-user 12345", PRIVILEGED),
    ("system-calls", "change-group 12345", PRIVILEGED),
    ("system-calls", "bpf", PRIVILEGED),
    ("system-calls", "open-by-handle ./README.md", PRIVILEGED),
    ("system-calls", "signal {victim}", {3: ""}),  # the others have a process namespace
    ("system-calls", "leave-group", {3: ""}),
    ("system-calls", "truncate ./README.md", {3: ""}),
    ("system-calls", "make-directory ./new", {3: ""}),
)]
TESTED_APART = {"process-group", "no-links", "always"}  # the last is no layer: it serves all of them

# Where nothing stands behind a layer, or behind two together: with all others on, the attempt works.
ONLY_WALLS = [
    ("landlock", "read {outside}", (3,)),
    ("landlock", "list {home}", (3,)),
    ("landlock", "execute ./program", (3,)),
    ("system-calls zygote-system-calls", "change-mode ./README.md", (3,)),
    ("system-calls", "share-memory", (1, 2, 3)),
    ("limits", "open-files 300", (1, 2, 3)),
    ("limits", "address-space 5000", (1, 2, 3)),
]
NOT_IN_REPOSITORY = {"./set-user-id", "./zero"}  # git keeps neither
