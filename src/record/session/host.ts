/** The machine that a recording is made on. */
import { cpus, hostname, machine, release, type } from 'node:os';
import type { HostInfo } from '../../format/recording-info.js';
import { currentSystem } from '../../platform/system.js';

export function describeHost(): HostInfo {
  const processors = cpus();
  return {
    name: hostname(),
    system: type(),
    release: release(),
    machine: machine(),
    cpuModel: processors[0]?.model ?? '',
    cpus: processors.length,
    bootId: currentSystem.readBootId() ?? '',
  };
}
