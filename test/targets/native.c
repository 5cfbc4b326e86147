/*
 * Chains of calls that are known: outer, middle and inner call what they are given, middle with a frame of unknown size
 * (so that it is found by a register alone). "rest" waits in the kernel by a call of its own, from a function with such a frame.
 * It needs no library, so that one binary fits every interpreter.
 */
#define KEPT __attribute__((noinline, noclone))

volatile long sink;

KEPT void inner(void (*call)(void)) {
  call();
  sink++;
}

KEPT void middle(void (*call)(void), long size) {
  volatile char *room = __builtin_alloca(size);
  room[0] = 1;
  inner(call);
  sink += room[0];
}

KEPT void outer(void (*call)(void)) {
  middle(call, 100 + (sink & 63));
  sink++;
}

#ifdef __x86_64__
/* poll(0, 0, -1) */
KEPT long wait_for_nothing(long size) {
  volatile char *room = __builtin_alloca(size);
  long result = 7;
  room[0] = 1;
  __asm__ volatile("syscall" : "+a"(result) : "D"(0), "S"(0), "d"(-1) : "rcx", "r11", "memory");
  sink += room[0];
  return result;
}
#else
KEPT long wait_for_nothing(long size) { return size; }
#endif

KEPT void rest(void) {
  sink += wait_for_nothing(100 + (sink & 63));
  sink++;
}

/* The body of a thread that Python does not know. */
KEPT void *alone(void *unused) {
  rest();
  sink++;
  return unused;
}
