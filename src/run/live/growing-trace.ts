/** The trace of a session that goes on, and the view that shows it. */
import { existsSync } from 'node:fs';
import { TraceReader } from '../../format/reading/reader.js';
import type { Session } from '../../record/session/session.js';
import type { RecorderFigures, ScreenSize } from '../../render/live/live-screen.js';
import { renderScreen } from '../../render/live/screen.js';
import type { LiveView } from './live-view.js';

export class GrowingTrace {
  readonly session: Session;
  readonly path: string;
  readonly view: LiveView;

  constructor(session: Session, path: string, view: LiveView) {
    this.session = session;
    this.path = path;
    this.view = view;
  }

  /**
   * Has the view take what the trace holds by now.
   * @param isNew false where a key asked for it
   * @throws PyspyError of kind "trace" where it is damaged
   */
  update(isNew: boolean): void {
    this.read((reader) => this.view.update(reader, isNew));
  }

  /**
   * Opens the trace as it is by now.
   * @returns what `action` makes of it; null while there is none
   * @throws PyspyError of kind "trace" where it is damaged
   */
  read<Result>(action: (reader: TraceReader) => Result): Result | null {
    // A key may come before the first sample.
    if (!existsSync(this.path)) return null;
    const reader = TraceReader.open(this.path);
    try {
      return action(reader);
    } finally {
      reader.close();
    }
  }

  /** The view as lines of text. */
  render(size: ScreenSize): string[] {
    return renderScreen(this.view.screen(this.#figures(), size), size);
  }

  #figures(): RecorderFigures {
    const { progress } = this.session;
    const elapsedS = progress.elapsedNs / 1e9;
    return { ...progress, elapsedS, rateHz: elapsedS > 0 ? progress.ticks / elapsedS : 0 };
  }
}
