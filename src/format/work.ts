/** What long work calls for each piece of it. */

/**
 * Takes note of the share that is done, 0 to 1, and from time to time gives the rest of the program a moment. What it
 * throws ends the work, which then leaves nothing half done.
 */
export type OnProgress = (share: number) => Promise<void> | void;
