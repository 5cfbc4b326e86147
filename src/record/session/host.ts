/** The machine that a recording is made on. */
import { cpus, hostname, machine, release, type } from 'node:os';
import type { HostInfo } from '../../format/vocabulary.js';
import { readOptional } from '../platform/proc.js';

export function describeHost(): HostInfo {
  const processors = cpus();
  return {
    name: hostname(),
    system: type(),
    release: release(),
    machine: machine(),
    cpuModel: processors[0]?.model ?? '',
    cpus: processors.length,
    bootId: (readOptional('/proc/sys/kernel/random/boot_id') ?? '').trim(),
  };
}
