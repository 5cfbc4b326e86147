/** Shows a result on stdout: as text, or as JSON for programs. */
import { renderText, type TextResult } from '../../render/text/render-text.js';
import { isColoured, outputWidth, printJson, printJsonLine, printText } from './stdout.js';

/**
 * @param options.json whether it is for programs
 * @param options.isRepeated whether it is one of several answers: on a terminal it takes the place of the last, elsewhere an
 * empty line follows, and JSON has a line for each
 */
export async function show(
  shown: TextResult,
  { json = false, isRepeated = false }: { readonly json?: boolean; readonly isRepeated?: boolean } = {},
): Promise<void> {
  if (json) return isRepeated ? printJsonLine(shown.result) : printJson(shown.result);
  const text = renderText(shown, { width: outputWidth(), colour: isColoured() });
  if (!isRepeated) return printText(text);
  await printText(process.stdout.isTTY ? `\x1b[H\x1b[J${text}` : `${text}\n`);
}
