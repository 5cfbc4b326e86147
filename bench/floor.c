/*
 * The floor: what a sampler cannot go below. Sleeps to deadlines like pyspy's, one at random in each period, and makes
 * the same system calls on the same target, one process_vm_readv over a given list of ranges and one pread of schedstat
 * for each of few threads, and looks at nothing of what it has read. Where pyspy waits awake for the end of a short
 * period, so does this.
 *
 *   floor PID PERIOD_NS SECONDS RUNNING COUNT:BYTES...
 *
 * A period of 0 does not sleep. RUNNING threads have their state read, too; where more than eight others sleep, those
 * are asked for together, by the CPU clock of the process. Ranges are laid out over the target's heap, each on pages of
 * its own. Prints the number of ticks, and of periods that went by without one.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { most_ranges = 1024, most_threads = 1024, page = 4096, few_sleepers = 8 };
enum { longest_awake_period = 250000, awake = 100000 };

static struct iovec remote[most_ranges];
static int clocks[most_threads], states[most_threads];

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* The largest writable private mapping that was filled by the program: its heap or an arena. */
static int find_memory(int pid, unsigned long *start, unsigned long *size) {
  char path[64], line[512];
  snprintf(path, sizeof path, "/proc/%d/maps", pid);
  FILE *maps = fopen(path, "r");
  if (!maps) return 0;
  *size = 0;
  while (fgets(line, sizeof line, maps)) {
    unsigned long low, high;
    char flags[8];
    if (sscanf(line, "%lx-%lx %7s", &low, &high, flags) != 3 || strncmp(flags, "rw-p", 4)) continue;
    if (strchr(line, '/') || strstr(line, "[stack]") || high - low <= *size) continue;
    *start = low;
    *size = high - low;
  }
  fclose(maps);
  return *size > 0;
}

int main(int argc, char **argv) {
  if (argc < 6) return 2;
  int pid = atoi(argv[1]), running = atoi(argv[4]);
  long long period = atoll(argv[2]), length = (long long)(atof(argv[3]) * 1e9);
  unsigned long start, size, offset = 0;
  if (!find_memory(pid, &start, &size)) return 3;
  int ranges = 0, threads = 0;
  size_t total = 0;
  for (int at = 5; at < argc; at++) {
    int count, bytes;
    if (sscanf(argv[at], "%d:%d", &count, &bytes) != 2) return 2;
    for (int n = 0; n < count && ranges < most_ranges; n++) {
      if (offset + bytes > size) offset = 0;
      if ((unsigned long)bytes > size) return 4;
      remote[ranges].iov_base = (void *)(start + offset);
      remote[ranges++].iov_len = bytes;
      offset += (bytes + page - 1) / page * page;
      total += bytes;
    }
  }
  char path[300], text[512];
  snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *tasks = opendir(path);
  struct dirent *entry;
  while (tasks && (entry = readdir(tasks)) && threads < most_threads) {
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pid, entry->d_name);
    clocks[threads] = open(path, O_RDONLY);
    snprintf(path, sizeof path, "/proc/%d/task/%s/syscall", pid, entry->d_name);
    states[threads++] = open(path, O_RDONLY);
  }
  struct iovec local = {malloc(total + 1), total};
  clockid_t process_clock;
  if (clock_getcpuclockid(pid, &process_clock)) return 7;
  int asked = threads - running > few_sleepers ? running : threads;
  prctl(PR_SET_TIMERSLACK, 1);
  long long began = now(), time = began, next = 0;
  long ticks = 0, missed = 0;
  while ((time = now()) - began < length) {
    if (period) {
      long long current = (time - began) / period;
      if (current > next) missed += current - next, next = current;
      long long due = began + next++ * period + (long long)(period * (random() / (RAND_MAX + 1.0)));
      long long asleep = period < longest_awake_period ? due - awake : due;
      struct timespec until = {asleep / 1000000000LL, asleep % 1000000000LL};
      if (asleep > time) clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, 0);
      while (now() < due) {}
    }
    struct timespec used;
    if (asked < threads) clock_gettime(process_clock, &used);
    for (int n = 0; n < asked; n++) {
      if (pread(clocks[n], text, sizeof text, 0) <= 0) return 5;
      if (n < running && pread(states[n], text, sizeof text, 0) < 0) return 5;
    }
    if (process_vm_readv(pid, &local, 1, remote, ranges, 0) <= 0) return 6;
    ticks++;
  }
  printf("%ld %ld\n", ticks, missed);
  return 0;
}
