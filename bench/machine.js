/** What the figures were measured on and with. */
import { cpus, loadavg, release, totalmem } from 'node:os';

export function describeMachine() {
  const [first] = cpus();
  return {
    date: new Date().toISOString(),
    cpu: first?.model ?? 'unknown',
    cpus: cpus().length,
    memory_bytes: totalmem(),
    kernel: release(),
    node: process.version,
    /** Of the last minute, before anything was measured: more than a fraction of the cores makes figures doubtful. */
    load: loadavg()[0] ?? 0,
  };
}
