/*
 * Passes for a CPython 3.8 whose interpreter has to be searched for: a million words each of which may be the head of the
 * list of interpreters, and lists of 60,000 threads that cannot be. Built as "python3.8", without symbols. Says when it is
 * ready, and goes when who started it is gone.
 */
#include <stdio.h>
#include <unistd.h>

enum { COUNT = 1 << 20, THREADS = 60000, LISTS = 8 };

/* Words that are interpreter and thread at once: each leads to one that points back, by the offsets of 3.8. */
static void *interpreters[COUNT + 4], *threads[COUNT + 4];
static void *candidates[COUNT];

/* next, interpreter and id of a thread state (8, 16 and 176), and the list of each interpreter (8). */
struct state {
  void *words[24];
};
static struct state lists[LISTS][THREADS];
static void *owners[LISTS][8];

int main(void) {
  for (long i = 0; i < COUNT; i++) {
    interpreters[i + 1] = &threads[i];
    threads[i + 2] = &interpreters[i];
  }
  for (int list = 0; list < LISTS; list++) {
    owners[list][1] = &lists[list][0];
    for (int i = 0; i < THREADS; i++) {
      lists[list][i].words[1] = i + 1 < THREADS ? &lists[list][i + 1] : 0;
      lists[list][i].words[2] = &owners[list];
      /* The first one's id could be; the others' lead nowhere. */
      lists[list][i].words[22] = i == 0 ? (void *)&candidates : (void *)8;
    }
  }
  for (long i = 0; i < COUNT; i++)
    candidates[i] = i % 2 ? (void *)&owners[i % LISTS] : (void *)&interpreters[i];
  printf("{\"ready\": %d}\n", getpid());
  fflush(stdout);
  for (pid_t parent = getppid(); getppid() == parent;)
    usleep(20000);
  return 0;
}
