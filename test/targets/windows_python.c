/*
 * A python313.dll for tests of the recorder under Wine: the memory of a real CPython, laid out as a build for Windows lays it out
 * (test/support/windows-python.ts makes image.h and image.bin), and threads that are in it. Built without a program, it is the
 * library; with PROGRAM, the program that runs it until a file is there.
 */
#include <stdint.h>
#include <stdio.h>
#include <windows.h>

#ifdef PROGRAM

/* python.exe FILE: runs until FILE is there, two minutes at most. */
int main(int count, char **words) {
  HMODULE library = LoadLibraryA(LIBRARY);
  int (*start)(void) = library ? (int (*)(void))GetProcAddress(library, "start") : 0;
  if (!start)
    return 1;
  unsigned long other = 0;
  if (count > 2 && !strcmp(words[2], "twice")) {
    /* A child of its own that does the same. */
    char line[1024];
    STARTUPINFOA with = {sizeof with};
    PROCESS_INFORMATION child;
    snprintf(line, sizeof line, "\"%s\" \"%s\"", words[0], words[1]);
    if (!CreateProcessA(0, line, 0, 0, 1, 0, 0, 0, &with, &child))
      return 2;
    other = child.dwProcessId;
  }
  int threads = start();
  printf("{\"ready\": %lu, \"child\": %lu, \"threads\": %d}\n", GetCurrentProcessId(), other, threads);
  fflush(stdout);
  for (int i = 0; i < 2400 && GetFileAttributesA(words[1]) == INVALID_FILE_ATTRIBUTES; i++)
    Sleep(50);
  return 7;
}

#else

#include "image.h"

/* The section is named as CPython names it; linkers cut names. */
__asm__(".section PyRuntim,\"dw\"\n"
        ".balign 4096\n"
        ".globl image\n"
        "image: .incbin \"" IMAGE_FILE "\"\n"
        ".globl _PyRuntime\n"
        ".set _PyRuntime, image + " RUNTIME "\n"
        ".section .rdata,\"dr\"\n"
        ".balign 8\n"
        ".globl pointers\n"
        "pointers: .incbin \"" POINTERS_FILE "\"\n"
        ".text\n");
extern unsigned char image[];
extern const uint32_t pointers[];

const unsigned long Py_Version = VERSION_HEX;
/* What Py_GetVersion() has filled in. */
char version[] = VERSION_TEXT;

static volatile LONG started;

static DWORD WINAPI run(void *which) {
  const struct thread *thread = which;
  DWORD id = GetCurrentThreadId();
  /* As PyThreadState has them, and the int that threading knows the thread by. */
  *(uint32_t *)(image + thread->state + ID) = id;
  *(uint32_t *)(image + thread->state + NATIVE_ID) = id;
  *(uint64_t *)(image + thread->key + 16) = ONE_DIGIT;
  *(uint32_t *)(image + thread->key + 24) = id;
  InterlockedIncrement(&started);
  for (unsigned turn = 0;; turn++) {
    if (thread->caller) {
      /* Calls and returns, and computes for a while. */
      uint64_t frame = (uint64_t)(image + (turn % 2 ? thread->caller : thread->frame));
      *(volatile uint64_t *)(image + thread->state + FRAME) = frame;
      for (volatile unsigned i = 0; i < 2000000; i++)
        ;
    }
    Sleep(thread->caller ? 5 : 50);
  }
  return 0;
}

__declspec(dllexport) int start(void) {
  for (unsigned i = 0; i < POINTERS; i++)
    *(uint64_t *)(image + 8 * (uint64_t)pointers[i]) += (uint64_t)image;
  for (int i = 0; i < THREADS; i++)
    CreateThread(0, 0, run, (void *)&threads[i], 0, 0);
  while (started < THREADS)
    Sleep(1);
  return THREADS;
}

#endif
