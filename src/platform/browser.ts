/** What opens an address in the user's browser. */

const commands: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** A command line, to which the address is added. */
export function browserCommand(system: string = process.platform): readonly string[] {
  return commands[system] ?? ['xdg-open'];
}
