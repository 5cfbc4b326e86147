/**
 * The heat map: seconds side by side, each from top to bottom, coloured by how many threads ran. What repeats makes stripes, what
 * stalls makes holes. A stretch that is dragged over is a window.
 */
import { interpolateLab } from 'd3';
import { bytesOf, type Palette } from '../figures/palette.js';
import type { Recording } from '../figures/recording.js';
import type { Selection } from '../figures/selection.js';
import { html, showMoment, sizeCanvas } from './html.js';
import { littleEndian } from './lane-paint.js';

export interface HeatActions {
  readonly choose: (window: readonly [number, number] | null, isOver: boolean) => void;
  readonly details: (text: string) => void;
}

const cellHeight = 3;
const labelWidth = 190;
const widestColumn = 20;

export class HeatMap {
  readonly element = html('div', { class: 'plot heat' });
  readonly #recording: Recording;
  readonly #actions: HeatActions;
  readonly #canvas: HTMLCanvasElement;
  readonly #columns: number;
  readonly #rows: number;
  /** µs of a cell that all of the colour stands for. */
  readonly #fullUs: number;
  #columnWidth = 1;
  /** The cell where the drag began, and the one that the keyboard is at. */
  #from = -1;
  #cursor = 0;

  constructor(recording: Recording, actions: HeatActions) {
    this.#recording = recording;
    this.#actions = actions;
    this.#rows = recording.head.rows;
    this.#columns = Math.max(1, Math.round(recording.columns.heatUs.length / this.#rows));
    const { heatUs } = recording.columns;
    this.#fullUs = Math.max(
      this.#cellNs / 1e3,
      heatUs.reduce((most, us) => Math.max(most, us), 0),
    );
    this.#canvas = html('canvas', {
      tabindex: 0,
      role: 'slider',
      'aria-label': 'Heat map: arrow keys move, Enter begins and ends a window, Escape ends it',
    });
    this.#canvas.style.marginLeft = `${labelWidth}px`;
    const { columnNs } = recording.head;
    const busiest = this.#fullUs / (this.#cellNs / 1e3);
    const label = html(
      'div',
      { class: 'mute' },
      `a column is ${columnNs / 1e9} s from top to bottom; colour: threads that run, up to ${busiest.toFixed(1)}`,
    );
    label.style.cssText = `position:absolute;left:0;top:0;width:${labelWidth - 10}px`;
    this.element.append(label, this.#canvas);
    this.#listen();
  }

  get #cellNs(): number {
    return this.#recording.head.columnNs / this.#rows;
  }

  /** @param width of the element in pixels */
  draw({ window }: Selection, palette: Palette, width: number): void {
    const room = Math.max(120, width - labelWidth - 16);
    this.#columnWidth = Math.min(widestColumn, room / this.#columns);
    const shown = Math.max(1, Math.floor(this.#columnWidth * this.#columns));
    const height = this.#rows * cellHeight;
    const context = sizeCanvas(this.#canvas, shown, height);
    const [low, middle, high] = palette.heat;
    const [first, second] = [interpolateLab(low, middle), interpolateLab(middle, high)];
    const shades = Array.from({ length: 64 }, (_, at) => {
      const colour = at < 32 ? first(at / 31) : second((at - 32) / 31);
      return littleEndian(parseRgb(colour));
    });
    const image = context.createImageData(shown, height);
    const pixels = new Uint32Array(image.data.buffer);
    const { heatUs } = this.#recording.columns;
    const edge = littleEndian(bytesOf(palette.panel));
    for (let x = 0; x < shown; x++) {
      const column = Math.min(this.#columns - 1, Math.floor(x / this.#columnWidth));
      const isEdge = this.#columnWidth >= 6 && Math.floor((x + 1) / this.#columnWidth) > column;
      for (let row = 0; row < this.#rows; row++) {
        const cell = column * this.#rows + row;
        const share = Math.min(1, heatUs[cell]! / this.#fullUs);
        const chosen = window !== null && this.#isWithin(cell, window);
        const shade = isEdge ? edge : shades[Math.round(share * 63)]!;
        for (let y = row * cellHeight; y < (row + 1) * cellHeight; y++)
          pixels[y * shown + x] = chosen && (x + y) % 4 === 0 ? 0xffb25c0b : shade;
      }
    }
    context.putImageData(image, 0, 0);
  }

  #isWithin(cell: number, [from, to]: readonly [number, number]): boolean {
    return cell * this.#cellNs < to - 1 && (cell + 1) * this.#cellNs > from + 1;
  }

  #listen(): void {
    const canvas = this.#canvas;
    canvas.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      this.#from = this.#cellAt(event);
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener('pointermove', (event) => {
      const cell = this.#cellAt(event);
      this.#tell(cell);
      if (this.#from >= 0 && cell !== this.#from) this.#chooseTo(cell, false);
    });
    canvas.addEventListener('pointerup', (event) => {
      if (this.#from < 0) return;
      const cell = this.#cellAt(event);
      // A click is the column.
      if (cell === this.#from) {
        this.#from = cell - (cell % this.#rows);
        this.#chooseTo(this.#from + this.#rows - 1, true);
      } else this.#chooseTo(cell, true);
      this.#from = -1;
    });
    canvas.addEventListener('keydown', (event) => {
      const steps: Readonly<Record<string, number>> = {
        ArrowUp: -1,
        ArrowDown: 1,
        ArrowLeft: -this.#rows,
        ArrowRight: this.#rows,
      };
      const step = steps[event.key];
      if (step !== undefined) {
        this.#cursor = Math.min(this.#columns * this.#rows - 1, Math.max(0, this.#cursor + step));
        this.#tell(this.#cursor);
        if (this.#from >= 0) this.#chooseTo(this.#cursor, false);
      } else if (event.key === 'Enter' || event.key === ' ') {
        if (this.#from < 0) this.#from = this.#cursor;
        else {
          this.#chooseTo(this.#cursor, true);
          this.#from = -1;
        }
      } else if (event.key === 'Escape') {
        this.#from = -1;
        this.#actions.choose(null, true);
      } else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  #cellAt({ clientX, clientY }: PointerEvent): number {
    const { left, top } = this.#canvas.getBoundingClientRect();
    const column = Math.min(this.#columns - 1, Math.max(0, Math.floor((clientX - left) / this.#columnWidth)));
    const row = Math.min(this.#rows - 1, Math.max(0, Math.floor((clientY - top) / cellHeight)));
    return column * this.#rows + row;
  }

  #chooseTo(cell: number, isOver: boolean): void {
    const [first, last] = this.#from <= cell ? [this.#from, cell] : [cell, this.#from];
    const end = Math.min(this.#recording.lengthNs, (last + 1) * this.#cellNs);
    if (first * this.#cellNs < end) this.#actions.choose([first * this.#cellNs, end], isOver);
  }

  #tell(cell: number): void {
    const { head, columns } = this.#recording;
    const from = head.fromS + (cell * this.#cellNs) / 1e9;
    const threads = (columns.heatUs[cell] ?? 0) / (this.#cellNs / 1e3);
    const text = `${showMoment(from, this.#cellNs / 1e9)}: ${threads.toFixed(2)} threads run`;
    this.#canvas.setAttribute('aria-valuetext', text);
    this.#actions.details(text);
  }
}

/** "rgb(1, 2, 3)", as d3 writes it. */
function parseRgb(colour: string): readonly [number, number, number] {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number);
  return [red, green, blue];
}
