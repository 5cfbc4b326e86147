/** The pages for people: whole, and what they point at is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'],
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** The name by which a heading is linked to. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

function anchorsIn(text: string): Set<string> {
  return new Set([...text.matchAll(/^#+ (.*)$/gm)].map((match) => anchorOf(match[1]!)));
}

/** Code is no prose: what stands in fences is left out. */
function proseOf(page: string): string {
  return readFileSync(join(root, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
}

describe.each(pages)('%s', (page) => {
  test('has no marks of a merge', () => {
    expect(readFileSync(join(root, page), 'utf8')).not.toMatch(/^(?:<{7}|={7}|>{7}|\|{7})(?: |$)/m);
  });

  test('links to what is there', () => {
    const missing = [...proseOf(page).matchAll(/\]\((?!https?:)([^)\s#]*)(#[^)\s]*)?\)/g)].filter(
      ([, path, anchor]) => {
        const file = path === '' ? join(root, page) : resolve(root, dirname(page), path!);
        if (!existsSync(file)) return true;
        return anchor !== undefined && !anchorsIn(proseOf(relative(root, file))).has(anchor.slice(1));
      },
    );
    expect(missing.map(([link]) => link)).toEqual([]);
  });
});

describe('README.md', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');

  test('can be read in a minute, and comes to the point in this order', () => {
    expect(Buffer.byteLength(readme)).toBeLessThan(9000);
    expect([...proseOf('README.md').matchAll(/^#+ (.*)$/gm)].map((match) => match[1])).toEqual([
      ...['pyspy', 'Install', 'Four commands', 'Why it is different', 'Limits', 'Documentation'],
    ]);
  });

  test('leads to every page of docs/', () => {
    const linked = [...readme.matchAll(/\]\((docs\/[\w-]+\.md)/g)].map((match) => match[1]!);
    expect([...new Set(linked)].sort()).toEqual(pages.filter((page) => page.startsWith('docs/')).sort());
  });
});

test('architecture.md names files that there are', () => {
  const named = proseOf('docs/architecture.md').matchAll(
    /`(?:src\/)?((?:commands|record|replay|render|format)\/[\w./-]+\.(?:ts|js))`/g,
  );
  const missing = [...named].map((match) => match[1]!).filter((file) => !existsSync(join(root, 'src', file)));
  expect(missing).toEqual([]);
});
