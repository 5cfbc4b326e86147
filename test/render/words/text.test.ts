import { describe, expect, it } from 'vitest';
import {
  displayWidth,
  escapeText,
  fitName,
  fitText,
  maxShownLength,
  showText,
} from '../../../src/render/words/text.js';
import { hostileTexts } from '../trees.js';

describe('escapeText', () => {
  it('shows what cannot be seen', () => {
    expect(escapeText('a\x00\x1b[31m\t\n\r\x7f\x9f')).toBe('a\\x00\\x1b[31m\\t\\n\\r\\x7f\\x9f');
    expect(escapeText('\u202eabc\u2066\u200f\u2028\ufeff')).toBe('\\u202eabc\\u2066\\u200f\\u2028\\ufeff');
    expect(escapeText('\ud800 \udc00 \ufffe\uffff \u{e0041}')).toBe(
      '\\ud800 \\udc00 \\ufffe\\uffff \\U000e0041',
    );
  });

  it('leaves the text of honest programs alone', () => {
    for (const text of [
      'Größe.berechne',
      '漢字',
      '😀',
      'Outer.<locals>.<lambda>',
      'e\u0301',
      'C:\\x\\y.py',
    ]) {
      expect(escapeText(text)).toBe(text);
    }
  });

  it('ends floods of accents', () => {
    expect(escapeText(`a${'\u0301'.repeat(500)}b`).length).toBeLessThan(10);
  });

  it('leaves nothing that XML forbids', () => {
    for (const text of hostileTexts) {
      const shown = showText(text);
      expect(shown).not.toMatch(/[^\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
      expect(shown).not.toMatch(/\p{Cs}/u);
      expect(shown.length).toBeLessThanOrEqual(maxShownLength);
    }
  });
});

describe('showText', () => {
  it('leaves out the middle of long text, and never half a character', () => {
    expect(showText('abcdefghij', 5)).toBe('ab…ij');
    for (let length = 3; length < 20; length++) {
      const shown = showText('😀'.repeat(20), length);
      expect(shown).not.toMatch(/\p{Cs}/u);
      expect(shown).not.toContain('\\u');
      expect(shown.length).toBeLessThanOrEqual(length);
    }
  });
});

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['漢字', 4],
    ['ｆｕｌｌ', 8],
    ['한국어', 6],
    ['e\u0301', 1],
    ['😀', 2],
    ['é…→', 3],
  ])('of %j is %i', (text, cells) => {
    expect(displayWidth(text)).toBe(cells);
  });
});

describe('fitText', () => {
  it('gives way at the side asked for', () => {
    expect(fitText('abcdefgh', 8)).toBe('abcdefgh');
    expect(fitText('abcdefgh', 5)).toBe('abcd…');
    expect(fitText('abcdefgh', 5, 'start')).toBe('…efgh');
    expect(fitText('abcdefgh', 5, 'middle')).toBe('ab…gh');
    expect(fitText('abcdefgh', 1)).toBe('…');
    expect(fitText('abcdefgh', 0)).toBe('');
  });

  it('never grows wider than asked', () => {
    for (const text of ['漢字かな交じり文', 'a漢b字c', 'e\u0301'.repeat(9), '😀😀😀😀']) {
      for (let cells = 0; cells < 12; cells++) {
        for (const give of ['start', 'middle', 'end'] as const) {
          expect(displayWidth(fitText(text, cells, give))).toBeLessThanOrEqual(cells);
        }
      }
    }
  });
});

describe('fitName', () => {
  it('keeps the part of a qualified name that says most', () => {
    expect(fitName('package.Class.method', 20)).toBe('package.Class.method');
    expect(fitName('package.Class.method', 15)).toBe('…Class.method');
    expect(fitName('package.Class.method', 8)).toBe('…method');
    expect(fitName('package.Class.method', 5)).toBe('meth…');
    expect(fitName('Class.a_very_long_name', 9)).toBe('a_ve…name');
    expect(fitName('_make.<locals>._iterencode_dict', 22)).toBe('_make…_iterencode_dict');
    expect(fitName('a.Outer.make.<locals>.inner', 15)).toBe('…make…inner');
    expect(fitName('Handler.<locals>.<lambda>', 20)).toBe('Handler…<lambda>');
    expect(fitName('Handler.<locals>.<lambda>', 12)).toBe('Han…<lambda>');
    expect(fitName('Handler.<locals>.<lambda>', 6)).toBe('<lamb…');
    expect(fitName('<script>a.b</script>', 6)).toBe('<scri…');
    expect(fitName('name', 2)).toBe('');
  });
});
