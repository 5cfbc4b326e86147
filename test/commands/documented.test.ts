/** Commands that the pages show: the program has them, with all of their options. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { createProgram } from '../../src/cli.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:md|yml|sh)$/.test(name))
    .map((name) => `docs/${name}`),
];
const program = createProgram();

const commands =
  /(?:^|[;|&]\s*|\$\s+|\bexec\s+|\bsudo\s+)\s*(?:\S*\/)?pyspy ((?:'[^']*'|"[^"]*"|[^;|&>#'"])*)/g;

/** Words behind each "pyspy" that begins a command, in blocks and pieces of code, up to where the shell begins another one. */
function commandsIn(page: string): string[][] {
  const text = readFileSync(join(root, page), 'utf8').replace(/\\\n\s*/g, ' ');
  const blocks = page.endsWith('.md')
    ? [...text.matchAll(/^```.*\n([\s\S]*?)^```/gm)].flatMap((match) => match[1]!.split('\n'))
    : text.split('\n');
  const prose = page.endsWith('.md') ? text.replace(/^```[\s\S]*?^```/gm, '') : '';
  const pieces = [...prose.matchAll(/`([^`\n]+)`/g)].map((match) => match[1]!);
  return [...blocks, ...pieces].flatMap((line) =>
    [...line.matchAll(commands)].map(([, words]) => {
      // In a list of commands, what each does stands in a column of its own.
      const own = words!.replace(/^(\S+\s+\S.*?)\s{2,}.*$/, '$1');
      return [...own.matchAll(/'[^']*'|"[^"]*"|\S+/g)].map(([word]) => word);
    }),
  );
}

function commandOf([first = '']: readonly string[]): Command | undefined {
  return program.commands.find((command) => command.name() === first);
}

/** Options of a command that stand before "--" and that the program does not have. */
function unknownOptions(words: readonly string[]): string[] {
  const named = commandOf(words);
  const end = words.indexOf('--');
  // Without a name it is top, or with --flame flame, and what belongs to pyspy itself.
  const known = [
    ...(named
      ? [named]
      : [program, ...program.commands.filter((each) => ['top', 'flame'].includes(each.name()))]),
  ].flatMap(({ options }) => options.flatMap(({ short, long }) => [short, long]));
  return words
    .slice(0, end < 0 ? words.length : end)
    .filter((word) => /^--?[a-zA-Z]/.test(word))
    .map((word) => word.replace(/=.*$/, ''))
    .filter((word) => ![...known, '--help', '-h', '--flame'].includes(word))
    .filter((word) => !/^-[a-z]\d+$/.test(word));
}

describe.each(pages)('%s', (page) => {
  test('names commands and options that there are', () => {
    const wrong = commandsIn(page).filter((words) => {
      const [first = ''] = words;
      const isCommand = /^[a-z]+$/.test(first) && first !== 'help';
      return (isCommand && commandOf(words) === undefined) || unknownOptions(words).length > 0;
    });
    expect(wrong.map((words) => words.join(' '))).toEqual([]);
  });
});

test('the scan finds commands, and what is wrong with them', () => {
  const all = pages.flatMap(commandsIn);
  expect(all.length).toBeGreaterThan(100);
  const names = new Set(all.map((words) => commandOf(words)?.name()));
  expect(
    program.commands
      .map((command) => command.name())
      .filter((name) => name !== 'complete' && !names.has(name)),
  ).toEqual([]);
  expect(unknownOptions(['top', 'run.trace', '--nothing', '--', '--own'])).toEqual(['--nothing']);
});
