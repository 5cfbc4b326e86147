/** `pyspy ps`: the Python processes that there are, and whether they can be read. */
import type { Command } from 'commander';
import { addExamples, addJsonOption } from './options.js';
import { isColoured, outputWidth, print, printJson, printText } from './output.js';

export function registerPs(program: Command): void {
  const command = program
    .command('ps')
    .description('list the Python processes of this machine, and whether they can be read');
  addExamples(command, 'pyspy ps', 'pyspy ps --json');
  addJsonOption(command).action((options: { readonly json?: boolean }) => runPs(options));
}

async function runPs({ json }: { readonly json?: boolean }): Promise<void> {
  const { listPythons } = await import('../record/processes/process-list.js');
  const processes = listPythons();
  if (json)
    return printJson({
      processes: processes.map(({ pid, uid, python, command, refused }) => ({
        pid,
        uid,
        python,
        command,
        refused: refused === null ? null : refused.message,
      })),
    });
  if (processes.length === 0) return print('No Python runs here that this user may see.\n');
  const [{ renderTable }, { shellWord }, { escapeTerminal }] = await Promise.all([
    import('../render/terminal/table.js'),
    import('../render/words/phrases.js'),
    import('../render/terminal/terminal.js'),
  ]);
  const rows = processes.map(({ pid, uid, python, command }) => [
    String(pid),
    uid === null ? '?' : String(uid),
    python ?? 'not readable',
    command.map(shellWord).join(' '),
  ]);
  await printText(
    renderTable(
      [
        { title: 'pid', align: 'right' },
        { title: 'uid', align: 'right' },
        { title: 'python' },
        { title: 'command', fit: 'middle' },
      ],
      rows,
      { columns: outputWidth(), colour: isColoured() },
    ),
  );
  // Most are refused for one reason, which is worth saying once.
  const reasons = new Map(
    processes.flatMap(({ pid, refused }) =>
      refused === null ? [] : [[refused.message.replaceAll(String(pid), 'PID'), { pid, refused }] as const],
    ),
  );
  for (const { refused } of reasons.values())
    process.stderr.write(
      `pyspy: ${escapeTerminal(refused.message)}\n${refused.hint ? `hint: ${escapeTerminal(refused.hint)}\n` : ''}`,
    );
}
