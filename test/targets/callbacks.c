/*
 * The body of a thread that calls Python again and again and computes in between. It needs no library, so that one binary
 * fits every interpreter. Through ctypes each call comes in by PyGILState_Ensure, which makes a thread state for it.
 */
struct job {
  void (*call)(long round);
  volatile long rounds;
  long pause;
};

void *run(void *given) {
  struct job *job = given;
  for (long round = 0; round < job->rounds; round++) {
    job->call(round);
    for (volatile long i = 0; i < job->pause; i++) {
    }
  }
  return 0;
}
