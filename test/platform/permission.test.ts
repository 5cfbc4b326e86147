/** Every reason for a refusal has its own sentence, and a hint that helps against that one. */
import { expect, test } from 'vitest';
import { type AccessFacts, refusal } from '../../src/platform/linux/permission.js';

const plain: AccessFacts = {
  ownUid: 1000,
  targetUid: 1000,
  hasCapability: false,
  ptraceScope: null,
  inContainer: false,
  inUserNamespace: false,
  service: null,
};

test.each<[string, Partial<AccessFacts>, RegExp, RegExp]>([
  [
    'root in a container',
    { ownUid: 0, targetUid: 0, inContainer: true },
    /without the capability CAP_SYS_PTRACE, as in most containers$/,
    /--cap-add SYS_PTRACE/,
  ],
  [
    'root in a container that cannot be told from a machine',
    { ownUid: 0, targetUid: 0 },
    /without the capability CAP_SYS_PTRACE$/,
    /--cap-add SYS_PTRACE.*securityContext/,
  ],
  [
    'root without the capability',
    { ownUid: 0, targetUid: 5 },
    /without the capability CAP_SYS_PTRACE$/,
    /cap/i,
  ],
  [
    'root without the capability, in a service',
    { ownUid: 0, targetUid: 5, service: 'web.service' },
    /CAP_SYS_PTRACE, in the systemd service web\.service$/,
    /systemctl edit web\.service, .*AmbientCapabilities=CAP_SYS_PTRACE/,
  ],
  [
    'another user, from a service',
    { targetUid: 33, service: 'web.service' },
    /it runs as user 33, pyspy as user 1000$/,
    /User= of web\.service.*AmbientCapabilities=CAP_SYS_PTRACE/,
  ],
  [
    'the root of a user namespace',
    { ownUid: 0, targetUid: 65534, hasCapability: true, inUserNamespace: true },
    /CAP_SYS_PTRACE in a user namespace of its own, and the other process is outside/,
    /podman exec|nsenter/,
  ],
  ['scope 3', { ptraceScope: 3 }, /ptrace_scope is 3, which forbids it to everyone/, /reboot/],
  ['scope 3, with the capability', { ptraceScope: 3, hasCapability: true }, /ptrace_scope is 3/, /reboot/],
  [
    'a security module',
    { hasCapability: true, ptraceScope: 0 },
    /although this process has CAP_SYS_PTRACE/,
    /audit log/,
  ],
  ['another user', { targetUid: 33 }, /it runs as user 33, pyspy as user 1000$/, /sudo/],
  ['another user, and scope 1', { targetUid: 33, ptraceScope: 1 }, /it runs as user 33/, /sudo/],
  [
    'scope 1',
    { ptraceScope: 1 },
    /ptrace_scope is 1, which allows only a program that pyspy itself started/,
    /pyspy record -- COMMAND/,
  ],
  ['scope 2', { ptraceScope: 2 }, /ptrace_scope is 2, which allows only root/, /sudo/],
  ['not dumpable', { ptraceScope: 0 }, /not dumpable/, /sudo/],
  ['a process whose user is not known', { targetUid: null }, /not dumpable/, /sudo/],
])('%s', (_name, facts, message, hint) => {
  const error = refusal(4711, { ...plain, ...facts });
  expect(error.kind).toBe('target');
  expect(error.message).toMatch(/^no permission to read the memory of process 4711[:,] /);
  expect(error.message).toMatch(message);
  expect(error.hint).toMatch(hint);
});

test('the facts of this machine are read', () => {
  expect(refusal(process.pid).message).toContain(`process ${process.pid}`);
});
