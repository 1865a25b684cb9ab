// Two files of glibc's that spare every program in a sandbox about a hundred system calls at its
// start: where the loader finds libraries, and a locale in one piece. Made from data alone, in the
// formats that ldconfig(8) and localedef(1) write.
#pragma once

#include <map>
#include <string>

namespace lightfast::sandbox {

// The content of /etc/ld.so.cache (glibc's sysdeps/generic/dl-cache.h, version 1.1) for libraries
// by their sonames, each with its path.
std::string loader_cache(const std::map<std::string, std::string>& libraries);

// The content of /usr/lib/locale/locale-archive (glibc's locale/locarchive.h) with one locale,
// `name` as glibc normalises it (C.utf8 for C.UTF-8). `categories`: the contents of the locale's
// files by category, such as LC_CTYPE; others than the twelve that glibc has are left out.
std::string locale_archive(const std::string& name,
                           const std::map<std::string, std::string>& categories);

}  // namespace lightfast::sandbox
