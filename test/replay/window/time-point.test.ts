import { describe, expect, test } from 'vitest';
import { parseTimePoint, type TimePoint } from '../../../src/replay/window/time-point.js';

const parse = (text: string) => parseTimePoint(text, '--from');
const offset = (s: number): TimePoint => ({ kind: 'offset', ns: s * 1e9 });

describe('a TIME', () => {
  test.each<[string, TimePoint]>([
    ['10s', offset(10)],
    ['250ms', offset(0.25)],
    ['1.5m', offset(90)],
    ['1h', offset(3_600)],
    ['1m30s', offset(90)],
    ['1h2m3s4ms', offset(3_723.004)],
    ['100us', { kind: 'offset', ns: 100_000 }],
    ['5ns', { kind: 'offset', ns: 5 }],
    ['00:01:30', offset(90)],
    ['1:30', offset(90)],
    ['14:03:22.5', offset(50_602.5)],
    ['12', offset(12)],
    ['12.5', offset(12.5)],
    ['.5', offset(0.5)],
    [' 3s ', offset(3)],
    ['-10s', { kind: 'from-end', ns: 10e9 }],
    ['-1m30s', { kind: 'from-end', ns: 90e9 }],
    ['-2', { kind: 'from-end', ns: 2e9 }],
    ['50%', { kind: 'share', share: 0.5 }],
    ['0%', { kind: 'share', share: 0 }],
    ['12.5%', { kind: 'share', share: 0.125 }],
    ['T14:03:22', { kind: 'time-of-day', ms: 50_602_000, zoneMs: null }],
    ['T14:03', { kind: 'time-of-day', ms: 50_580_000, zoneMs: null }],
    ['14:03:22Z', { kind: 'time-of-day', ms: 50_602_000, zoneMs: 0 }],
    ['T14:03:22.250+02:00', { kind: 'time-of-day', ms: 50_602_250, zoneMs: 7_200_000 }],
    ['T14:03:22-0530', { kind: 'time-of-day', ms: 50_602_000, zoneMs: -19_800_000 }],
    ['T14:03:22+02', { kind: 'time-of-day', ms: 50_602_000, zoneMs: 7_200_000 }],
    ['2024-05-01T10:00:01Z', { kind: 'instant', utcMs: 1_714_557_601_000 }],
    ['2024-05-01 12:00:01+02', { kind: 'instant', utcMs: 1_714_557_601_000 }],
    ['2024-05-01T10:00:01.5+0000', { kind: 'instant', utcMs: 1_714_557_601_500 }],
  ])('%s', (text, expected) => expect(parse(text)).toEqual(expected));

  test('without a zone is local', () => {
    expect(parse('2024-05-01T10:00:01')).toEqual({
      kind: 'instant',
      utcMs: new Date(2024, 4, 1, 10, 0, 1).getTime(),
    });
    expect(parse('2024-05-01')).toEqual({ kind: 'instant', utcMs: new Date(2024, 4, 1).getTime() });
  });

  test.each([
    '',
    's',
    '1x',
    '10 s',
    '30s1m',
    '1s1s',
    '--5s',
    '1e3',
    '0x10',
    'Infinity',
    '101%',
    '-5%',
    '1:60',
    '1:60:00',
    'T25:00',
    'T12',
    'noon',
    '2024-13-01T10:00:00Z',
    '10s;',
    '١٠s',
  ])('is not %j', (text) => {
    expect(() => parse(text)).toThrow(`--from ${JSON.stringify(text)} is not a time`);
  });
});
