// Landlock: rules as data, applied to the calling thread. No rule, no right.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace lightfast::sandbox {

// What a rule grants below its path. Named so that every grant can be searched for.
enum class Grant {
  List,         // list directories
  Read,         // List, and read files
  ReadExecute,  // Read, and execute files
  ReadWrite,  // Read; create, write, rename and remove files, directories and links; never execute
  Device,     // read and write one device file
};

struct LandlockRule {
  std::string path;
  Grant grant = Grant::Read;
  bool may_be_missing =
      false;  // a path that is not there is passed over; otherwise it fails the whole
  bool operator==(const LandlockRule&) const = default;
};

enum class Network { Unhandled, Deny };

struct LandlockPolicy {
  std::vector<LandlockRule> rules;
  Network network = Network::Deny;           // TCP bind and connect, from ABI 4 on
  std::vector<std::uint16_t> connect_ports;  // exceptions to Deny
  bool scope_signals = true;  // no signals and abstract sockets out of the domain, from ABI 6 on
  bool operator==(const LandlockPolicy&) const = default;
};

// The ABI of the running kernel, 0 when it has no Landlock.
std::uint64_t landlock_abi();

// Confines the calling thread and all it starts from now on, by every right this kernel's ABI
// knows. Sets no_new_privs. Unavailable when the kernel has no Landlock; NotFound when a path is
// missing.
Result<void> apply_landlock(const LandlockPolicy& policy);

}  // namespace lightfast::sandbox
