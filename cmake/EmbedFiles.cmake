# cmake -DROOT=DIR -DOUTPUT=FILE.cc -P EmbedFiles.cmake: writes the files below DIR as a table of C++ string literals.
file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/*")
list(SORT files)
set(table "")
foreach(file IN LISTS files)
  file(READ "${ROOT}/${file}" content)
  string(APPEND table "    {\"${file}\", R\"~file~(${content})~file~\"},\n")
endforeach()
file(WRITE "${OUTPUT}.new" "#include \"app/starter.h\"

#include <array>

namespace lightfast {
namespace {

constexpr auto kFiles = std::to_array<StarterFile>({
${table}});

}  // namespace

std::span<const StarterFile> starter_files() { return kFiles; }

}  // namespace lightfast
")
file(COPY_FILE "${OUTPUT}.new" "${OUTPUT}" ONLY_IF_DIFFERENT)
