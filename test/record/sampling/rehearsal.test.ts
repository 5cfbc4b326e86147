/** What the recorder practises on: a saved process whose memory is laid out in this one. */
import { expect, test } from 'vitest';
import { currentPlatform } from '../../../src/platform/index.js';
import { Interner } from '../../../src/record/code/interner.js';
import { Peek } from '../../../src/record/memory/peek.js';
import { ProcessSampler } from '../../../src/record/sampling/process-sampler.js';
import { rehearsalLayout, Stage } from '../../../src/record/sampling/rehearsal.js';
import { encodeImage, placeImage } from '../../../src/record/sampling/rehearsal-image.js';
import { listThreadStates } from '../../../src/record/target/thread-list.js';
import { standalone } from '../../../src/record/threads/sampler-context.js';
import { loadSaved } from '../../support/saved-process.js';

const { process: saved, pages } = loadSaved(rehearsalLayout);
const image = placeImage(encodeImage(pages, saved.runtime));

test('the image has the stacks of the process that was saved', () => {
  const interner = new Interner();
  const sampler = new ProcessSampler({
    ...{ target: new Stage(image).target, processId: 1, platform: currentPlatform(), interner },
    ...standalone(),
    tagsTasks: true,
  });
  const stacks = new Map<number, number>();
  const sink = { sample: (thread: number, stack: number) => stacks.set(thread, stack), leave: () => {} };
  expect(sampler.tick(0, sink)).toBe('sampled');
  sampler.close();
  // All but the thread that saved them all was at rest.
  const { strings, functions, frames, stacks: rows } = interner.takeRows();
  const text = new Map(strings.map(({ id, text }) => [id, text]));
  const names = new Map(functions.map(({ id, qualname, name }) => [id, text.get(qualname ?? name!)]));
  const frame = new Map(frames.map((row) => [row.id, row]));
  const stackRow = new Map(rows.map((row) => [row.id, row]));
  const walked = [...stacks.values()].map((id) => {
    const lines: string[] = [];
    for (let row = stackRow.get(id); row; row = stackRow.get(row.parent ?? 0)) {
      const { function: of, line } = frame.get(row.frame)!;
      lines.push(`${names.get(of)}:${line}`);
    }
    return lines.join(' ');
  });
  for (const { frames, name } of saved.threads)
    if (name !== 'reporter')
      expect(walked).toContain(frames.map(([of, , line]) => `${of}:${line}`).join(' '));
});

test('practice runs the loop and the sampler, and comes to an end', () => {
  const stage = new Stage(placeImage(encodeImage(pages, saved.runtime)));
  stage.runLoop();
  expect(stage.sample(20e6)).toBeGreaterThan(0);
});

test('calls of the image are seen, as they are in a process that runs', () => {
  const stage = new Stage(placeImage(encodeImage(pages, saved.runtime)));
  const { layout, runtime } = stage.target;
  const memory = currentPlatform().openMemory(process.pid);
  const peek = new Peek(memory);
  const begin = currentPlatform().addressOf(stage.functions);
  let frames = 0;
  for (const { address } of listThreadStates(peek, layout, runtime)!.threads)
    for (let frame = peek.pointer(address + layout.thread.frame); frame; ) {
      const [called, code] = [
        peek.pointer(frame + layout.frame.called!),
        peek.pointer(frame + layout.frame.code),
      ];
      if (called && called >= begin && called < begin + stage.functions.byteLength) {
        expect(peek.pointer(called + layout.functionCode!)).toBe(code);
        frames++;
      }
      frame = peek.pointer(frame + layout.frame.previous);
    }
  memory.close();
  expect(frames).toBeGreaterThan(10);
});
