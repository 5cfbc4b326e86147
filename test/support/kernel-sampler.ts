/** Whether the kernel copies stacks of threads here, in an interrupt. */
import { currentPlatform } from '../../src/platform/index.js';
import { InterruptSource } from '../../src/record/interrupts/interrupt-source.js';
import { layouts } from '../../src/record/layouts/cpython.js';

function refusalHere() {
  const source = new InterruptSource(currentPlatform());
  source.open(layouts.get('3.13')!);
  source.close();
  return source.use.refusal;
}

/** Null where it does. */
export const refusal = refusalHere();

/** For the names of tests that need it. */
export const whyNotCopied = refusal === null ? '' : ` (not here: ${refusal.missing})`;
