// A native program, and built with -shared a library, that the attacks put into their repository.
// It says that it runs, then makes one system call and says what came of it, or takes what it can
// get.
//
//   call NUMBER ARGUMENT...    an argument is a number, text:WORDS (their address), room (the
//   address of 4096 zero bytes) or old NUMBER ARGUMENT...     open:PATH (a descriptor that reads
//   it); `old` is by the 32-bit entry, `x32` with the x32 bit hoard NAME MIB             memory of
//   a process that calls itself NAME hide MIB                   memory of a thread whose process
//   has lost its first thread threads COUNT              threads that wait connect KIND ADDRESS
//   tcp, udp, unix or abstract victim DESCRIPTOR          waits, and writes the number of every
//   signal there; this one is no attack
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)
static char room[4096];

static int tell(long result) {
  if (result < 0) {
    printf("refused: %s\n", strerrorname_np(errno));
  } else {
    printf("call done: %ld\n", result);
  }
  return result < 0;
}

static long argument(const char* text) {
  if (strncmp(text, "text:", 5) == 0) {
    return (long)(text + 5);
  }
  if (strncmp(text, "open:", 5) == 0) {
    return open(text + 5, O_RDONLY | O_CLOEXEC);
  }
  return strcmp(text, "room") == 0 ? (long)room : strtol(text, NULL, 0);
}

static void take(size_t size) {
  for (size_t taken = 0; taken < size; taken += MIB) {
    char* more = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (more == MAP_FAILED) {
      tell(-1);
      _exit(1);
    }
    memset(more, 1, MIB);
  }
  sleep(1);
  printf("call done: %zu MiB held\n", size / MIB);
  fflush(stdout);
  _exit(0);
}

static int told;

static void heard(int number) { dprintf(told, "signal %d\n", number); }

static int wait_for_signals(const char* descriptor) {
  told = atoi(descriptor);
  for (int number = 1; number < 65; ++number) {
    signal(number, heard);
  }
  dprintf(told, "ready\n");
  for (;;) {
    pause();
  }
}

static void* wait_for_ever(void* size) {
  if (size != NULL) {
    take((size_t)size);
  }
  pause();
  return NULL;
}

static int reach(const char* kind, const char* address) {
  struct sockaddr_un local = {.sun_family = AF_UNIX};
  struct sockaddr_in internet = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int is_internet = strcmp(kind, "tcp") == 0 || strcmp(kind, "udp") == 0;
  int abstract = strcmp(kind, "abstract") == 0;
  socklen_t length = sizeof internet;
  internet.sin_port = htons((in_port_t)atoi(address));
  strncpy(local.sun_path + abstract, address, sizeof local.sun_path - 2);
  if (!is_internet) {
    length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(address) + 1);
  }
  int stream = socket(is_internet ? AF_INET : AF_UNIX,
                      strcmp(kind, "udp") == 0 ? SOCK_DGRAM : SOCK_STREAM, 0);
  if (stream < 0 || connect(stream, is_internet ? (void*)&internet : (void*)&local, length) != 0) {
    return tell(-1);
  }
  return tell(send(stream, "x", 1, 0));
}

#ifdef LIBRARY
__attribute__((constructor)) static void loaded(void) {
  static const char words[] = "library runs\n";
  if (write(STDOUT_FILENO, words, sizeof words - 1) < 0) {
    return;
  }
}
// What bash looks for in a loadable builtin named `native`.
static int native(void* words) { return words == NULL; }
static char* native_help[] = {"", NULL};
struct {
  char* name;
  int (*function)(void*);
  int flags;
  char* const* help;
  const char* usage;
  char* handle;
} native_struct = {"native", native, 1, native_help, "native", NULL};
#endif

int main(int count, char** words) {
  long a[7] = {0};
  setvbuf(stdout, NULL, _IOLBF, 0);
  puts("program runs");
  if (count < 3) {
    return 2;
  }
  for (int i = 2; i < count && i < 9; ++i) {
    a[i - 2] = argument(words[i]);
  }
  if (strcmp(words[1], "call") == 0 || strcmp(words[1], "x32") == 0) {
    long bit = words[1][0] == 'x' ? 0x40000000 : 0;
    return tell(syscall(a[0] | bit, a[1], a[2], a[3], a[4], a[5], a[6]));
  }
  if (strcmp(words[1], "old") == 0) {
    long result = a[0];
    __asm__ volatile("int $0x80"
                     : "+a"(result)
                     : "b"(a[1]), "c"(a[2]), "d"(a[3])
                     : "memory", "r8", "r9", "r10", "r11");
    errno = result < 0 ? (int)-result : 0;
    return tell(result < 0 ? -1 : result);
  }
  if (strcmp(words[1], "hoard") == 0) {
    prctl(PR_SET_NAME, words[2]);
    take((size_t)atoi(words[3]) * MIB);
  }
  if (strcmp(words[1], "victim") == 0) {
    return wait_for_signals(words[2]);
  }
  if (strcmp(words[1], "connect") == 0 && count > 3) {
    return reach(words[2], words[3]);
  }
  pthread_t thread;
  for (int i = 0; i < (words[1][0] == 't' ? atoi(words[2]) : 1); ++i) {
    int failed = pthread_create(&thread, NULL, wait_for_ever,
                                words[1][0] == 't' ? NULL : (void*)((size_t)atoi(words[2]) * MIB));
    if (failed != 0) {
      errno = failed;
      return tell(-1);
    }
  }
  if (words[1][0] == 't') {
    return tell(0);
  }
  syscall(SYS_exit, 0);  // this thread only
}
