/** The version of this package. */
import { readPackageFile } from './package-files.js';

export function readVersion(): string {
  const manifest: unknown = JSON.parse(readPackageFile('package.json'));
  return (manifest as { version: string }).version;
}
