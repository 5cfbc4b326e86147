/** The timeline: all threads together, and a lane for each; marks, gaps, missed ticks; a brush that chooses the window. */
import { axisBottom, brushX, scaleLinear, select } from 'd3';
import type { Palette } from '../figures/palette.js';
import { laneText, type Recording } from '../figures/recording.js';
import type { Selection } from '../figures/selection.js';
import { TimeView } from '../figures/time-view.js';
import { button, html, press, sizeCanvas } from './html.js';
import { type PaintedLane, paintedLanes, paintLanes } from './lane-paint.js';
import { drawMoments } from './moments.js';

export interface TimelineActions {
  /** Chooses a window. @param isOver whether the brush has been let go */
  readonly choose: (window: readonly [number, number] | null, isOver: boolean) => void;
  readonly chooseLane: (lane: number) => void;
  readonly chooseTask: (task: string) => void;
  /** Has the timeline drawn again: another part of the time is seen. */
  readonly redraw: () => void;
}

const labelWidth = 190;
const laneHeight = 18;
const overviewHeight = 44;
const axisHeight = 22;
const stripHeight = 8;
/** Taller, lanes scroll. */
const mostHeight = 340;

export class Timeline {
  readonly element = html('div', { class: 'plot timeline', role: 'group', 'aria-label': 'Timeline' });
  readonly #recording: Recording;
  readonly #actions: TimelineActions;
  readonly #overview = html('canvas', { class: 'overview' });
  readonly #lanes = html('div', { class: 'lanes' });
  readonly #canvas = html('canvas');
  readonly #labels: HTMLButtonElement[] = [];
  readonly #strip = html('div', { class: 'strip' });
  readonly #svg = select(document.createElementNS('http://www.w3.org/2000/svg', 'svg'));
  readonly #painted: readonly PaintedLane[];
  readonly #all: PaintedLane;
  /** The part of the time that is seen. */
  readonly #view: TimeView;
  #width = 0;
  #window: readonly [number, number] | null = null;
  #isMoved = false;

