/** What a thread waited for, in the words of results. */
import { status, waitField, waitKind } from './vocabulary.js';

/** `running`: on a CPU, or ready to be; `unknown`: of a sleeping thread, or where it is not known whether it slept. */
export const waits = [
  'running',
  'gil',
  'lock',
  'condition',
  'io',
  'sleep',
  'process',
  'other',
  'unknown',
] as const;
export type Wait = (typeof waits)[number];

const words = new Map<number, Wait>([
  [0, 'unknown'],
  ...Object.entries(waitKind).map(([word, kind]): [number, Wait] => [kind, word as keyof typeof waitKind]),
]);

/** Of a sample's bits (see `status`). */
export function waitOf(bits: number): Wait {
  if (bits & status.stateUnknown) return 'unknown';
  if (bits & status.gilWait) return 'gil';
  if (bits & status.onCpu) return 'running';
  return words.get((bits & waitField.mask) >>> waitField.shift) ?? 'other';
}

/** What a thread waits for that is known to. */
export type KnownWait = Exclude<Wait, 'running' | 'unknown'>;

/** Null for a thread that runs, and where it is not known. */
export function knownWait(bits: number): KnownWait | null {
  const wait = waitOf(bits);
  return wait === 'running' || wait === 'unknown' ? null : wait;
}

/** Whether another thread of the program keeps it from going on: it waits for a lock, or for the GIL. */
export function isHeldUp(bits: number): boolean {
  const wait = waitOf(bits);
  return wait === 'gil' || wait === 'lock';
}
