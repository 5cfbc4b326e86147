/**
 * Reads what CPython's profiling.sampling writes with --jsonl (3.15, Lib/profiling/sampling/jsonl_collector.py): for each frame in how many
 * samples it was innermost. Who called it is not in there.
 */
import {
  type ImportedFrame,
  type ImportedProfile,
  type ImportedSample,
  unknownThread,
} from '../assembly/imported-profile.js';
import { cannotImport, type ImportOptions } from '../encodings/import-fault.js';
import { type Fields, JsonFields, jsonBudget } from '../encodings/json-fields.js';
import { firstLines, numberedLines } from '../encodings/text-lines.js';
import { lineOf } from '../encodings/told-numbers.js';
import { FrameList } from './frame-list.js';

const format = 'a file of --jsonl';
/** Of records, the only one so far. */
const version = 0;

/** One run: files may have several, one behind the other. */
interface Run {
  readonly intervalUs: number;
  readonly strings: Map<unknown, string>;
  readonly frames: Map<unknown, ImportedFrame>;
  isWhole: boolean;
}

/** @throws PyspyError of kind "trace" where it is damaged, or not whole, when samples are read */
export function readCPythonJsonl(file: Uint8Array, { path }: ImportOptions): ImportedProfile {
  return { startedUtcNs: null, hasTimes: false, samples: listSamples(file, path) };
}

export function looksCPythonJsonl(file: Uint8Array): boolean {
  return /^\{"type":\s?"meta",\s?"v":\s?\d+,\s?"run_id":/.test(firstLines(file)[0]!);
}

function* listSamples(file: Uint8Array, path: string): Generator<ImportedSample, void> {
  const list = new FrameList(path);
  const runs = new Map<unknown, Run>();
  const budget = jsonBudget(file);
  for (const [number, line] of numberedLines(file, path)) {
    if (line.trim() === '') continue;
    const json = new JsonFields(Buffer.from(line), path, format, budget);
    const record = json.fields(json.root);
    if (record.v !== version)
      throw json.fault(
        `line ${number} is of a version that is not known: ${JSON.stringify(record.v)?.slice(0, 40)}`,
      );
    if (record.type === 'meta') {
      const intervalUs = json.number(record.sample_interval_usec, 1e-3);
      runs.set(record.run_id, { intervalUs, strings: new Map(), frames: new Map(), isWhole: false });
      continue;
    }
    const run = runs.get(record.run_id);
    if (run === undefined || run.isWhole) throw json.fault(`line ${number} belongs to nothing before it`);
    if (record.type === 'string_table') readStrings(record, run, json);
    else if (record.type === 'frame_table') readFrames(record, run, list, json);
    else if (record.type === 'agg' && record.kind === 'frame') yield* readSums(record, run, json);
    else if (record.type === 'end') run.isWhole = true;
    // Others may be added, its documentation says, and are to be ignored.
  }
  if (runs.size === 0 || [...runs.values()].some(({ isWhole }) => !isWhole))
    throw cannotImport(path, 'its last line is missing: it was not written to its end');
}

function readStrings(record: Fields, run: Run, json: JsonFields): void {
  for (const item of json.list(record.strings)) {
    const { str_id: id, value } = json.fields(item);
    if (typeof value !== 'string') throw json.fault('a text of it is none');
    run.strings.set(id, value);
  }
}

function readFrames(record: Fields, run: Run, list: FrameList, json: JsonFields): void {
  for (const item of json.list(record.frames)) {
    const frame = json.fields(item);
    const [name, file] = [run.strings.get(frame.func_str_id), run.strings.get(frame.path_str_id)];
    if (name === undefined || file === undefined) throw json.fault('a frame has a name that is not listed');
    run.frames.set(frame.frame_id, list.get(name, file === '~' ? '' : file, lineOf(frame.line)));
  }
}

/** How often a frame was anywhere on a stack is in there, too, but not on which. */
function* readSums(
  record: Fields,
  { frames, intervalUs }: Run,
  json: JsonFields,
): Generator<ImportedSample, void> {
  for (const item of json.list(record.entries)) {
    const entry = json.fields(item);
    const samples = json.number(entry.self, 0);
    const frame = frames.get(entry.frame_id);
    if (frame === undefined) throw json.fault('a sum is of a frame that is not listed');
    if (!Number.isInteger(samples)) throw json.fault('a number of it is not where it can be');
    if (samples === 0) continue;
    const wallNs = Math.round(samples * intervalUs * 1e3);
    yield { thread: unknownThread, frames: [frame], isCut: true, task: null, samples, wallNs, cpuNs: null };
  }
}
