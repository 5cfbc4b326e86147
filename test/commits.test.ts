/** The history can be read: a subject that fits a line, and a body that says why (CONTRIBUTING.md, Commits). */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** The last commit that was made before this rule. */
const before = 'eec8bcf0909f85fccf7c2ba0efadcb9452504118';
const longestSubject = 72;
/** In characters, without trailers such as "Co-authored-by: …". */
const shortestBody = 20;

const root = fileURLToPath(new URL('..', import.meta.url));

function git(...args: string[]): { status: number | null; stdout: string } {
  const { status, stdout } = spawnSync('git', ['-C', root, ...args], { encoding: 'utf8' });
  return { status, stdout: stdout ?? '' };
}

interface Commit {
  readonly name: string;
  readonly subject: string;
  readonly body: string;
}

/** What breaks the rule in a commit, in words; empty if nothing does. */
function faultsOf({ subject, body }: Commit): string[] {
  const reason = body.replace(/^[A-Z][A-Za-z-]+: .*$/gm, '').trim();
  return [
    ...(subject.length > longestSubject ? [`its subject has ${subject.length} characters`] : []),
    ...(/^(?:fixup|squash|amend)! |^wip\b/i.test(subject) ? ['it is to be melted into another'] : []),
    ...(reason.length < shortestBody ? ['it has no body that gives the reason'] : []),
  ];
}

test('what breaks the rule is told', () => {
  const good = {
    name: '1',
    subject: 'A tick that is late is counted',
    body: 'Nobody knew how many there were.',
  };
  expect(faultsOf(good)).toEqual([]);
  expect(faultsOf({ ...good, subject: 'x'.repeat(72) })).toEqual([]);
  expect(faultsOf({ ...good, subject: 'x'.repeat(73) })).toEqual(['its subject has 73 characters']);
  expect(faultsOf({ ...good, body: '' })).toEqual(['it has no body that gives the reason']);
  expect(faultsOf({ ...good, body: 'Co-authored-by: Somebody <somebody@example.org>\n' })).toHaveLength(1);
  expect(faultsOf({ ...good, subject: 'fixup! A tick that is late is counted' })).toHaveLength(1);
});

// A package has no history, and a shallow clone not all of it.
const isThere = git('merge-base', '--is-ancestor', before, 'HEAD').status === 0;

test.skipIf(!isThere)(`each commit since ${before.slice(0, 7)} has a short subject and a body`, () => {
  const commits = git('log', '--no-merges', '--format=%h%x00%s%x00%b%x01', `${before}..HEAD`)
    .stdout.split('\x01')
    .map((text) => text.trimStart().split('\0'))
    .flatMap(([name, subject, body]): Commit[] =>
      name === undefined || subject === undefined || body === undefined ? [] : [{ name, subject, body }],
    );
  const count = Number(git('rev-list', '--no-merges', '--count', `${before}..HEAD`).stdout);
  expect(commits).toHaveLength(count);
  expect(
    commits.flatMap((commit) =>
      faultsOf(commit).map((fault) => `${commit.name} "${commit.subject}": ${fault}`),
    ),
  ).toEqual([]);
});
