/**
 * What other profilers get wrong, by the titles of the tests that hold pyspy to it. A comment at each test says what the
 * others answer; where it has figures they are those of py-spy 0.4.2, Austin 3.7 and perf.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const titles: Readonly<Record<string, readonly string[]>> = {
  lines: [
    'an entry without a line (-128) still has its length',
    'a call over several lines is at the line that the interpreter says',
  ],
  names: [
    'functions carry their qualified names',
    'start, end and are renamed while they are recorded, each under its name of that time',
    'that was freed is never mistaken for code that runs now',
    'are what the interpreter would write',
  ],
  processes: [
    'has two processes whose threads are not mistaken for each other',
    'of a program that replaces itself (exec) is recorded as one process with two programs',
    'are all seen, and a thread that runs in one of them counts once',
    'a free-threaded build is told by its own table',
    'is shown whole by dump --subprocesses, each process once, and others left out',
    'root in a container',
  ],
  stacks: [
    'a recursion of 50,000 frames is there from its innermost to its outermost frame',
    'does not cost the others their samples',
    'has no stack of both that is not marked as torn',
  ],
  time: [
    'skips periods that went by, counts them as missed, and does not catch up',
    'skips late ticks, counts them, and ends by the wall clock',
    'real time is kept, and what nobody saw is a gap and belongs to no function',
    'is idle where the operating system says so',
    'run, sleep, hold the GIL, and use as much CPU time as they say themselves',
  ],
  'the program': [
    'is never stopped or traced, and all threads get their samples',
    'of a program that is stopped (SIGSTOP) goes on, and so does the program',
    '%s, and so does pyspy',
    'gets the %s that pyspy got',
    'outlives the recording',
  ],
  'the trace': [
    'ends with a complete trace',
    'can be read while it is made; killed, it lacks at most the last second',
  ],
};

const folder = fileURLToPath(new URL('.', import.meta.url));
const own = basename(fileURLToPath(import.meta.url));
const tests = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts') && name !== own)
  .map((name) => readFileSync(folder + name, 'utf8'))
  .join('\n');

describe.each(Object.entries(titles))('what others get wrong about %s', (_, list) => {
  test.each(list)('has the test "%s"', (title) => {
    expect(tests).toContain(`'${title}'`);
  });
});

test('titles refer to no list outside of the repository', () => {
  expect(tests.match(/['"`](?:fact|defect) \d+|\(defect \d+\)/g)).toBeNull();
});
