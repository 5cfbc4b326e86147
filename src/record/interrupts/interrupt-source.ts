/** What has frames copied in interrupts, for all processes of a recording: one program in the kernel for each layout. */
import type { SamplerKind } from '../../format/recording-info.js';
import type { Interrupts, NoInterrupts } from '../../platform/interrupts.js';
import type { Platform } from '../../platform/platform.js';
import type { Layout } from '../layouts/layout.js';
import { chainShape } from './chain-shape.js';

/** What became of the wish for it. */
export interface SamplerUse {
  readonly kind: SamplerKind;
  /** Why it is not the kernel, where that was asked for. */
  readonly refusal: NoInterrupts | null;
}

export class InterruptSource {
  readonly #open: Platform['openInterrupts'];
  readonly #copiesThread: boolean;
  readonly #byShape = new Map<string, Interrupts>();
  #refusal: NoInterrupts | null = null;

  /** @param copiesThread whether stacks of the threads themselves are wanted, too */
  constructor({ openInterrupts }: Pick<Platform, 'openInterrupts'>, copiesThread = false) {
    this.#open = openInterrupts;
    this.#copiesThread = copiesThread;
  }

  get use(): SamplerUse {
    return { kind: this.#byShape.size > 0 ? 'kernel' : 'memory', refusal: this.#refusal };
  }

  /** @returns null where the kernel does not; closed by `close`. What was refused once is not asked for again. */
  open(layout: Layout): Interrupts | null {
    if (this.#refusal !== null) return null;
    const shape = chainShape(layout);
    const key = Object.values(shape).join();
    const known = this.#byShape.get(key);
    if (known !== undefined) return known;
    const opened = this.#open(shape, this.#copiesThread);
    if ('missing' in opened) {
      this.#refusal = opened;
      return null;
    }
    this.#byShape.set(key, opened);
    return opened;
  }

  close(): void {
    for (const interrupts of this.#byShape.values()) interrupts.close();
    this.#byShape.clear();
  }
}
