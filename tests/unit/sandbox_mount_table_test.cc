#include <string>

#include <catch2/catch.hpp>

#include "sandbox/mount_table.h"

namespace lightfast::sandbox {
namespace {

const std::string kOfHost =
    "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "22 21 0:20 / /tmp rw - tmpfs tmpfs rw\n"
    "23 22 8:2 / /tmp/covered rw - xfs /dev/sdb rw\n"
    "40 50 8:1 /home/me/data/usr /tmp/usr ro,nosuid - ext4 /dev/sda1 rw\n"
    "41 50 0:33 /srv/snapshots/abc /tmp/repo ro shared:4 master:2 - btrfs /dev/sdc rw,subvol=/srv\n"
    "50 22 0:44 / /tmp rw,nosuid - tmpfs root rw,size=64k\n"
    "51 50 0:45 / /tmp/proc rw - proc proc rw\n"
    "60 21 0:46 / /tmpfiles rw - tmpfs tmpfs rw\n";

TEST_CASE("the mounts of the new root are told without a path of the host", "[mount table]") {
  CHECK(mount_table(kOfHost, "/tmp") ==
        "none / tmpfs ro 0 0\n"
        "none /usr ext4 ro 0 0\n"
        "none /repo btrfs ro 0 0\n"
        "none /proc proc ro 0 0\n"
        "none /tmp tmpfs rw 0 0\n");
}

TEST_CASE("where nothing is mounted at the root there is nothing to tell", "[mount table]") {
  CHECK(mount_table("", "/tmp").empty());
  CHECK(mount_table("21 1 8:1 / / rw - ext4 /dev/sda1 rw\n", "/tmp").empty());
}

TEST_CASE("lines of another form are passed over", "[mount table]") {
  CHECK(mount_table("\n50 22 0:44\n-\n" + kOfHost + "50 50 0:1 / x - tmpfs\nnonsense", "/tmp") ==
        mount_table(kOfHost, "/tmp"));
}

}  // namespace
}  // namespace lightfast::sandbox
