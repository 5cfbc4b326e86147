/*
 * Chains of calls that are known and run: left and right call their own leaf, by frames of known and of unknown size, and through
 * calls what it is given. It needs no library, so that one binary fits every interpreter.
 */
#define KEPT __attribute__((noinline, noclone))

volatile long sink;

KEPT void left_leaf(long rounds) {
  for (long i = 0; i < rounds; i++) sink += i;
}

KEPT void left_middle(long rounds) {
  volatile char room[256];
  room[0] = 1;
  left_leaf(rounds);
  sink += room[0];
}

KEPT void left(long rounds) {
  left_middle(rounds);
  sink++;
}

KEPT void right_leaf(long rounds) {
  for (long i = 0; i < rounds; i++) sink -= i;
}

KEPT void right_middle(long rounds, long size) {
  volatile char *room = __builtin_alloca(size);
  room[0] = 1;
  right_leaf(rounds);
  sink += room[0];
}

KEPT void right(long rounds) {
  right_middle(rounds, 100 + (sink & 63));
  sink++;
}

KEPT void through(void (*call)(void)) {
  call();
  sink++;
}
