/** Options that say what is one's own code. */
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { PyspyError } from '../../errors.js';
import type { OwnRule } from '../../replay/names/own-code.js';

/** What the user may say, by the names of the options. */
export interface MineOptions {
  readonly mine?: boolean | undefined;
  readonly minePath?: readonly string[] | undefined;
}

/** The rule that is asked for; null for none. Folders mean --mine, too. */
export function ownRule({ mine = false, minePath = [] }: MineOptions): OwnRule | null {
  return mine || minePath.length > 0 ? { folders: minePath } : null;
}

/** --mine-path, which may be given again. */
export function minePathOption(
  about = 'with --mine, yours is this folder, or all of this name; may be given again',
): Option {
  return new Option('--mine-path <folder>', `${about} (default: all but libraries)`).argParser(addFolder);
}

/** --mine and --mine-path of a page, on which both kinds can be seen. */
export function addPageMineOptions(command: Command): Command {
  return command
    .option(
      '--mine',
      'open with only your own code: time in libraries counts for the last line of yours that called them',
    )
    .addOption(minePathOption());
}

/** "." and what begins with it is a place on this machine; other names are folders wherever they are. */
function addFolder(folder: string, before: readonly string[] | undefined): readonly string[] {
  if (folder.trim() === '')
    throw new PyspyError('usage', '--mine-path needs the name of a folder', {
      hint: 'Such as --mine-path . or --mine-path site-packages/shop.',
    });
  return [...(before ?? []), /^\.\.?(?:[\\/]|$)/.test(folder) ? resolve(folder) : folder];
}

/** The rule in words for a heading; none without it. */
export function describeMine(options: MineOptions): string[] {
  const rule = ownRule(options);
  if (rule === null) return [];
  const { folders } = rule;
  return [`libraries counted for their callers${folders.length === 0 ? '' : ` in ${folders.join(', ')}`}`];
}
