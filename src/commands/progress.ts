/** The line that shows how a recording goes, on a terminal only. */
import type { Session } from '../record/session.js';
import type { Target } from '../record/target.js';

const everyMs = 250;

/** Shows progress until `end` is called; nothing where stderr is no terminal, or in CI. */
export function startProgress(
  session: Session,
  target: Target,
  durationNs: number | null,
): { end: () => void } {
  if (!process.stderr.isTTY || process.env.CI || process.env.TERM === 'dumb') return { end: () => {} };
  const draw = (): void => {
    const { elapsedNs, ticks, samples, missed, failed, torn, threads } = session.progress;
    const seconds = elapsedNs / 1e9;
    const of = durationNs === null ? '' : ` of ${(durationNs / 1e9).toFixed(0)} s`;
    const rate = seconds > 0 ? (ticks / seconds).toFixed(0) : '0';
    const text = [
      `recording ${target.pid} (Python ${target.pythonVersion}): ${seconds.toFixed(1)} s${of}`,
      `${samples} samples`,
      `${rate} Hz`,
      `${missed} missed`,
      `${failed + torn} errors`,
      `${threads} threads`,
      'Ctrl-C ends it',
    ].join(', ');
    process.stderr.write(`\r\x1b[2K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
  };
  const timer = setInterval(draw, everyMs);
  return {
    end: () => {
      clearInterval(timer);
      process.stderr.write('\r\x1b[2K');
    },
  };
}
