/** Tasks of asyncio as a page tells them apart: each name, or those that differ in nothing but numbers where there are many. */
import { mostSingleThreads, threadPattern } from '../names/thread-pattern.js';

/** Further ones, those with the least time, are one. */
const mostGroups = 40;

/** What the group of further tasks is called. */
const otherTasks = 'other tasks';

/**
 * @param times by name
 * @returns by name what the page calls it
 */
export function groupTasks(times: ReadonlyMap<string, number>): ReadonlyMap<string, string> {
  const kindOf = times.size > mostSingleThreads ? threadPattern : (name: string) => name;
  const kinds = new Map<string, { names: string[]; time: number }>();
  for (const [name, time] of times) {
    const kind = kinds.get(kindOf(name)) ?? { names: [], time: 0 };
    kinds.set(kindOf(name), kind);
    kind.names.push(name);
    kind.time += time;
  }
  const ranked = [...kinds].sort(([, one], [, other]) => other.time - one.time);
  const isAll = ranked.length <= mostGroups;
  const groups = new Map<string, string>();
  ranked.forEach(([kind, { names }], rank) => {
    const group =
      !isAll && rank >= mostGroups - 1
        ? otherTasks
        : names.length === 1
          ? names[0]!
          : `${kind} × ${names.length}`;
    for (const name of names) groups.set(name, group);
  });
  return groups;
}
