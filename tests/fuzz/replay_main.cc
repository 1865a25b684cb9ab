// What libFuzzer is to a target where there is no clang: runs it on each file of a directory, and
// on what small changes make of them, the same ones every time.
//
//   fuzz_TARGET DIRECTORY [CHANGES]    CHANGES of each file (500 when absent); 0: as they are
//
// A finding ends the program: the line printed last says of which file, and by which change.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int kChanges = 500;
constexpr std::size_t kMostBytes = std::size_t{64} << 10;

std::string where;  // what runs now, a line

extern "C" void report(int signal) {
  (void)!::write(STDERR_FILENO, where.data(), where.size());
  std::_Exit(128 + signal);
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// Changes a text in one to four places.
class Changer {
 public:
  Changer(const std::vector<std::string>& all, std::uint32_t seed) : all_(all), random_(seed) {}

  std::string changed(std::string text) {
    for (auto times = 1 + below(4); times > 0; --times) change(text);
    if (text.size() > kMostBytes) text.resize(kMostBytes);
    return text;
  }

 private:
  std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }

  void change(std::string& text) {
    const auto at = below(text.size() + 1);
    const auto length = below(std::min<std::size_t>(text.size() - at, 32) + 1);
    constexpr std::size_t kKinds = 6;
    switch (below(kKinds)) {
      case 0:
        if (at < text.size())
          text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ (1U << below(8)));
        return;
      case 1:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        return;
      case 2:
        text.erase(at, length);
        return;
      case 3:
        text.insert(at, text.substr(at, length));
        return;
      case 4:
        text.resize(at);
        return;
      default: {
        const auto& other = all_[below(all_.size())];
        text.insert(at, other.substr(below(other.size() + 1), 1 + below(32)));
      }
    }
  }

  const std::vector<std::string>& all_;
  std::minstd_rand random_;
};

void run(const std::string& text) {
  (void)LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::cerr << "usage: " << arguments[0] << " DIRECTORY [CHANGES]\n";
    return 2;
  }
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM})
    std::signal(signal, report);
  const auto files = files_in(arguments[1]);
  const int changes = count > 2 ? std::atoi(arguments[2]) : kChanges;
  std::vector<std::string> texts;
  for (const auto& file : files) texts.push_back(content_of(file));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (int change = 0; change <= changes; ++change) {
      where = files[i].string() + ", change " + std::to_string(change) + " (0: as it is)\n";
      ::alarm(10);  // seconds: none takes so long
      run(change == 0 ? texts[i]
                      : Changer(texts, static_cast<std::uint32_t>(change)).changed(texts[i]));
    }
  }
  std::cout << texts.size() << " inputs, " << changes << " changes of each\n";
  return texts.empty() ? 1 : 0;
}
