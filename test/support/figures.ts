/**
 * Figures of live programs hold chance: where the ticks fell, what else the machine did. A test that judges one says so,
 * and is measured again where it is off: it fails if three of at most five recordings are, which chance hardly makes and a
 * lean always does. Each recording that was off is named in the summary of the run.
 */
import type { TestContext } from 'vitest';
import { inScope } from './scope.js';

/** Recordings that decide, one way or the other; one that is within its limits at once needs no other. */
const deciding = 3;

class FigureOff extends Error {}

interface Limits {
  /** Nothing at all, where there has to be something, is no chance: it fails at once. */
  readonly above?: number;
  readonly below?: number;
}

/** @throws FigureOff if a figure is not between its limits; Error if there is none */
export function expectFigure(what: string, figure: number | undefined, { above, below }: Limits): void {
  const told = `${what}: ${figure}, not ${above ?? ''} < x < ${below ?? ''}`;
  if (figure === undefined || Number.isNaN(figure) || (figure === 0 && above !== undefined && above >= 0))
    throw new Error(`${told}: there is nothing`);
  if ((above !== undefined && figure <= above) || (below !== undefined && figure >= below))
    throw new FigureOff(told);
}

/** @throws FigureOff if a figure is further from the truth than that */
export function expectNear(what: string, figure: number, truth: number, within: number): void {
  const told = `${what}: ${figure}, truly ${truth}, allowed ${within} more or less`;
  if (Number.isNaN(figure) || Number.isNaN(truth)) throw new Error(`${told}: there is nothing`);
  if (Math.abs(figure - truth) > within) throw new FigureOff(told);
}

/** The body of a test whose figures hold chance; what it leaves behind is cleared away after each recording. */
export function measured<Args extends readonly unknown[]>(
  body: (...args: Args) => Promise<unknown>,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    const off: string[] = [];
    let within = 0;
    while (within < (off.length === 0 ? 1 : deciding))
      try {
        await inScope(() => body(...args));
        within++;
      } catch (error) {
        if (!(error instanceof FigureOff)) throw error;
        off.push(error.message);
        if (off.length === deciding) throw new Error(off.join('; '));
      }
    if (off.length > 0) (args.at(-1) as TestContext).task.meta.offFigures = off;
  };
}

declare module 'vitest' {
  interface TaskMeta {
    /** What was off in recordings of a test that passed. */
    offFigures?: readonly string[];
  }
}
