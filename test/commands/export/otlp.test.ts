/** OpenTelemetry's profiles: what their definition asks for, and what a trace has. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../run-cli.js';
import { isSameOtlp, type OtlpFile, readOtlp, readOtlpJson } from './otlp-file.js';

let directory: string;
let trace: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-otlp-'));
  trace = join(directory, 'run.trace');
  copyFileSync(fileURLToPath(new URL('../../golden/traces/v2-complete.trace', import.meta.url)), trace);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function exported(format: string, ...args: string[]): Promise<Buffer> {
  const output = join(directory, 'out');
  const { status } = await runCli('export', trace, '-f', format, '-o', output, ...args);
  expect(status).toBe(0);
  return readFileSync(output);
}

const questions: Readonly<Record<string, readonly string[]>> = {
  'all samples': ['--idle'],
  'names alone': ['--idle', '--names'],
  'some stacks': ['--idle', '--focus', 'parse', '--function'],
  'CPU time': ['--idle', '--cpu'],
};

/** Profiles of all processes. */
const profilesOf = (file: OtlpFile) =>
  file.resourceProfiles.flatMap(({ scopeProfiles }) => scopeProfiles[0]!.profiles);

describe.each(Object.entries(questions))('%s', (_, args) => {
  test('bytes and JSON are the same message', async () => {
    const json = (await exported('otlp-json', ...args)).toString();
    expect(isSameOtlp(readOtlp(await exported('otlp', ...args)), readOtlpJson(json))).toBe(true);
  });

  test('the first item of each table stands for none, and no other is there twice or for nothing', async () => {
    const { dictionary, ...file } = readOtlp(await exported('otlp', ...args));
    const asText = (value: unknown): string =>
      JSON.stringify(value, (key, item) =>
        key === '$typeName' ? undefined : typeof item === 'bigint' ? String(item) : item,
      );
    for (const table of Object.values(dictionary)) {
      if (!Array.isArray(table)) continue;
      const items = table.map(asText);
      expect(new Set(items).size).toBe(items.length);
    }
    expect(dictionary.stringTable[0]).toBe('');
    expect(dictionary.mappingTable).toHaveLength(1);
    expect(dictionary.linkTable.map(({ traceId, spanId }) => [traceId.length, spanId.length])).toEqual([
      [16, 8],
    ]);
    expect(dictionary.stackTable[0]!.locationIndices).toEqual([]);

    const profiles = profilesOf({ dictionary, ...file } as OtlpFile);
    const samples = profiles.flatMap((profile) => profile.samples);
    const used = {
      stackTable: samples.map(({ stackIndex }) => stackIndex),
      attributeTable: [
        ...samples.flatMap(({ attributeIndices }) => attributeIndices),
        ...dictionary.locationTable.flatMap(({ attributeIndices }) => attributeIndices),
      ],
      locationTable: dictionary.stackTable.flatMap(({ locationIndices }) => locationIndices),
      functionTable: dictionary.locationTable.flatMap(({ lines }) =>
        lines.map(({ functionIndex }) => functionIndex),
      ),
      stringTable: [
        ...dictionary.functionTable.flatMap(({ nameStrindex, filenameStrindex }) => [
          nameStrindex,
          filenameStrindex,
        ]),
        ...dictionary.attributeTable.map(({ keyStrindex }) => keyStrindex),
        ...profiles.flatMap(({ sampleType, periodType }) =>
          [sampleType, periodType].flatMap(({ typeStrindex, unitStrindex }) => [typeStrindex, unitStrindex]),
        ),
      ],
    };
    for (const [name, indexes] of Object.entries(used)) {
      const { length } = dictionary[name as keyof typeof used];
      const all = new Set([0, ...indexes]);
      expect([name, [...all].sort((a, b) => a - b)]).toEqual([name, [...Array(length).keys()]]);
    }
  });

  test('samples of one stack with the same attributes are one, and have a value', async () => {
    for (const { samples } of profilesOf(readOtlp(await exported('otlp', ...args)))) {
      expect(samples.length).toBeGreaterThan(0);
      const keys = samples.map(({ stackIndex, attributeIndices }) => `${stackIndex} ${attributeIndices}`);
      expect(new Set(keys).size).toBe(keys.length);
      expect(samples.every(({ values }) => values.length === 1 && values[0]! > 0n)).toBe(true);
    }
  });
});

test('a profile says when it was, what it measures, and of which process', async () => {
  const file = readOtlp(await exported('otlp', '--idle', '--from', '2s', '--to', '4s'));
  const { stringTable } = file.dictionary;
  const [first] = file.resourceProfiles;
  const { profiles, scope } = first!.scopeProfiles[0]!;
  expect(scope.name).toBe('pyspy');
  expect(
    profiles.map(({ sampleType: { typeStrindex, unitStrindex } }) => [
      stringTable[typeStrindex],
      stringTable[unitStrindex],
    ]),
  ).toEqual([
    ['wall', 'nanoseconds'],
    ['cpu', 'nanoseconds'],
    ['samples', 'count'],
  ]);
  const info = JSON.parse((await runCli('info', trace, '--json')).stdout) as {
    recordings: { started: string }[];
  };
  const startedNs = BigInt(Date.parse(info.recordings[0]!.started)) * 1_000_000n;
  for (const { timeUnixNano, durationNano, period } of profiles) {
    // The start is shown to a millisecond.
    const afterNs = timeUnixNano - startedNs - 2_000_000_000n;
    expect(afterNs >= -1_000_000n && afterNs <= 1_000_000n, String(afterNs)).toBe(true);
    expect({ durationNano, period }).toEqual({ durationNano: 2_000_000_000n, period: 10_000_000n });
  }
  const attributes = Object.fromEntries(
    first!.resource.attributes.map(({ key, value }) => [key, value.value]),
  );
  expect(attributes).toMatchObject({
    'service.name': { case: 'stringValue', value: expect.stringMatching(/^unknown_service:python/) },
    'process.pid': { case: 'intValue', value: 1001n },
    'process.runtime.name': { case: 'stringValue', value: 'cpython' },
    'process.command_args': { case: 'arrayValue' },
  });
});

test('frames say what runs them, and samples whose they are', async () => {
  const { dictionary, resourceProfiles } = readOtlp(await exported('otlp', '--idle'));
  const { stringTable, attributeTable } = dictionary;
  const nameOf = (at: number) => {
    const { keyStrindex, value } = attributeTable[at]!;
    return [stringTable[keyStrindex], value.value.value];
  };
  const types = dictionary.locationTable.flatMap(({ attributeIndices }) => attributeIndices.map(nameOf));
  expect(types).toContainEqual(['profile.frame.type', 'cpython']);
  const samples = resourceProfiles[0]!.scopeProfiles[0]!.profiles[0]!.samples;
  const attributes = samples.flatMap(({ attributeIndices }) => attributeIndices.map(nameOf));
  expect(attributes).toContainEqual(['thread.name', 'MainThread']);
  expect(attributes).toContainEqual(['thread.id', 1001n]);
});
