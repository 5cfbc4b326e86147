import { describe, expect, it } from 'vitest';
import { renderTable } from '../../../src/render/terminal/table.js';
import { createStyle, escapeTerminal } from '../../../src/render/terminal/terminal.js';
import { displayWidth } from '../../../src/render/words/text.js';

const columns = [
  { title: 'self', align: 'right' },
  { title: 'function' },
  { title: 'file', fit: 'start' },
] as const;
const rows = [
  ['1.25 s', 'main', '/home/me/project/app/with/a/long/path/server.py:10'],
  ['120.00 s', '漢字', 'x.py:1'],
  ['', 'e\u0301vil\x1b[31m', ''],
];

describe('renderTable', () => {
  it('aligns its columns and fits the flexible one', () => {
    expect(renderTable(columns, rows, { columns: 50 })).toBe(
      [
        '    self  function      file',
        '  1.25 s  main          …/a/long/path/server.py:10',
        '120.00 s  漢字          x.py:1',
        '          e\u0301vil\\x1b[31m',
        '',
      ].join('\n'),
    );
  });

  it('is never wider than the terminal as long as the flexible columns can give way', () => {
    for (let width = 35; width < 100; width++) {
      const lines = renderTable(columns, rows, { columns: width }).trimEnd().split('\n');
      expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width);
    }
    const two = [
      { title: 'a', fit: 'end' },
      { title: 'b', fit: 'middle' },
    ] as const;
    const text = renderTable(two, [['x'.repeat(60), 'y'.repeat(90)]], { columns: 41 });
    expect(text.split('\n')[1]).toBe(`${'x'.repeat(18)}…  ${'y'.repeat(10)}…${'y'.repeat(9)}`);
  });

  it('prints titles alone when there are no rows', () => {
    expect(renderTable(columns, [])).toBe('self  function  file\n');
  });

  it('colours only when asked to', () => {
    expect(renderTable(columns, rows)).not.toContain('\x1b');
    expect(renderTable(columns, rows, { colour: true })).toContain('\x1b[1m');
  });
});

describe('terminal', () => {
  it('lets no text command it', () => {
    const shown = escapeTerminal('\x1b]0;title\x07\x9b2J\r\n\t\u202e');
    expect(shown).toBe('\\x1b]0;title\\x07\\x9b2J\\r\\n\\t\\u202e');
  });

  it('obeys the colour flag', () => {
    expect(createStyle(false).red('x')).toBe('x');
    expect(createStyle(true).red('x')).toBe('\x1b[31mx\x1b[39m');
  });
});
