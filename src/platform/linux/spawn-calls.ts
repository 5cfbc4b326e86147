/** The C library's calls that start a program; bound when one is started. Addresses are plain numbers (libc.ts). */
import { loadLibc } from './libc.js';

/** Each returns an error number (posix_spawn(3)), or -1 and sets errno. */
export interface SpawnCalls {
  posix_spawn_file_actions_init(actions: number): number;
  posix_spawn_file_actions_destroy(actions: number): number;
  posix_spawn_file_actions_addopen(
    actions: number,
    fd: number,
    path: number,
    flags: number,
    mode: number,
  ): number;
  posix_spawn_file_actions_adddup2(actions: number, from: number, to: number): number;
  posix_spawnattr_init(attributes: number): number;
  posix_spawnattr_destroy(attributes: number): number;
  posix_spawnattr_setflags(attributes: number, flags: number): number;
  posix_spawnattr_setsigdefault(attributes: number, set: number): number;
  posix_spawnattr_setsigmask(attributes: number, set: number): number;
  posix_spawnp(
    pid: number,
    program: number,
    actions: number,
    attributes: number,
    words: number,
    environment: number,
  ): number;
  pipe2(ends: number, flags: number): number;
  sigaction(signal: number, action: number, old: number): number;
  getrlimit(resource: number, limits: number): number;
  setrlimit(resource: number, limits: number): number;
  getgrouplist(user: string, group: number, groups: number, count: number): number;
}

const declarations: Readonly<Record<keyof SpawnCalls, string>> = {
  posix_spawn_file_actions_init: '(intptr_t actions)',
  posix_spawn_file_actions_destroy: '(intptr_t actions)',
  posix_spawn_file_actions_addopen: '(intptr_t actions, int fd, intptr_t path, int flags, uint mode)',
  posix_spawn_file_actions_adddup2: '(intptr_t actions, int from, int to)',
  posix_spawnattr_init: '(intptr_t attributes)',
  posix_spawnattr_destroy: '(intptr_t attributes)',
  posix_spawnattr_setflags: '(intptr_t attributes, short flags)',
  posix_spawnattr_setsigdefault: '(intptr_t attributes, intptr_t set)',
  posix_spawnattr_setsigmask: '(intptr_t attributes, intptr_t set)',
  posix_spawnp:
    '(intptr_t pid, intptr_t program, intptr_t actions, intptr_t attributes, intptr_t words, intptr_t environment)',
  pipe2: '(intptr_t ends, int flags)',
  sigaction: '(int signal, intptr_t action, intptr_t old)',
  getrlimit: '(int resource, intptr_t limits)',
  setrlimit: '(int resource, intptr_t limits)',
  getgrouplist: '(const char *user, uint group, intptr_t groups, intptr_t count)',
};

let bound: SpawnCalls | undefined;

/** @throws Error if the C library cannot be loaded */
export function spawnCalls(): SpawnCalls {
  if (bound) return bound;
  const library = loadLibc();
  const calls = Object.entries(declarations).map(([name, parameters]) => [
    name,
    library.func(`int ${name}${parameters}`),
  ]);
  bound = Object.fromEntries(calls) as SpawnCalls;
  return bound;
}
