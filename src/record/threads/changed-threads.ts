/** Threads of which something may be new since the last tick. A Set would be made anew by the engine at each `clear`. */
import type { ThreadTrack } from './thread-track.js';

export class ChangedThreads {
  /** Each once, in the order in which they came. */
  readonly threads: ThreadTrack[] = [];

  add(thread: ThreadTrack): void {
    if (thread.isChanged) return;
    thread.isChanged = true;
    this.threads.push(thread);
  }

  clear(): void {
    for (let thread = this.threads.pop(); thread !== undefined; thread = this.threads.pop())
      thread.isChanged = false;
  }

  /** Forgets all others. */
  keep(known: ReadonlySet<ThreadTrack>): void {
    const kept = this.threads.filter((thread) => known.has(thread));
    this.clear();
    for (const thread of kept) this.add(thread);
  }
}
