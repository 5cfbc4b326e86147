/** The server of `view`: who gets the page, and that it ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { browserCommand } from '../../src/platform/browser.js';
import type { PageSource } from '../../src/render/drawing/page-data.js';
import { type PageServer, type PageSite, servePage } from '../../src/run/pages/page-server.js';
import { runCli } from '../commands/run-cli.js';

const trace = fileURLToPath(new URL('../golden/traces/v2-complete.trace', import.meta.url));
const pyspy = fileURLToPath(new URL('../../bin/pyspy.js', import.meta.url));

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Asks as any program can: with whatever path and headers. */
function ask(
  address: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(address, { agent: false, ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    })
      .on('error', reject)
      .end();
  });
}

describe('a server of a page', () => {
  let server: PageServer;
  afterEach(() => server.close());

  const asked: string[] = [];
  const site: PageSite = {
    page: async () => '<p>here</p>',
    source: async (file): Promise<PageSource> => {
      asked.push(file);
      return { state: 'unchanged', path: file, reason: null, lines: ['def main():'] };
    },
  };
  const serve = async (page = site.page) => {
    server = await servePage({ ...site, page }, 0);
    return server.address;
  };

  test('has a secret in its address, of its own each time', async () => {
    const first = await serve();
    expect(first).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/);
    server.close();
    expect(new URL(await serve()).pathname).not.toBe(new URL(first).pathname);
  });

  test('gives the page to whoever has the address, and tells browsers to keep it to themselves', async () => {
    const answer = await ask(await serve());
    expect(answer).toMatchObject({ status: 200, text: '<p>here</p>' });
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(await ask(server.address, { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  });

  test('gives nothing without the secret, to other hosts, nor to pages of other sites', async () => {
    const address = await serve();
    const { origin, port, pathname } = new URL(address);
    expect((await ask(`${origin}/`)).status).toBe(404);
    expect((await ask(`${origin}/${'A'.repeat(32)}/`)).status).toBe(404);
    expect((await ask(`${origin}${pathname}more`)).status).toBe(404);
    expect((await ask(address, { headers: { Host: `evil.example:${port}` } })).status).toBe(403);
    expect((await ask(address, { headers: { Host: '127.0.0.1:1' } })).status).toBe(403);
    expect((await ask(address, { headers: { Host: `localhost:${port}` } })).status).toBe(200);
    const cross = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' };
    expect((await ask(address, { headers: cross })).status).toBe(403);
    expect((await ask(address, { headers: { ...cross, 'Sec-Fetch-Mode': 'navigate' } })).status).toBe(200);
    expect((await ask(address, { method: 'POST' })).status).toBe(405);
  });

  test('answers for source files as the page asks for them, and to nobody else', async () => {
    const address = await serve();
    const file = '/srv/app/a b&c.py';
    const source = `${address}source?file=${encodeURIComponent(file)}`;
    const answer = await ask(source);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({
      ...{ state: 'unchanged', path: file, reason: null },
      lines: ['def main():'],
    });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(await ask(source, { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
    asked.length = 0;
    const cross = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' };
    expect((await ask(source, { headers: cross })).status).toBe(403);
    expect((await ask(source, { headers: { Host: 'evil.example' } })).status).toBe(403);
    expect((await ask(source, { method: 'POST' })).status).toBe(405);
    const { origin, pathname } = new URL(address);
    for (const path of ['/', `/${'A'.repeat(32)}/`, `${pathname}more/`])
      expect((await ask(`${origin}${path}source?file=x`)).status).toBe(404);
    for (const rest of ['source', 'source/', 'source?of=x', 'sources?file=x', '../source?file=x'])
      expect((await ask(`${origin}${pathname}${rest}`)).status).toBe(404);
    expect(asked).toEqual([]);
  });

  test('says as text what is wrong with the trace by now', async () => {
    const answer = await ask(
      await serve(async () => {
        throw new Error('the <b>trace</b> is gone');
      }),
    );
    expect(answer).toMatchObject({ status: 500, text: 'the <b>trace</b> is gone\n' });
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  test('takes no port that another program has', async () => {
    const { port } = new URL(await serve());
    await expect(servePage(site, Number(port))).rejects.toMatchObject({
      kind: 'output',
      message: `cannot serve on port ${port}: EADDRINUSE`,
    });
  });
});

describe('pyspy view', () => {
  test('prints its address, serves the page of report, and ends with a signal', async () => {
    const child = spawn(process.execPath, [pyspy, 'view', trace, '--no-open', '--title', 'A title'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [address] = (await once(createInterface(child.stdout), 'line')) as [string];
      const { status, text } = await ask(address);
      expect(status).toBe(200);
      expect(text).toContain('<title>A title</title>');
      expect(text).toContain('id="data"');
      const ended = once(child, 'exit');
      // As Ctrl-C does; a shell may have this run ignore that one.
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  test('refuses what it cannot show before it serves', async () => {
    expect(await runCli('view', 'nothing.trace', '--no-open')).toMatchObject({ status: 6, stdout: '' });
    expect(await runCli('view', trace, '--no-open', '--from', '99s')).toMatchObject({
      status: 2,
      stdout: '',
    });
    expect(await runCli('view', trace, '--no-open', '--port', '0')).toMatchObject({ status: 2, stdout: '' });
    expect(await runCli('view', trace, '--no-open', '--port', '70000')).toMatchObject({
      status: 2,
      stdout: '',
    });
  });

  test('knows what opens a browser', () => {
    expect(['linux', 'darwin', 'win32', 'other'].map((system) => browserCommand(system)[0])).toEqual([
      ...['xdg-open', 'open', 'rundll32', 'xdg-open'],
    ]);
  });
});
