/** speedscope's file format (https://www.speedscope.app/file-format-schema.json), sampled profiles only. */

export interface SpeedscopeFrame {
  readonly name: string;
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
}

/** One thread. Times are in seconds; sample i lasts for weight i, and weights add up to the end minus the start. */
export interface SpeedscopeProfile {
  readonly name: string;
  readonly startS: number;
  readonly endS: number;
  /** Indexes into the frames, outermost first; an empty one is time without a sample. */
  readonly samples: Iterable<readonly number[]>;
  readonly weightsS: Iterable<number>;
  /**
   * That it is a sum over threads, by stack, without times: of all that the file has, or of a kind of them. A field of our own, which
   * viewers pass over; it lets an import count nothing twice.
   */
  readonly sums?: 'all' | 'kind';
}

export interface SpeedscopeFile {
  readonly name: string;
  /** Program that wrote the file, with its version. */
  readonly exporter: string;
  readonly frames: readonly SpeedscopeFrame[];
  readonly profiles: Iterable<SpeedscopeProfile>;
  /** The profile to show first. */
  readonly active: number;
}

/** Writes a file in chunks of text: a day of samples fits no string. */
export function* writeSpeedscope(file: SpeedscopeFile): Generator<string, void> {
  const head = {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    name: file.name,
    exporter: file.exporter,
    activeProfileIndex: file.active,
  };
  yield `${JSON.stringify(head).slice(0, -1)},"shared":{"frames":[`;
  yield* writeList(file.frames);
  yield ']},"profiles":[';
  let separator = '';
  for (const { name, startS, endS, samples, weightsS, sums } of file.profiles) {
    const fields = { type: 'sampled', name, unit: 'seconds', startValue: startS, endValue: endS, sums };
    yield `${separator}\n${JSON.stringify(fields).slice(0, -1)},"samples":[`;
    yield* writeList(samples);
    yield '],"weights":[';
    yield* writeList(weightsS);
    yield ']}';
    separator = ',';
  }
  yield ']}\n';
}

function* writeList(items: Iterable<unknown>): Generator<string, void> {
  let separator = '';
  for (const item of items) {
    yield separator + JSON.stringify(item);
    separator = ',';
  }
}
