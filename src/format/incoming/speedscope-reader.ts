/**
 * Reads speedscope's files (https://www.speedscope.app/file-format-schema.json), sampled and evented profiles: how long each
 * stack lasted, and when, if that is told.
 */
import type {
  ImportedFrame,
  ImportedProfile,
  ImportedSample,
  ImportedThread,
} from '../assembly/imported-profile.js';
import { type ImportOptions, needsRate } from '../encodings/import-fault.js';
import { type Fields, JsonFields, textOf } from '../encodings/json-fields.js';
import { latestNs, lineOf, unitsNs } from '../encodings/told-numbers.js';
import { FrameList } from './frame-list.js';

/** A stack, outermost first, which changes once the next is asked for; and how long it lasted or how often it was seen. */
interface Weighed {
  readonly stack: readonly ImportedFrame[];
  readonly weight: number;
  /** In the unit of weights. */
  readonly from: number;
}

/** What all profiles of a file share. */
interface Source {
  readonly json: JsonFields;
  readonly frames: readonly ImportedFrame[];
  /** Whether stacks say when they were. */
  readonly hasTimes: boolean;
}

/** @throws PyspyError of kind "trace" where it is damaged, here or when samples are read; "usage" for counts without a rate */
export function readSpeedscope(file: Uint8Array, { path, rateHz }: ImportOptions): ImportedProfile {
  const json = new JsonFields(file, path, 'a speedscope file');
  const root = json.fields(json.root);
  const list = new FrameList(path);
  const frames = json
    .list(json.fields(root.shared).frames)
    .map((frame) => readFrame(json.fields(frame), list, json));
  const isOwn = typeof root.exporter === 'string' && root.exporter.startsWith('pyspy ');
  // What is a sum of the others would count twice.
  const profiles = json
    .list(root.profiles)
    .map((profile) => json.fields(profile))
    .filter(({ sums }) => !isOwn || sums !== 'all');
  const weights = profiles.map(({ unit }) => {
    const ns = unitsNs[String(unit)];
    if (ns !== undefined) return { ns, isCount: false };
    if (unit !== 'none') throw json.fault(`it is about ${String(unit).slice(0, 40)}, not about time`);
    if (rateHz === null) throw needsRate(path);
    return { ns: 1e9 / rateHz, isCount: true };
  });
  // Others list a thread's samples without the time between them.
  const isTimed = isOwn
    ? profiles.every(({ sums }) => sums === undefined)
    : profiles.every(({ type }) => type === 'evented');
  const hasTimes = weights.every(({ isCount }) => !isCount) && isTimed;
  return {
    startedUtcNs: null,
    hasTimes,
    samples: listSamples(profiles, weights, { json, frames, hasTimes }),
  };
}

function* listSamples(
  profiles: readonly Fields[],
  weights: readonly { ns: number; isCount: boolean }[],
  source: Source,
): Generator<ImportedSample, void> {
  const { hasTimes } = source;
  for (const [at, profile] of profiles.entries()) {
    const thread: ImportedThread = {
      ...{ pid: null, osId: null, command: [], pythonVersion: '' },
      name: textOf(profile.name),
    };
    const { ns, isCount } = weights[at]!;
    const read = profile.type === 'evented' ? readEvents : readSamples;
    for (const { stack, weight, from } of read(profile, source)) {
      const wallNs = Math.round(weight * ns);
      // Time without a stack is time without a sample.
      if (wallNs === 0 || stack.length === 0) continue;
      const samples = isCount ? Math.max(1, Math.round(weight)) : 1;
      const sample = { thread, frames: [...stack], task: null, samples, wallNs, cpuNs: null };
      const fromNs = Math.round(from * ns);
      if (hasTimes && Math.abs(fromNs) > latestNs)
        throw source.json.fault('a number of it is not where it can be');
      yield hasTimes ? { ...sample, fromNs } : sample;
    }
  }
}

function* readSamples(profile: Fields, { json, frames }: Source): Generator<Weighed, void> {
  const samples = json.list(profile.samples);
  const weights = json.list(profile.weights);
  let now = json.number(profile.startValue ?? 0, -Infinity);
  if (samples.length !== weights.length) throw json.fault('it has not a weight for each sample');
  for (const [at, sample] of samples.entries()) {
    const stack = json.list(sample);
    json.depth(stack.length);
    const weight = json.number(weights[at], 0);
    yield { stack: stack.map((frame) => frameAt(frames, frame, json)), weight, from: now };
    now += weight;
  }
}

function* readEvents(profile: Fields, { json, frames }: Source): Generator<Weighed, void> {
  const open: ImportedFrame[] = [];
  let since = json.number(profile.startValue ?? 0, -Infinity);
  for (const item of json.list(profile.events)) {
    const { type, at, frame } = json.fields(item);
    const now = json.number(at, since);
    if (now > since && open.length > 0) yield { stack: open, weight: now - since, from: since };
    since = now;
    const named = frameAt(frames, frame, json);
    if (type === 'O') open.push(named);
    else if (type !== 'C' || open.pop() !== named) throw json.fault('an event ends what was not begun last');
    json.depth(open.length);
  }
}

/** The line that pyspy puts into names is taken out of them again. */
function readFrame({ name, file, line }: Fields, list: FrameList, json: JsonFields): ImportedFrame {
  if (typeof name !== 'string') throw json.fault('a frame has no name');
  const own = lineOf(line);
  const bare = own > 0 && name.endsWith(`:${own}`) ? name.slice(0, -`:${own}`.length) : name;
  return list.get(bare, textOf(file) ?? '', own);
}

function frameAt(frames: readonly ImportedFrame[], index: unknown, json: JsonFields): ImportedFrame {
  const frame = typeof index === 'number' ? frames[index] : undefined;
  if (frame === undefined) throw json.fault('a stack has a frame that is not listed');
  return frame;
}
