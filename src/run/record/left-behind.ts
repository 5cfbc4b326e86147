/** Says what a command left running that was not recorded: a program that became a daemon seems to have ended. */
import { findLeftBehind } from '../../record/launch/adoption.js';
import { nameTargets } from '../../record/processes/target-names.js';
import { tell } from '../output/notes.js';

/** Tells of the Pythons that are left; nothing where there are none. To be called when the command has ended. */
export function tellLeftBehind(): void {
  const left = findLeftBehind();
  if (left.length === 0) return;
  const [is, they] = left.length === 1 ? ['is', 'it'] : ['are', 'they'];
  tell(
    `pyspy: the command has ended and left ${nameTargets(left)} in the background, which ${is} not recorded`,
    `hint: With --subprocesses ${they} would be recorded, too, to the end; or keep the program in the foreground; or now: pyspy record --pid ${left[0]!.pid}`,
  );
}
