/** How results are handed out: text and JSON to stdout. */

import { calmTerminal, disarm } from '../../render/terminal/terminal.js';
import { calmJson, jsonPieces, jsonText } from '../../render/words/json.js';

/** Width to print for, in cells. */
export function outputWidth(): number {
  return process.stdout.isTTY ? Math.max(process.stdout.columns || 80, 40) : 80;
}

/** Whether results may be coloured. */
export function isColoured(): boolean {
  return (
    process.stdout.isTTY === true && !process.env.NO_COLOR && !process.env.CI && process.env.TERM !== 'dumb'
  );
}

/**
 * Writes to stdout and resolves when a reader has taken it, so that long results do not pile up in memory. A terminal gets
 * nothing that it would obey.
 */
export async function print(text: string): Promise<void> {
  if (process.stdout.write(process.stdout.isTTY ? calmTerminal(text) : text)) return;
  await new Promise<void>((resolve) => process.stdout.once('drain', resolve));
}

/** The same for text that people read: in the log of a CI job, nothing of it is a command either. */
export async function printText(text: string): Promise<void> {
  await print(process.env.GITHUB_ACTIONS ? disarm(text) : text);
}

export async function printJson(value: unknown): Promise<void> {
  for (const block of joinBlocks(jsonPieces(value))) await print(block);
  await print('\n');
}

/** The same on one line. */
export async function printJsonLine(value: unknown): Promise<void> {
  await print(`${jsonText(value)}\n`);
}

/** A part of a text in JSON. */
export async function printJsonPart(text: string): Promise<void> {
  await print(calmJson(text));
}

/** Writes bytes to stdout, which is no terminal, as `print` does. */
export async function printBytes(bytes: Uint8Array): Promise<void> {
  if (process.stdout.write(bytes)) return;
  await new Promise<void>((resolve) => process.stdout.once('drain', resolve));
}

/** Small chunks of text joined to larger ones; bytes are as they come. */
export function* joinBlocks<Chunk extends string | Uint8Array>(
  chunks: Iterable<Chunk>,
): Generator<string | Chunk, void> {
  let block = '';
  for (const chunk of chunks) {
    if (typeof chunk !== 'string') {
      if (block !== '') yield block;
      block = '';
      yield chunk;
      continue;
    }
    block += chunk;
    if (block.length < 1 << 16) continue;
    yield block;
    block = '';
  }
  if (block !== '') yield block;
}
