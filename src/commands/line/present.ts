/** Shows what a command found, once it is there. */
import type { TextResult } from '../../render/text/render-text.js';

/**
 * @param options.json whether it is for programs
 * @param options.isRepeated whether it is one of several answers
 */
export async function present(
  shown: TextResult,
  options: { readonly json?: boolean; readonly isRepeated?: boolean },
): Promise<void> {
  const { show } = await import('../../run/output/show.js');
  await show(shown, options);
}
