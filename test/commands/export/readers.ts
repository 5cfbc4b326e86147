/**
 * A reader for each format of `export`, as others would write it: from a file to the sums of what was innermost. One rule holds for all
 * of them: these sums are those of `top`.
 */
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import type { ExportFormat } from '../../../src/run/replay/export-formats.js';
import { type OtlpFile, readOtlp, readOtlpJson } from './otlp-file.js';

/** By name of the innermost function. What a format does not have is not there. */
export type Sums = Map<string, { samples?: number; wallNs?: number; cpuNs?: number }>;

type Measure = 'samples' | 'wallNs' | 'cpuNs';

class Adder {
  readonly sums: Sums = new Map();

  add(name: string, values: Partial<Record<Measure, number>>): void {
    const sum = this.sums.get(name) ?? {};
    this.sums.set(name, sum);
    for (const [measure, value] of Object.entries(values) as [Measure, number][])
      sum[measure] = (sum[measure] ?? 0) + value;
  }
}

/** All but the page, which is a program. */
export type SumFormat = Exclude<ExportFormat, 'html'>;

/** Reads a file that was made with --names. @param measure what time in it is, where the file does not say */
export const readers: Readonly<Record<SumFormat, (file: Buffer, measure: Measure) => Sums>> = {
  folded(file, measure) {
    const adder = new Adder();
    for (const line of file.toString().trimEnd().split('\n')) {
      const [, stack = '', count = ''] = /^(.*) (\d+)$/.exec(line)!;
      const name = unescaped(stack.split(';').at(-1)!);
      adder.add(name, measure === 'cpuNs' ? { cpuNs: Number(count) * 1e3 } : { samples: Number(count) });
    }
    return adder.sums;
  },

  speedscope(file, measure) {
    const adder = new Adder();
    const { shared, profiles } = JSON.parse(file.toString()) as {
      shared: { frames: { name: string }[] };
      profiles: { samples: number[][]; weights: number[] }[];
    };
    for (const { samples, weights } of profiles)
      for (const [at, stack] of samples.entries())
        if (stack.length > 0)
          adder.add(shared.frames[stack.at(-1)!]!.name, { [measure]: weights[at]! * 1e9 });
    return adder.sums;
  },

  pprof(file) {
    const adder = new Adder();
    const {
      stringTable,
      sample,
      sampleType,
      location,
      function: functions,
    } = Profile.decode(gunzipSync(file));
    const text = (at: number | bigint) => stringTable.strings[Number(at)]!;
    const measures: Record<string, Measure> = { samples: 'samples', wall: 'wallNs', cpu: 'cpuNs' };
    const types = sampleType.map(({ type }) => measures[text(type)]!);
    const names = new Map(functions.map(({ id, name }) => [Number(id), text(name)]));
    const innermost = new Map(
      location.map(({ id, line }) => [Number(id), names.get(Number(line[0]!.functionId))!]),
    );
    for (const { locationId, value } of sample) {
      const values = types.map((type, at) => [type, Number(value[at])] as const);
      adder.add(innermost.get(Number(locationId[0]))!, Object.fromEntries(values));
    }
    return adder.sums;
  },

  pstats(file, measure) {
    const adder = new Adder();
    for (const [[, , name], [, , own]] of readMarshal(file) as Map<
      [string, number, string],
      [number, number, number, number, unknown]
    >)
      adder.add(name, { [measure]: own * 1e9 });
    return adder.sums;
  },

  callgrind(file, measure) {
    const adder = new Adder();
    const names = new Map<string, string>();
    let name = '';
    let isCall = false;
    for (const line of file.toString().split('\n')) {
      const [, field, number = '', text] = /^(c?fn)=(\(\d+\))(?: (.*))?$/.exec(line) ?? [];
      if (text !== undefined) names.set(number, text);
      if (field === 'fn') name = names.get(number)!;
      const cost = /^\d+ (\d+) (\d+)$/.exec(line);
      if (cost !== null && !isCall)
        adder.add(unescaped(name), { [measure]: Number(cost[1]), samples: Number(cost[2]) });
      isCall = line.startsWith('calls=');
    }
    return adder.sums;
  },

  chrome(file, measure) {
    const adder = new Adder();
    const open = new Map<string, { name: string; from: number }[]>();
    for (const event of JSON.parse(file.toString()).traceEvents as TraceEvent[]) {
      const key = `${event.pid} ${event.tid}`;
      if (!open.has(key)) open.set(key, []);
      const stack = open.get(key)!;
      const top = stack.at(-1);
      if (event.ph !== 'B' && event.ph !== 'E') continue;
      if (top !== undefined) adder.add(top.name, { [measure]: (event.ts - top.from) * 1e3 });
      if (event.ph === 'B') stack.push({ name: event.name, from: event.ts });
      else stack.pop();
      // The caller's own time goes on from here.
      const next = stack.at(-1);
      if (next !== undefined) next.from = event.ts;
    }
    if ([...open.values()].some((stack) => stack.length > 0)) throw new Error('a slice has no end');
    return adder.sums;
  },

  gecko(file, measure) {
    const adder = new Adder();
    const { shared, threads } = JSON.parse(file.toString()) as GeckoFile;
    const { stackTable, frameTable, funcTable, stringArray } = shared;
    for (const { samples } of threads)
      for (const [at, stack] of samples.stack.entries())
        if (stack !== null) {
          const name = stringArray[funcTable.name[frameTable.func[stackTable.frame[stack]!]!]!]!;
          adder.add(name, { [measure]: samples.weight[at]! * 1e6 });
        }
    return adder.sums;
  },

  jsonl(file) {
    const adder = new Adder();
    for (const line of file.toString().trimEnd().split('\n')) {
      const sample = JSON.parse(line) as { function: string; wall_s: number; cpu_s: number | null };
      adder.add(sample.function, {
        samples: 1,
        wallNs: sample.wall_s * 1e9,
        cpuNs: (sample.cpu_s ?? 0) * 1e9,
      });
    }
    return adder.sums;
  },

  /** Every value is one number, and says by its profile what it measures. */
  otlp: (file) => sumsOfOtlp(readOtlp(file)),
  'otlp-json': (file) => sumsOfOtlp(readOtlpJson(file.toString())),
};

