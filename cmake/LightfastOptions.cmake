# Compiler settings shared by every target.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(LIGHTFAST_TESTS "Build the tests" ON)
option(LIGHTFAST_EXAMPLES "Build the example programs" ON)
option(LIGHTFAST_WERROR "Treat warnings as errors" ON)
set(LIGHTFAST_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread")

find_program(LIGHTFAST_CCACHE ccache)
if(LIGHTFAST_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${LIGHTFAST_CCACHE}")
endif()

# -O2: what the program does is system calls; -O3 only makes GCC 12 warn about correct code.
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
# `assert` marks our own mistakes and stays on in release builds.
string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")

add_library(lightfast_warnings INTERFACE)
target_include_directories(lightfast_warnings INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(lightfast_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  $<$<BOOL:${LIGHTFAST_WERROR}>:-Werror>
  -fstack-protector-strong
  "-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=")
# --as-needed: a program loads the libraries that it uses, not all that its rooms could.
target_link_options(lightfast_warnings INTERFACE -Wl,-z,relro,-z,now,--as-needed)

add_library(lightfast_options INTERFACE)
target_link_libraries(lightfast_options INTERFACE lightfast_warnings)
target_compile_definitions(lightfast_options INTERFACE LIGHTFAST_VERSION="${PROJECT_VERSION}")
if(NOT LIGHTFAST_SANITIZE)
  target_compile_definitions(lightfast_options INTERFACE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
else()
  target_compile_options(lightfast_options INTERFACE
    -fsanitize=${LIGHTFAST_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(lightfast_options INTERFACE -fsanitize=${LIGHTFAST_SANITIZE})
  # GCC's sanitizer instrumentation makes these two warn about correct code.
  target_compile_options(lightfast_options INTERFACE -Wno-maybe-uninitialized -Wno-stringop-overflow)
endif()

# lightfast_room(NAME SOURCES... ) declares one room as the static library `lightfast_NAME`.
function(lightfast_room name)
  add_library(lightfast_${name} STATIC ${ARGN})
  target_link_libraries(lightfast_${name} PUBLIC lightfast_options)
endfunction()
