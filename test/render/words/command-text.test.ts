import { expect, test } from 'vitest';
import { withoutDirectory } from '../../../src/render/words/command-text.js';

test.each([
  ['/usr/bin/python3 a/b.py', 'python3 a/b.py'],
  ['python3 a.py', 'python3 a.py'],
  // A profile that was imported has its command as one word.
  ["'/usr/bin/python3 b.py'", "'python3 b.py'"],
  ["'/opt/my python/bin/python3' b.py", "'my python/bin/python3' b.py"],
])('%s is shown as %s', (command, shown) => {
  expect(withoutDirectory(command)).toBe(shown);
});
