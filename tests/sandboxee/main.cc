// lightfast-sandboxee ATTEMPT [WORD...]: tries one forbidden thing. Exits with 0 when it worked, 1
// when it was denied, 2 when it could not be tried. Static, so that it runs wherever it is put.
#include <string>
#include <vector>

#include "attempts.h"

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  return static_cast<int>(lightfast::sandboxee::make_attempt(words));
}