function sumsOfOtlp({ resourceProfiles, dictionary }: OtlpFile): Sums {
  const adder = new Adder();
  const { stringTable, stackTable, locationTable, functionTable } = dictionary;
  const measures: Record<string, Measure> = { samples: 'samples', wall: 'wallNs', cpu: 'cpuNs' };
  for (const { scopeProfiles } of resourceProfiles)
    for (const { sampleType, samples } of scopeProfiles[0]!.profiles)
      for (const { stackIndex, values } of samples) {
        const location = locationTable[stackTable[stackIndex]!.locationIndices[0]!]!;
        const name = stringTable[functionTable[location.lines[0]!.functionIndex]!.nameStrindex]!;
        adder.add(name, { [measures[stringTable[sampleType.typeStrindex]!]!]: Number(values[0]) });
      }
  return adder.sums;
}

interface GeckoFile {
  readonly shared: {
    readonly stackTable: { readonly frame: number[] };
    readonly frameTable: { readonly func: number[] };
    readonly funcTable: { readonly name: number[] };
    readonly stringArray: string[];
  };
  readonly threads: { readonly samples: { readonly stack: (number | null)[]; readonly weight: number[] } }[];
}

interface TraceEvent {
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly name: string;
}

function unescaped(name: string): string {
  return name.replace(/\\x([0-9a-f]{2})|\\u([0-9a-f]{4})/g, (_, byte, sign) =>
    String.fromCodePoint(Number.parseInt(byte ?? sign, 16)),
  );
}

/** What marshal.loads gives, of the types that pstats files have; dicts as maps. */
function readMarshal(file: Buffer): unknown {
  let at = 0;
  const int = (): number => {
    at += 4;
    return file.readInt32LE(at - 4);
  };
  const end = Symbol('end');
  const value = (): unknown => {
    const type = String.fromCharCode(file[at++]!);
    if (type === '0') return end;
    if (type === 'i') return int();
    if (type === 'g') {
      at += 8;
      return file.readDoubleLE(at - 8);
    }
    if (type === 'u') {
      const length = int();
      at += length;
      return file.toString('utf8', at - length, at);
    }
    if (type === '(') return Array.from({ length: int() }, value);
    if (type !== '{') throw new Error(`unexpected type ${type}`);
    const map = new Map<unknown, unknown>();
    for (let key = value(); key !== end; key = value()) map.set(key, value());
    return map;
  };
  const all = value();
  if (at !== file.length) throw new Error('something follows');
  return all;
}
