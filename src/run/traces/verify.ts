/** Whether a trace is what docs/format.md says. */
import { type VerifyResult, verifyTrace } from '../../format/verify/verify.js';
import { startWorkProgress } from '../output/progress-line.js';

/** @throws PyspyError of kind "trace" where it is none */
export async function runVerify(file: string): Promise<VerifyResult> {
  const progress = startWorkProgress(`verifying ${file}`);
  try {
    return await verifyTrace(file, progress.report);
  } finally {
    progress.end();
  }
}