  constructor(recording: Recording, actions: TimelineActions) {
    this.#recording = recording;
    this.#actions = actions;
    const { stateSliceNs } = recording.head;
    this.#view = new TimeView(recording.lengthNs, stateSliceNs * 8);
    ({ lanes: this.#painted, all: this.#all } = paintedLanes(recording));
    const peak = this.#all.fullUs / (stateSliceNs / 1e3);
    const label = html(
      'div',
      { class: 'mute' },
      `threads that run or want the GIL, up to ${peak.toFixed(peak < 10 ? 1 : 0)}`,
    );
    label.style.cssText = `position:absolute;left:0;top:12px;width:${labelWidth}px`;
    recording.lanes.forEach((lane, at) => {
      this.#addLabel(laneText(lane), 'lane', () => actions.chooseLane(at));
    });
    for (const task of recording.tasks)
      this.#addLabel(`task ${task}`, 'lane task', () => actions.chooseTask(task));
    this.#strip.textContent = 'missed ticks, torn samples';
    this.#overview.style.marginLeft = `${labelWidth}px`;
    this.#canvas.style.marginLeft = `${labelWidth}px`;
    this.#lanes.append(this.#canvas, ...this.#labels);
    this.element.append(label, this.#overview, this.#lanes, this.#strip, this.#svg.node()!);
    this.#listen();
  }

  #addLabel(text: string, kind: string, act: () => void): void {
    const element = button(text, act, { class: kind, title: `${text}: only this lane` });
    element.style.top = `${this.#labels.length * laneHeight}px`;
    element.style.width = `${labelWidth - 6}px`;
    this.#labels.push(element);
  }

  get #shownHeight(): number {
    return Math.min(mostHeight, this.#painted.length * laneHeight);
  }

  /** @param width of the element in pixels */
  draw(selection: Selection, palette: Palette, width: number): void {
    this.#window = selection.window;
    this.#width = Math.max(120, width - labelWidth - 16);
    const { lanes: threads, tasks } = this.#recording;
    const height = overviewHeight;
    const view = this.#view;
    paintLanes(sizeCanvas(this.#overview, this.#width, height), [this.#all], {
      view,
      height,
      palette,
    });
    const lanes = sizeCanvas(this.#canvas, this.#width, this.#painted.length * laneHeight);
    paintLanes(lanes, this.#painted, { view, height: laneHeight, palette });
    this.#labels.forEach((label, at) => {
      press(
        label,
        at < threads.length ? selection.lane === at : selection.task === tasks[at - threads.length],
      );
    });
    const bottom = overviewHeight + this.#shownHeight + stripHeight;
    this.#svg
      .attr('width', this.#width)
      .attr('height', bottom + axisHeight)
      .style('left', `${labelWidth}px`);
    this.element.style.height = `${bottom + axisHeight}px`;
    this.#strip.style.top = `${bottom - 10}px`;
    this.#drawOver(palette, bottom);
  }

  #drawOver(palette: Palette, bottom: number): void {
    const { head, columns } = this.#recording;
    const x = this.#scale();
    const originS = head.fromS;
    this.#svg.selectAll('*').remove();
    const seconds = scaleLinear(
      [originS + this.#view.fromNs / 1e9, originS + this.#view.toNs / 1e9],
      [0, this.#width],
    );
    this.#svg
      .append('g')
      .attr('class', 'axis')
      .attr('transform', `translate(0,${bottom})`)
      .call(
        axisBottom(seconds)
          .ticks(Math.max(2, this.#width / 110))
          .tickFormat((value) => `${value} s`),
      );
    drawMoments(this.#svg, {
      head,
      columns,
      x,
      palette,
      width: this.#width,
      top: bottom - stripHeight,
      stripHeight,
    });
    const brush = brushX<unknown>()
      .extent([
        [0, 0],
        [this.#width, bottom],
      ])
      .on('brush end', ({ selection, sourceEvent, type }) => {
        // What the page set itself is no news.
        if (!sourceEvent) return;
        const pair = selection as [number, number] | null;
        const window =
          pair === null ? null : ([x.invert(pair[0]), x.invert(pair[1])].map(Math.round) as [number, number]);
        this.#window = window;
        this.#actions.choose(window, type === 'end');
      });
    const group = this.#svg.append('g').attr('class', 'brush').call(brush);
    group
      .attr('tabindex', 0)
      .attr('role', 'slider')
      .attr(
        'aria-label',
        'Window: arrow keys move it, with Shift its end; plus and minus zoom, Enter zooms to it, Escape ends it',
      )
      .attr(
        'aria-valuetext',
        this.#window === null ? 'all' : this.#window.map((ns) => `${originS + ns / 1e9} s`).join(' to '),
      );
    if (this.#window !== null) {
      const [from, to] = this.#window.map((ns) => Math.min(this.#width, Math.max(0, x(ns)))) as [
        number,
        number,
      ];
      group.call(brush.move, to - from > 0.5 ? [from, to] : [Math.max(0, from - 0.5), from + 0.5]);
    }
    if (this.#isMoved) group.node()!.focus();
    this.#isMoved = false;
  }

  #scale() {
    return scaleLinear([this.#view.fromNs, this.#view.toNs], [0, this.#width]);
  }

  #listen(): void {
    const svg = this.#svg.node()!;
    svg.addEventListener(
      'wheel',
      (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) {
          event.preventDefault();
          const at = this.#scale().invert(event.clientX - svg.getBoundingClientRect().left);
          this.#zoomBy(Math.exp(event.deltaY * 0.002), at);
        } else if (event.shiftKey) {
          event.preventDefault();
          this.#view.pan((event.deltaY || event.deltaX) / this.#width);
          this.#actions.redraw();
        } else {
          // The lanes are under the brush.
          const before = this.#lanes.scrollTop;
          this.#lanes.scrollTop += event.deltaY;
          if (this.#lanes.scrollTop !== before) event.preventDefault();
        }
      },
      { passive: false },
    );
    svg.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !this.#press(event)) return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  #zoomBy(factor: number, atNs: number): void {
    this.#view.zoomBy(factor, atNs);
    this.#actions.redraw();
  }

  #press({ key, shiftKey }: KeyboardEvent): boolean {
    const middle = this.#view.middleOf(this.#window);
    this.#isMoved = true;
    if (key === '+' || key === '=') this.#zoomBy(0.5, middle);
    else if (key === '-') this.#zoomBy(2, middle);
    else if (key === '0') this.#zoomBy(Number.POSITIVE_INFINITY, middle);
    else if (key === 'Enter' && this.#window !== null) {
      this.#view.show(this.#window);
      this.#actions.redraw();
    } else if (key === 'Escape') this.#actions.choose(null, true);
    else if (key === 'ArrowLeft' || key === 'ArrowRight')
      this.#actions.choose(this.#view.move(this.#window, key === 'ArrowLeft' ? -1 : 1, shiftKey), true);
    else return false;
    return true;
  }
}
