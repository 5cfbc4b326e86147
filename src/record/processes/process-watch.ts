/**
 * Finds the Pythons whose command line an expression matches among all processes of this machine or container, as they come,
 * on the main thread. Each process is looked at when it comes, and again after pauses that grow, since it may run another
 * program (exec) or give itself another name: what is seen costs next to nothing after that.
 */
import { createHash } from 'node:crypto';
import { PyspyError } from '../../errors.js';
import { currentPlatform } from '../../platform/index.js';
import { recentElfCache } from '../target/locate.js';
import { probe, type Target } from '../target/target.js';
import type { Arrival } from './arrivals.js';
import { copyTarget, mayReplaceItself, ranMs } from './fork-copy.js';
import { launchersOf } from './launchers.js';
import { NewProcesses } from './new-processes.js';
import { looksLikePython } from './process-list.js';
import { Refusals } from './refusals.js';
import { type Watched, WatchList } from './watched.js';

/** How often new processes are looked for, in ms: to wake up costs more than to look. */
const lookEveryMs = 200;
/** What is no Python by now is taken for something else until it runs another program, in ms. */
const patienceMs = 3000;
/** So many of those that are known are looked at again at a time. */
const mostLooks = 200;
/** More are not recorded at one time. */
const maxFollowed = 10_000;
/** Of a command line so much is looked at, in characters. */
const maxCommand = 65_536;

export interface WatchOptions {
  /** Matches the command line, words with spaces between them. */
  readonly which: RegExp;
  /** Whether what those that match start is wanted, too. */
  readonly subprocesses: boolean;
  /** The words behind this program's name: what only passes them on, as a launcher does, has them in its command line, too. */
  readonly ownWords: readonly string[];
  /** A Python that matches cannot be recorded; told once for each reason. */
  readonly refused: (error: PyspyError) => void;
}

export interface WatchEvents {
  readonly found: (target: Target, parentPid: number | null) => void;
  readonly failed: (error: unknown) => void;
}

export class ProcessWatch {
  readonly #options: WatchOptions;
  readonly #list = new WatchList();
  readonly #new = new NewProcesses();
  /** The Pythons that are recorded, by pid. */
  readonly #followed = new Map<number, Target>();
  readonly #losses = new Map<number, number>();
  readonly #refusals: Refusals;
  readonly #isLauncher: (pid: number, command: readonly string[]) => boolean;
  #events: WatchEvents | null = null;
  /** Found before there was anyone to take them. */
  #early: Arrival[] = [];
  #failure: unknown = null;
  #awaited: (() => void) | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isStopped = false;

  /** Looks at all processes at once, and goes on until it is stopped. */
  constructor(options: WatchOptions) {
    this.#options = options;
    this.#refusals = new Refusals(options.refused);
    this.#isLauncher = launchersOf(options.ownWords);
    this.#update();
  }

  /** Whether none was found yet. */
  get isEmpty(): boolean {
    return this.#followed.size === 0;
  }

  /** How many processes that match could not be recorded. */
  get refusals(): number {
    return this.#refusals.count;
  }

