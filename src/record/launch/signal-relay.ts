/** Passes signals on to a command that was started, so that each arrives once, from any sender to any of both. */
import { constants } from 'node:os';
import { onSignals } from '../../caller.js';
import { currentPlatform } from '../../platform/index.js';
import type { GroupSignals } from './group-signals.js';

/**
 * Signals of one kind within this time count as one, in ms: timeout(1) sends to the process and to its group, and a group is
 * signalled one process after the other.
 */
const togetherMs = 50;

export interface Receiver {
  readonly pid: number;
  isOver(): boolean;
  signal(name: NodeJS.Signals): void;
}

/** @param isCaught whether the command had a handler for the signal when it came */
export type IsMeant = (signal: NodeJS.Signals, isCaught: boolean) => boolean;

export class SignalRelay {
  readonly #command: Receiver;
  readonly #group: GroupSignals;
  /** Signals that came, and who knows whether the command is to have them. */
  readonly #pending = new Map<NodeJS.Signals, { readonly isMeant: IsMeant; readonly isCaught: boolean }>();

  constructor(command: Receiver, group: GroupSignals) {
    this.#command = command;
    this.#group = group;
  }

  /**
   * @param isMeant called once for each signal, however often it was sent at that moment: whether the command is to have it
   * @returns what ends that
   */
  relay(names: readonly NodeJS.Signals[], isMeant: IsMeant): () => void {
    return onSignals(names, (signal) => {
      if (this.#pending.size === 0) setTimeout(() => this.#settle(), togetherMs);
      const isCaught =
        this.#pending.get(signal)?.isCaught ||
        currentPlatform().hasHandler(this.#command.pid, constants.signals[signal]);
      this.#pending.set(signal, { isMeant, isCaught });
    });
  }

  #settle(): void {
    const signals = [...this.#pending];
    this.#pending.clear();
    for (const [signal, { isMeant, isCaught }] of signals) {
      if (!isMeant(signal, isCaught) || this.#command.isOver()) continue;
      if (!hasArrived(this.#command.pid, signal, this.#group)) this.#command.signal(signal);
    }
    if (!this.#command.isOver()) this.#group.renew();
  }
}

/** Whether a signal that this process got was sent to the command, too. */
function hasArrived(pid: number, signal: NodeJS.Signals, group: GroupSignals): boolean {
  const { readGroup } = currentPlatform();
  const own = readGroup('self');
  if (own === null || readGroup(pid)?.group !== own.group) return false;
  const isFromTerminal = signal === 'SIGINT' || signal === 'SIGQUIT';
  return group.saw(signal) ?? (isFromTerminal && own.group === own.foreground);
}
