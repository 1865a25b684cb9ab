// Owners for what the kernel and C libraries hand out: each handle is owned from the line that
// creates it.
#pragma once

#include <unistd.h>

#include <memory>
#include <utility>

namespace lightfast {

// A file descriptor, closed on destruction. Open descriptors close-on-exec.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~UniqueFd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  explicit operator bool() const { return is_open(); }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

template <auto kFree>
struct CHandleDeleter {
  template <class T>
  void operator()(T* handle) const {
    kFree(handle);
  }
};

// A C library's object, freed by its own function: `CHandle<git_repository, git_repository_free>`.
template <class T, auto kFree>
using CHandle = std::unique_ptr<T, CHandleDeleter<kFree>>;

}  // namespace lightfast
