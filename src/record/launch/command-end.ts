/** How the command ended that was started for a recording. It ends a little after its Python has. */

/** How long to wait for that, in ms: a shell around it may have something else to do. */
const patienceMs = 1_000;

export class CommandEnd {
  #status: number | null = null;
  #told = (): void => {};

  /** As a shell gives it, 128 + the signal for a command that was killed; null while it runs, or if there is none. */
  get status(): number | null {
    return this.#status;
  }

  tell(status: number): void {
    this.#status = status;
    this.#told();
  }

  /** Settles when the status is known, or has not become so in a second. */
  async wait(): Promise<void> {
    if (this.#status !== null) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      this.#told = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
