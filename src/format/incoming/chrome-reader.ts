/**
 * Reads the Trace Event Format (of pyspy, py-spy's chrometrace, viztracer, Chrome …): slices by thread, as the stretches of time in which
 * each stack of them was open. What is no slice is left out.
 */

import { tooMuch } from '../assembly/import-limits.js';
import type {
  ImportedFrame,
  ImportedProfile,
  ImportedSample,
  ImportedThread,
} from '../assembly/imported-profile.js';
import type { ImportOptions } from '../encodings/import-fault.js';
import { type Fields, JsonFields, textOf } from '../encodings/json-fields.js';
import { idOf, latestNs, lineOf } from '../encodings/told-numbers.js';
import { FrameList } from './frame-list.js';

/** What pyspy marks as none of the program's. */
const ownCategory = 'gap';

/** Whatever can stand for a thread, each of them some hundred bytes. */
const mostTracks = 1_000_000;

interface Event {
  readonly ts: number;
  /** Of a whole slice its length; null where it begins or ends by events of their own. */
  readonly dur: number | null;
  /** Null for an end. */
  readonly frame: ImportedFrame | null;
}

interface Track {
  readonly pid: unknown;
  readonly tid: unknown;
  name: string | null;
  readonly events: Event[];
}

/** @throws PyspyError of kind "trace" where it is damaged, here or when samples are read */
export function readChrome(file: Uint8Array, { path }: ImportOptions): ImportedProfile {
  const json = new JsonFields(file, path, 'a trace of events');
  const events = json.list(Array.isArray(json.root) ? json.root : json.fields(json.root).traceEvents);
  const list = new FrameList(path);
  const tracks = new Map<string, Track>();
  const processes = new Map<unknown, string>();
  for (const item of events) {
    const event = json.fields(item);
    const { ph, pid, tid, name } = event;
    const key = JSON.stringify([pid, tid]);
    let track = tracks.get(key);
    if (track === undefined) {
      if (tracks.size >= mostTracks) throw tooMuch(path, `over ${mostTracks} threads`);
      track = { pid, tid, name: null, events: [] };
      tracks.set(key, track);
    }
    if (ph === 'M') {
      const told = textOf(event.args === undefined ? null : json.fields(event.args).name);
      if (name === 'thread_name') track.name = told;
      if (name === 'process_name' && told !== null) processes.set(pid, told);
      continue;
    }
    if ((ph !== 'B' && ph !== 'E' && ph !== 'X') || event.cat === ownCategory) continue;
    track.events.push({
      ts: json.number(event.ts, -Infinity),
      dur: ph === 'X' ? json.number(event.dur ?? 0, 0) : null,
      frame: ph === 'E' ? null : readFrame(event, list, json),
    });
  }
  return { startedUtcNs: null, hasTimes: true, samples: listSamples([...tracks.values()], processes, json) };
}

/** Whether a file begins as one of events does. */
export function looksChrome(head: string): boolean {
  return /"traceEvents"\s*:/.test(head) || /^\s*\[\s*\{[^{}]*"ph"\s*:/.test(head);
}

function* listSamples(
  tracks: readonly Track[],
  processes: ReadonlyMap<unknown, string>,
  json: JsonFields,
): Generator<ImportedSample, void> {
  for (const { pid, tid, name, events } of tracks) {
    const command = processes.get(pid);
    const thread: ImportedThread = {
      ...{ pid: idOf(pid), osId: idOf(tid), name, pythonVersion: '' },
      command: command === undefined ? [] : [command],
    };
    for (const { stack, from, us } of walkSlices(events, json)) {
      const [fromNs, wallNs] = [Math.round(from * 1e3), Math.round(us * 1e3)];
      if (Math.abs(fromNs) > latestNs) throw json.fault('a number of it is not where it can be');
      if (wallNs > 0) yield { thread, frames: stack, task: null, samples: 1, fromNs, wallNs, cpuNs: null };
    }
  }
}

interface Stretch {
  readonly stack: readonly ImportedFrame[];
  readonly from: number;
  readonly us: number;
}

/** Stretches of time in which the same slices are open. Of slices that have no end, the time after the last event is not known. */
function* walkSlices(events: Event[], json: JsonFields): Generator<Stretch, void> {
  // What is whole and begins with others is outside of those that are shorter.
  events.sort((a, b) => a.ts - b.ts || (a.dur !== null && b.dur !== null ? b.dur - a.dur : 0));
  const open: { frame: ImportedFrame; end: number | null }[] = [];
  let now = events[0]?.ts ?? 0;
  const stretch = (until: number) => {
    const [from, us] = [now, until - now];
    now = Math.max(now, until);
    // What is shorter than a nanosecond is nothing, and is not worth a copy.
    return { stack: us < 5e-4 ? [] : open.map(({ frame }) => frame), from, us };
  };
  function* endUntil(until: number): Generator<Stretch, void> {
    for (
      let last = open.at(-1);
      last !== undefined && last.end !== null && last.end <= until;
      last = open.at(-1)
    ) {
      if (last.end > now) yield stretch(last.end);
      open.pop();
    }
  }
  for (const { ts, dur, frame } of events) {
    yield* endUntil(ts);
    if (ts > now) {
      if (open.length > 0) yield stretch(ts);
      now = ts;
    }
    if (frame === null) open.pop();
    else open.push({ frame, end: dur === null ? null : ts + dur });
    json.depth(open.length);
  }
  yield* endUntil(Infinity);
}

function readFrame({ name, args }: Fields, list: FrameList, json: JsonFields): ImportedFrame {
  const told = typeof args === 'object' && args !== null ? json.fields(args) : {};
  return list.get(
    textOf(name) ?? '???',
    textOf(told.file) ?? textOf(told.filename) ?? '',
    0,
    lineOf(told.line),
  );
}
