/** Files of lines, which may be larger than a text can be. */

const newLine = 0x0a;

/** Lines without their ends, one at a time, with their numbers from 1 on. */
export function* numberedLines(file: Uint8Array): Generator<readonly [number, string], void> {
  let number = 0;
  for (let from = 0; from < file.length; ) {
    const end = file.indexOf(newLine, from);
    const to = end < 0 ? file.length : end;
    yield [++number, Buffer.from(file.buffer, file.byteOffset + from, to - from).toString('utf8')];
    from = to + 1;
  }
}

/** The first lines, for a look at what it is. */
export function firstLines(file: Uint8Array): string[] {
  return Buffer.from(file.buffer, file.byteOffset, Math.min(file.length, 1 << 20))
    .toString('utf8')
    .split('\n');
}

/** A line as errors quote it. */
export function quoteLine(line: string): string {
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
}
