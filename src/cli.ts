/** The command line: builds the program, turns errors into two lines and an exit status. The only place that exits. */
import { Command, CommanderError } from 'commander';
import { withoutAddressSecrets } from './address-text.js';
import { keepIgnored } from './caller.js';
import { registerCompletion } from './commands/completion.js';
import { registerDiff } from './commands/diff.js';
import { registerDump } from './commands/dump.js';
import { registerExport } from './commands/export.js';
import { registerFlame } from './commands/flame.js';
import { registerHeat } from './commands/heat.js';
import { registerInfo } from './commands/info.js';
import { shortFor, toCommandWords } from './commands/line/typed-words.js';
import { registerReport } from './commands/pages/report.js';
import { registerView } from './commands/pages/view.js';
import { registerPs } from './commands/ps.js';
import { registerPush } from './commands/push.js';
import { registerRecord } from './commands/record.js';
import { registerSql } from './commands/sql.js';
import { registerTop } from './commands/top.js';
import { registerCut } from './commands/traces/cut.js';
import { registerImport } from './commands/traces/import.js';
import { registerMark } from './commands/traces/mark.js';
import { registerMerge } from './commands/traces/merge.js';
import { registerPack } from './commands/traces/pack.js';
import { registerVerify } from './commands/traces/verify.js';
import { registerTree } from './commands/tree.js';
import { diskFault } from './disk-fault.js';
import { endQuietly } from './ending.js';
import { exitStatus, PyspyError, systemErrorCode } from './errors.js';
import { packageFolder, readBuiltFile } from './package-files.js';
import { readVersion } from './version.js';

/**
 * Runs pyspy as a process of its own: sets the exit status, and reports errors that were not caught.
 * @param argv process.argv
 */
export async function main(argv: string[]): Promise<void> {
  keepIgnored();
  endQuietly();
  process.stdout.on('error', (error) => {
    const code = systemErrorCode(error);
    // The reader of our output closed its pipe; nothing reads a terminal that was closed.
    if (code === 'EPIPE' || (code === 'EIO' && process.stdout.isTTY)) process.exit(0);
    process.exit(
      report(
        new PyspyError('output', `writing the result failed: ${diskFault(error)?.reason ?? error.message}`),
      ),
    );
  });
  process.stderr.on('error', () => {});
  process.on('uncaughtException', (error) => process.exit(report(error)));
  process.on('unhandledRejection', (error) => process.exit(report(error)));
  const status = await run(argv);
  // A command that ran to its end may have set a status of its own, as that of the program that it recorded.
  if (status !== 0) process.exitCode = status;
}

/** Runs one command. @returns the exit status; errors have been printed */
export async function run(argv: string[]): Promise<number> {
  try {
    const program = createProgram();
    await program.parseAsync([...argv.slice(0, 2), ...(await toCommandWords(program, argv.slice(2)))]);
    return 0;
  } catch (error) {
    // Help and version were asked for; anything else commander has already printed.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitStatus.usage;
    return report(error);
  }
}

/** Ways in: the first three are short for top and flame (commands/typed-words.ts). */
const usage = `--pid PID                  show where its time goes, live
       pyspy -- python program.py       start a program, show the same
       pyspy --flame out.svg --pid PID  draw it as a flame graph
       pyspy COMMAND [options]          record, compare, export, …`;

/** The program with all its commands; it has read nothing yet. */
export function createProgram(): Command {
  const program = new Command('pyspy')
    .usage(usage)
    .description('Records what a Python program does, and answers questions about it later.')
    .version(readVersion(), '-V, --version')
    .option('--licenses', 'output the licenses of what pyspy is made of')
    .on('option:licenses', showLicenses)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(withoutAddressSecrets(usageError(text))) })
    .addHelpText(
      'after',
      '\nResults go to stdout, everything else to stderr.\n"pyspy help COMMAND" explains a command.',
    );
  registerRecord(program);
  registerTop(program);
  registerTree(program);
  registerHeat(program);
  registerFlame(program);
  registerDiff(program);
  registerDump(program);
  registerExport(program);
  registerPush(program);
  registerView(program);
  registerReport(program);
  registerImport(program);
  registerInfo(program);
  registerSql(program);
  registerMark(program);
  registerCut(program);
  registerMerge(program);
  registerPack(program);
  registerVerify(program);
  registerPs(program);
  registerCompletion(program, shortFor);
  return program;
}

/** The packages whose code is in what runs. @throws {CommanderError} after it, as commander does after the version */
function showLicenses(): never {
  process.stdout.write(readBuiltFile('bundle/licenses.txt'));
  throw new CommanderError(0, 'pyspy.licenses', '');
}

/** Commander's message in the form of all other errors: what happened, then what to do about it. */
function usageError(text: string): string {
  const [first, suggestion] = text.trim().split('\n');
  const hint = suggestion?.replace(/^\((.*)\)$/, '$1') ?? 'See "pyspy --help", or "pyspy help COMMAND".';
  return `pyspy: ${first!.replace(/^error: /, '')}\nhint: ${hint}\n`;
}

/** Prints an error on stderr. @returns its exit status */
function report(error: unknown): number {
  const debug = process.env.PYSPY_DEBUG
    ? `${withoutAddressSecrets(String(error instanceof Error ? error.stack : error))}\n`
    : '';
  if (isNotLoaded(error)) return report(notInstalled(error));
  if (error instanceof PyspyError) {
    process.stderr.write(
      `pyspy: ${oneLine(error.message)}\n${error.hint ? `hint: ${oneLine(error.hint)}\n` : ''}${debug}`,
    );
    return exitStatus[error.kind];
  }
  const message = error instanceof Error ? error.message : String(error);
  const fault = diskFault(error);
  if (fault !== null)
    return report(
      new PyspyError('output', `${fault.reason}: ${message}`, {
        hint: fault.isFull
          ? 'Make room, or write to another disk.'
          : 'Look at the disk that this file is on.',
        cause: error,
      }),
    );
  process.stderr.write(
    `pyspy: internal error: ${oneLine(message)}\nhint: Please report it; PYSPY_DEBUG=1 shows where it happened.\n${debug}`,
  );
  return exitStatus.internal;
}

/** Whether a package's native part is missing, or was built for another Node or machine. */
function isNotLoaded(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return (
    systemErrorCode(error) === 'ERR_DLOPEN_FAILED' ||
    /Could not locate the bindings file|NODE_MODULE_VERSION|native Koffi module/.test(error.message)
  );
}

function notInstalled(error: Error): PyspyError {
  return new PyspyError(
    'installation',
    `a native module of pyspy was not built for this Node (${process.version}, ${process.platform} ${process.arch})`,
    {
      hint: `Run "npm rebuild" in ${packageFolder}, or install pyspy again with the Node that runs it.`,
      cause: error,
    },
  );
}

/** Messages quote file names and texts of the target, which must not command the terminal, and addresses of servers. */
function oneLine(text: string): string {
  const line = withoutAddressSecrets(text).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (sign) => {
    const code = sign.codePointAt(0)!.toString(16);
    return code.length > 2 ? `\\u{${code}}` : `\\x${code.padStart(2, '0')}`;
  });
  // Anywhere in a log, GitHub's runner takes this for a command.
  return process.env.GITHUB_ACTIONS ? line.replaceAll('##[', String.raw`##\x5b`) : line;
}