  /** @returns the first Python, when there is one; null where the watch is stopped before. To be called before `begin` */
  async first(): Promise<Target | null> {
    while (this.#early.length === 0 && !this.#isStopped)
      await new Promise<void>((resolve) => {
        this.#awaited = resolve;
      });
    if (this.#failure !== null) throw this.#failure;
    return this.#early.shift()?.target ?? null;
  }

  /** Tells of all others from now on. */
  begin(events: WatchEvents): void {
    this.#events = events;
    for (const { target, parentPid } of this.#early.splice(0)) events.found(target, parentPid);
    if (this.#failure !== null) events.failed(this.#failure);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#isStopped = true;
    this.#awaited?.();
  }

  /** To be called when the recorder lost a process: it has ended, or runs another program. */
  lost(pid: number): void {
    if (!this.#followed.delete(pid)) return;
    const watched = this.#list.get(pid);
    if (watched === undefined) return;
    // One that is lost over and over would fill the trace with rows.
    const losses = (this.#losses.get(pid) ?? 0) + 1;
    this.#losses.set(pid, losses);
    watched.isSettled = false;
    watched.wasLost = true;
    this.#list.defer(watched, performance.now(), losses - 1);
  }

  #update(): void {
    const now = performance.now();
    const isKnown = (pid: number): boolean => this.#list.get(pid) !== undefined;
    for (const pid of this.#new.find(now, isKnown)) this.#enter(pid, now);
    for (const watched of this.#list.due(now, mostLooks)) this.#look(watched, now);
    if (this.#list.leftOut > 0) this.#refusals.add(tooMany(), 0);
    this.#list.leftOut = 0;
    this.#timer = setTimeout(() => {
      try {
        this.#update();
      } catch (error) {
        this.#failure = error;
        this.stop();
        this.#events?.failed(error);
      }
    }, lookEveryMs);
  }

  /** Takes a process in that is new, or runs another program than before. */
  #enter(pid: number, now: number): void {
    const platform = currentPlatform();
    const stat = platform.readStat(pid);
    const known = this.#list.get(pid);
    // Threads have numbers of the same series.
    const isOver = stat === null || stat.state === 'Z' || stat.state === 'X';
    if (isOver || (known?.startTicks !== stat.startTicks && !platform.isProcess(pid))) {
      this.#forget(pid);
      return;
    }
    const command = platform.readCommand(pid);
    const text = command.join(' ').slice(0, maxCommand);
    const { startTicks, stackStart, parentPid } = stat;
    const program = `${startTicks} ${stackStart} ${createHash('sha1').update(text).digest('base64')}`;
    if (known?.program === program) return;
    if (known?.startTicks !== startTicks) this.#losses.delete(pid);
    const isOurs =
      pid === process.pid || parentPid === process.pid || this.#list.get(parentPid)?.isOurs === true;
    const isWanted = !isOurs && command.length > 0 && this.#isWanted(pid, parentPid, command, text);
    const watched: Watched = {
      ...{ pid, startTicks, parentPid, stackStart, program, isOurs, isWanted },
      isNamedPython: isWanted && looksLikePython(command),
      sinceMs: now,
      wasLost: known?.wasLost === true && known.startTicks === startTicks,
      isSettled: !isWanted,
      level: 0,
      nextMs: now,
    };
    this.#followed.delete(pid);
    if (!this.#list.add(watched)) return;
    if (isWanted) this.#probe(watched, now);
    else this.#list.defer(watched, now, 0);
  }

  #isWanted(pid: number, parentPid: number, command: readonly string[], text: string): boolean {
    const { which, subprocesses } = this.#options;
    if (this.#isLauncher(pid, command)) return false;
    return which.test(text) || (subprocesses && this.#list.get(parentPid)?.isWanted === true);
  }

  #forget(pid: number): void {
    this.#list.delete(pid);
    this.#followed.delete(pid);
    this.#losses.delete(pid);
  }

  /** Looks at a process again that is known. */
  #look(watched: Watched, now: number): void {
    this.#enter(watched.pid, now);
    // Another program, or gone: then that was all.
    if (this.#list.get(watched.pid) !== watched) return;
    if (watched.isSettled) this.#list.defer(watched, now);
    else this.#probe(watched, now);
  }

  #probe(watched: Watched, now: number): void {
    const { pid } = watched;
    const ageMs = now - watched.sinceMs;
    const parent = this.#followed.get(watched.parentPid);
    const original = watched.stackStart !== 0 && watched.stackStart === parent?.stackStart ? parent : null;
    if (original !== null && mayReplaceItself(ageMs, () => ranMs(pid, original.stackStart))) {
      this.#list.defer(watched, now, 0);
      return;
    }
    try {
      const copy = original !== null && !watched.wasLost ? copyTarget(original, watched) : null;
      const found = copy === null ? probe(pid, { cache: recentElfCache(), final: ageMs > patienceMs }) : null;
      const target = copy ?? (found?.kind === 'python' ? found.target : null);
      if (target !== null) {
        this.#follow(watched, target);
        return;
      }
      watched.isSettled = ageMs > patienceMs || (found?.kind === 'none' && found.isGivenUp);
    } catch (error) {
      if (!(error instanceof PyspyError)) throw error;
      watched.isSettled = true;
      // What may not be read and is not called a Python is most likely none.
      if (watched.isNamedPython) this.#refusals.add(error, pid);
    }
    this.#list.defer(watched, now);
  }

  #follow(watched: Watched, target: Target): void {
    const { pid } = watched;
    watched.isSettled = true;
    if (this.#followed.size >= maxFollowed) {
      this.#refusals.add(tooMany(), pid);
      this.#list.defer(watched, performance.now());
      return;
    }
    // Who samples it notices its end.
    this.#list.hold(watched);
    this.#followed.set(pid, target);
    const parentPid = this.#list.nearest(watched.parentPid, (ancestor) => this.#followed.has(ancestor));
    this.#events?.found(target, parentPid);
    if (this.#events !== null) return;
    this.#early.push({ target, parentPid });
    this.#awaited?.();
  }
}

function tooMany(): PyspyError {
  return new PyspyError('target', 'some processes, since there are too many at one time');
}
