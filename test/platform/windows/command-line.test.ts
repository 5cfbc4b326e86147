/** Command lines of Windows as the words that a C program makes of them (Microsoft's own examples, and what people type). */
import { expect, test } from 'vitest';
import { splitCommandLine } from '../../../src/platform/windows/command-line.js';

test.each([
  ['', []],
  ['  ', []],
  ['python', ['python']],
  ['python  -m\tserver --port 80', ['python', '-m', 'server', '--port', '80']],
  ['"C:\\Program Files\\Python\\python.exe" a.py', ['C:\\Program Files\\Python\\python.exe', 'a.py']],
  ['C:\\python.exe C:\\a\\b\\', ['C:\\python.exe', 'C:\\a\\b\\']],
  ['p "a b c" d e', ['p', 'a b c', 'd', 'e']],
  ['p "ab\\"c" "\\\\" d', ['p', 'ab"c', '\\', 'd']],
  ['p a\\\\\\b d"e f"g h', ['p', 'a\\\\\\b', 'de fg', 'h']],
  ['p a\\\\\\"b c d', ['p', 'a\\"b', 'c', 'd']],
  ['p a\\\\\\\\"b c" d e', ['p', 'a\\\\b c', 'd', 'e']],
  ['p a"b"" c d', ['p', 'ab" c d']],
  ['p "" x', ['p', '', 'x']],
  ['"unfinished', ['unfinished']],
  ['p größe 文件', ['p', 'größe', '文件']],
])('%s', (line, words) => {
  expect(splitCommandLine(line)).toEqual(words);
});
