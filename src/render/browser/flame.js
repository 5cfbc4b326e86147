// @ts-check
/**
 * Makes a flame graph interactive: zoom, search, keyboard, details. Copied as it is into every picture, hence plain
 * JavaScript in one file that needs nothing else; what it knows comes from the JSON in the script element before it.
 * Frames are drawn anew for each view, also those that the still picture gathers. Names come from the recorded
 * program, so that text only ever goes through textContent and setAttribute.
 */
(() => {
  const svg = /** @type {SVGSVGElement} */ (document.currentScript?.closest('svg'));
  const stored = svg.querySelector('script[type="application/json"]')?.textContent;
  if (!stored) return;
  const data = JSON.parse(stored);
  const standalone = document.documentElement === /** @type {Element} */ (svg);
  const size = data.depth.length;
  const isDiff = data.kind === 'diff';
  /** Boxes drawn at once at most, and rows of ancestors above the zoomed frame. */
  const [maxBoxes, maxAncestors] = [6000, 40];

  // ── The tree ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** @type {number[]} */
  const parents = new Array(size).fill(-1);
  /** @type {number[][]} */
  const children = Array.from({ length: size }, () => []);
  /** @type {number[]} */
  const path = [];
  for (let node = 0; node < size; node++) {
    path[data.depth[node]] = node;
    if (data.depth[node] === 0) continue;
    parents[node] = path[data.depth[node] - 1];
    children[parents[node]].push(node);
  }
  const isHidden = (/** @type {number} */ node) => data.name[node] < 0;

  /**
   * The tree in drawing order for one way to weigh it: nodes and where each node's descendants end, as positions in
   * that order; x of each node and where its children end, as weights; counts of frames and matches before a position.
   * @param {number[]} weights
   */
  const arrange = (weights) => {
    const order = [];
    const position = new Array(size);
    const stack = [0];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      position[node] = order.length;
      order.push(node);
      const sorted = children[node].toSorted(
        (a, b) => Number(isHidden(a)) - Number(isHidden(b)) || weights[b] - weights[a] || a - b,
      );
      for (let at = sorted.length - 1; at >= 0; at--) stack.push(sorted[at]);
    }
    const end = new Array(size);
    for (let at = size - 1; at >= 0; at--) {
      const node = order[at];
      end[node] = Math.max(end[node] ?? 0, at + 1);
      if (at > 0) end[parents[node]] = Math.max(end[parents[node]] ?? 0, end[node]);
    }
    const x = new Array(size).fill(0);
    const cursor = new Array(size).fill(0);
    const frames = [0];
    for (let at = 0; at < size; at++) {
      const node = order[at];
      if (at > 0) {
        x[node] = cursor[parents[node]];
        cursor[parents[node]] += weights[node];
      }
      cursor[node] = x[node];
      frames.push(frames[at] + (isHidden(node) ? data.line[node] : 1));
    }
    return { weights, order, position, end, x, cursor, frames };
  };

  const layouts = isDiff
    ? {
        union: () =>
          data.values.a.map(
            (/** @type {number} */ a, /** @type {number} */ at) => (a + data.values.b[at]) / 2,
          ),
        a: () => data.values.a,
        b: () => data.values.b,
      }
    : { union: () => data.values.time };

  // ── State ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The zoomed frame; with `first` >= 0 only its children from that one on: those that a box gathered. */
  let view = { node: 0, first: -1 };
  /** @type {'union' | 'a' | 'b'} */
  let layout = 'union';
  let tree = arrange(layouts.union());
  /** @type {RegExp | undefined} */
  let pattern;
  let patternText = '';
  let problem = '';
  /** Positions, in the tree's order, of matches before each position. @type {number[]} */
  let matches = [];
  let width = Number(svg.getAttribute('width'));
  let height = Number(svg.getAttribute('height'));
  /** Upper edge of the frames, under the header. */
  let top = 0;
  /** @typedef {{node: number, from: number, to: number, x: number, width: number, row: number, below: boolean}} Box */
  /** @type {Box[]} */
  let boxes = [];
  let current = 0;

  // ── Text, as text.ts, numbers.ts and flame.ts have it ─────────────────────────────────────────────────────────

  const cellsOf = (/** @type {string} */ text) => {
    if (/^[\x20-\x7e…·±−→]*$/.test(text)) return text.length;
    let cells = 0;
    for (const point of text)
      cells += /\p{M}/u.test(point)
        ? 0
        : /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\u{1f000}-\u{3fffd}]/u.test(
              point,
            )
          ? 2
          : 1;
    return cells;
  };
  const fitText = (/** @type {string} */ text, /** @type {number} */ cells, give = 'end') => {
    if (cellsOf(text) <= cells) return text;
    if (cells < 1) return '';
    const points = Array.from(text);
    const keep = (/** @type {string[]} */ list, /** @type {number} */ room) => {
      let taken = 0;
      while (taken < list.length && cellsOf(list[taken]) <= room) room -= cellsOf(list[taken++]);
      return list.slice(0, taken);
    };
    const before = give === 'end' ? cells - 1 : Math.ceil((cells - 1) / 2);
    const start = keep(points, before).join('');
    if (give === 'end') return `${start}…`;
    return `${start}…${keep(points.reverse(), cells - 1 - before)
      .reverse()
      .join('')}`;
  };
  const fitName = (/** @type {string} */ name, /** @type {number} */ cells) => {
    if (cellsOf(name) <= cells) return name;
    if (cells < 3) return '';
    if (!/^[\p{L}\p{M}\p{N}_.<>]+$/u.test(name)) return fitText(name, cells);
    const parts = name.split('.');
    for (let from = 1; from < parts.length; from++) {
      const rest = parts.slice(from).join('.');
      if (rest.length >= 3 && !rest.startsWith('<') && cellsOf(rest) + 1 <= cells) return `…${rest}`;
    }
    const last = parts[parts.length - 1];
    return fitText(last === '' || last.startsWith('<') ? name : last, cells);
  };
  const seconds = (/** @type {number} */ s) => `${s.toFixed(s > 0 && s < 0.1 ? 4 : 2)} s`;
  const percent = (/** @type {number} */ fraction) => {
    const value = fraction * 100;
    return `${value.toFixed(value > 0 && value < 0.095 ? 2 : 1)} %`;
  };
  const change = (/** @type {number} */ delta) => {
    const value = (Math.abs(delta) * 100).toFixed(1);
    return value === '0.0' ? '±0.0 pp' : `${delta > 0 ? '+' : '−'}${value} pp`;
  };
  const count = (/** @type {number} */ n) => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
  const counted = (/** @type {number} */ n, /** @type {string} */ noun) =>
    `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

  const nameOf = (/** @type {number} */ node) => data.texts[data.name[node]] || '(no name)';
  const placeOf = (/** @type {number} */ node) => {
    const file = data.texts[data.file[node]];
    return file && data.line[node] > 0 ? `${file}:${data.line[node]}` : file;
  };
  /** Sums a column over a box: one node, or the gathered siblings from position `from` to `to`. */
  const sumOf = (/** @type {number[]} */ column, /** @type {Box} */ { node, from, to }) => {
    if (to < 0) return column[node];
    let sum = 0;
    for (let at = from; at < to; at = tree.end[tree.order[at]]) sum += column[tree.order[at]];
    return sum;
  };
  const selfOf = (/** @type {number[]} */ column, /** @type {number} */ node) =>
    children[node].reduce((rest, child) => rest - column[child], column[node]);

  /** Number of frames that a box stands for; 0 when it is a frame. */
  const hiddenIn = (/** @type {Box} */ { node, from, to }) => {
    if (to >= 0) return tree.frames[to] - tree.frames[from];
    return isHidden(node) ? data.line[node] : 0;
  };

  /** What stands in a box, and what the tooltip says of it. @param {Box} box */
  const describe = (box) => {
    const hidden = hiddenIn(box);
    const head =
      hidden > 0 ? `${counted(hidden, 'frame')} too thin or too deep to draw here` : nameOf(box.node);
    const place = hidden > 0 ? '' : placeOf(box.node);
    const name = hidden > 0 ? `(${count(hidden)} hidden)` : nameOf(box.node);
    const shortPlace = place ? [place.split(/[\\/]/).slice(-2).join('/')] : [];
    if (isDiff) {
      const [a, b] = [sumOf(data.values.a, box) * data.unit, sumOf(data.values.b, box) * data.unit];
      const lines = [
        `A ${percent(a)} (${seconds(a * data.aSeconds)}) → B ${percent(b)} (${seconds(b * data.bSeconds)})`,
        `${change(b - a)} of A's time${a === 0 ? ', new: only in B' : ''}${b === 0 ? ', gone: only in A' : ''}`,
      ];
      if (!hidden) {
        const [selfA, selfB] = [
          selfOf(data.values.a, box.node) * data.unit,
          selfOf(data.values.b, box.node) * data.unit,
        ];
        lines.push(`self A ${percent(Math.max(0, selfA))} → B ${percent(Math.max(0, selfB))}`);
        const finding = data.findings[data.values.finding[box.node]];
        if (finding) lines.push(...finding.split('\n'));
      }
      return {
        name,
        notes: [change(b - a), ...shortPlace],
        keep: Math.abs(b - a) >= data.slight,
        head,
        place,
        lines,
      };
    }
    const all = data.values.time[0];
    const time = sumOf(data.values.time, box);
    const share = percent(time / all);
    const lines = [
      `${seconds(time * data.unit)} (${share}), ${counted(sumOf(data.values.samples, box), 'sample')}`,
    ];
    if (!hidden) {
      const self = Math.max(0, selfOf(data.values.time, box.node));
      const samples = selfOf(data.values.samples, box.node);
      lines.push(`self ${seconds(self * data.unit)} (${percent(self / all)}), ${counted(samples, 'sample')}`);
    }
    return { name, notes: [share, ...shortPlace], keep: false, head, place, lines };
  };

  // ── Boxes of a view ───────────────────────────────────────────────────────────────────────────────────────────

  /** @returns {Box[]} */
  const boxesOf = () => {
    const inner = width - 2 * data.margin;
    const { weights, order, position, end, x, cursor } = tree;
    const gathered = view.first >= 0;
    const from = gathered ? x[view.first] : x[view.node];
    const to = gathered ? cursor[view.node] : x[view.node] + weights[view.node];
    const scale = to > from ? inner / (to - from) : 0;

    const chain = [];
    for (let node = gathered ? view.node : parents[view.node]; node >= 0; node = parents[node])
      chain.push(node);
    chain.reverse();
    // Of a long way down, the root and the nearest frames say most.
    const shown = chain.length > maxAncestors ? [chain[0], ...chain.slice(1 - maxAncestors)] : chain;
    /** @type {Box[]} */
    const found = shown.map((node, row) => ({ node, from: 0, to: -1, x: 0, width: inner, row, below: true }));

    const start = gathered ? position[view.first] : position[view.node];
    const base = shown.length - data.depth[order[start]];
    const lastRow = shown.length + data.maxRows - 1;
    let minimum = data.minBox;
    for (;;) {
      const before = found.length;
      for (let at = start; at < end[view.node]; ) {
        const node = order[at];
        const row = data.depth[node] + base;
        const zoomed = !gathered && at === start;
        const parent = parents[node];
        // Heaviest first: when one is too thin, so are the siblings after it.
        if (!zoomed && (weights[node] * scale < minimum || row >= lastRow)) {
          const box = {
            node: parent,
            from: at,
            to: end[parent],
            x: (x[node] - from) * scale,
            row,
            below: false,
          };
          const all = (cursor[parent] - x[node]) * scale;
          if (all >= data.minBox) found.push({ ...box, width: all });
          at = end[parent];
        } else {
          const box = { node, from: 0, to: -1, x: (x[node] - from) * scale, row, below: false };
          found.push({ ...box, width: zoomed ? inner : weights[node] * scale });
          at++;
        }
      }
      if (found.length - before <= maxBoxes) return found;
      found.length = before;
      minimum *= 2;
    }
  };

  // ── Drawing ───────────────────────────────────────────────────────────────────────────────────────────────────

  const namespace = 'http://www.w3.org/2000/svg';
  /** @param {Element} parent @param {string} tag @param {Record<string, string | number>} attributes */
  const add = (parent, tag, attributes = {}, text = '') => {
    const element = document.createElementNS(namespace, tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    if (text !== '') element.textContent = text;
    parent.append(element);
    return element;
  };
  const find = (/** @type {string} */ selector) =>
    /** @type {SVGGraphicsElement} */ (svg.querySelector(selector));
  const framesGroup = find('.frames');
  const bar = find('.bar');
  const note = bar.textContent ?? '';

  /** Cell width of the font that the browser really took; the estimate stays where nothing is laid out. */
  const cell = (() => {
    const probe = /** @type {SVGTextElement} */ (add(framesGroup, 'text', {}, 'm'.repeat(50)));
    const measured = probe.getComputedTextLength() / 50;
    probe.remove();
    return measured > 1 ? measured + 0.05 : data.cell;
  })();
  const round = (/** @type {number} */ pixels) => Math.round(pixels * 100) / 100;

  const isMatch = (/** @type {Box} */ { node, from, to }) => {
    if (!pattern) return false;
    if (to >= 0) return matches[to] > matches[from];
    return matches[tree.position[node] + 1] > matches[tree.position[node]];
  };

  /** @param {Element} parent @param {Box} box @param {number} index @param {number} y */
  const drawBox = (parent, box, index, y) => {
    const hidden = hiddenIn(box) > 0;
    const [fill, ink, hatch] = hidden ? ['#f4f4f4', '#000', 'pyspy-hidden'] : data.looks[data.look[box.node]];
    const { name, notes, keep, head, place, lines } = describe(box);
    const details = [head, ...(place ? [place] : []), ...lines];
    const group = add(parent, 'g', {
      class: `frame${box.below ? ' below' : ''}${isMatch(box) ? ' match' : ''}`,
      'data-box': index,
      tabindex: index === current ? 0 : -1,
      role: 'treeitem',
      'aria-level': box.row + 1,
      'aria-label': details.join(', '),
    });
    add(group, 'title', {}, details.join('\n'));
    const shape = { x: round(box.x), y, width: round(box.width), height: data.row - 1 };
    add(group, 'rect', { ...shape, fill, ...(box.width >= 2 ? { stroke: '#fff' } : {}) });
    if (hatch) add(group, 'rect', { ...shape, fill: `url(#${hatch})` });
    const cells = Math.floor((box.width - 2 * data.padding) / cell);
    if (cells < 2) return;
    const room = cells - cellsOf(notes[0] ?? '') - 1;
    const fitted = fitName(name, keep && room >= 6 ? room : cells);
    if (fitted === '') return;
    const text = add(group, 'text', { x: round(box.x + data.padding), y: y + 12.5, fill: ink }, fitted);
    let left = cells - cellsOf(fitted);
    let tail = '';
    for (const words of notes) {
      left -= cellsOf(words) + 1;
      if (left < 0) break;
      tail += ` ${words}`;
    }
    if (tail) add(text, 'tspan', { 'fill-opacity': 0.7 }, tail);
  };

  const fitHeader = () => {
    for (const line of svg.querySelectorAll('.fit')) {
      const { full = '', cell: cellWidth, give } = /** @type {SVGElement} */ (line).dataset;
      line.textContent = fitText(full, Math.floor((width - 2 * data.margin) / Number(cellWidth)), give);
    }
    let [x, row] = [0, 0];
    for (const item of svg.querySelectorAll('.legend')) {
      const wide = Number(/** @type {SVGElement} */ (item).dataset.width);
      if (x > 0 && x + wide > width - 2 * data.margin) [x, row] = [0, row + 1];
      const y = data.legendTop + row * data.legendRow;
      item.setAttribute('transform', `translate(${round(data.margin + x)},${y})`);
      /** @type {SVGElement} */ (item).style.display = row < data.legendRows ? '' : 'none';
      x += wide;
    }
    return data.legendTop + 12 + (x > 0 ? Math.min(row + 1, data.legendRows) : 0) * data.legendRow;
  };

  const draw = () => {
    boxes = boxesOf();
    current = boxes.findIndex((box) => !box.below);
    let rows = data.rows;
    for (const box of boxes) rows = Math.max(rows, box.row + 1);
    top = fitHeader();
    height = top + rows * data.row + data.bar;
    svg.setAttribute('width', String(width));
    svg.setAttribute('height', String(height));
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const paper = find('.paper');
    paper.setAttribute('width', String(width));
    paper.setAttribute('height', String(height));
    framesGroup.replaceChildren();
    framesGroup.classList.toggle('searched', pattern !== undefined);
    boxes.forEach((box, index) => {
      const row = data.inverted ? box.row : rows - 1 - box.row;
      drawBox(framesGroup, box, index, top + row * data.row);
    });
    drawBar();
    placeBar();
  };

  /** Boxes and the group's elements stand in the same order. */
  const elementOf = (/** @type {number} */ index) =>
    /** @type {SVGGElement | undefined} */ (framesGroup.children[index]);

  const focusBox = (/** @type {number} */ index) => {
    elementOf(current)?.setAttribute('tabindex', '-1');
    current = index;
    elementOf(current)?.setAttribute('tabindex', '0');
    elementOf(current)?.focus();
  };

  // ── The bar: details, search, buttons ─────────────────────────────────────────────────────────────────────────

  bar.replaceChildren();
  const barPaper = add(bar, 'rect', { height: data.bar, fill: '#fff', 'fill-opacity': 0.94 });
  const detailsText = add(bar, 'text', {
    x: data.margin,
    y: 22,
    'font-size': 11,
    fill: '#333',
    class: 'details',
    role: 'status',
  });
  const matchText = add(bar, 'text', {
    y: 22,
    'font-size': 11,
    'font-weight': 'bold',
    'text-anchor': 'end',
    class: 'matched',
    role: 'status',
  });
  /** @type {SVGForeignObjectElement | undefined} */
  let field;
  let details = note;

  /** @param {string} label @param {() => void} act */
  const button = (label, act) => {
    const group = add(bar, 'g', { class: 'button', role: 'button', tabindex: 0, 'aria-label': label });
    const box = add(group, 'rect', { y: 6, height: 22, rx: 4, fill: '#f4f4f4', stroke: '#bbb' });
    const text = add(group, 'text', { y: 21, 'font-size': 11, 'text-anchor': 'middle' }, label);
    group.addEventListener('click', act);
    group.addEventListener('keydown', (event) => {
      const { key } = /** @type {KeyboardEvent} */ (event);
      if (key !== 'Enter' && key !== ' ') return;
      event.preventDefault();
      event.stopPropagation();
      act();
    });
    return {
      group,
      /** Places the button with its right edge at x, and returns its left edge. */
      place(/** @type {number} */ x, shown = true, words = label) {
        group.style.display = shown ? '' : 'none';
        if (!shown) return x;
        const wide = words.length * 6.4 + 16;
        text.textContent = words;
        group.setAttribute('aria-label', words);
        box.setAttribute('x', String(x - wide));
        box.setAttribute('width', String(wide));
        text.setAttribute('x', String(x - wide / 2));
        return x - wide - 8;
      },
    };
  };
  const searchButton = button('Search (/)', () => (pattern || problem ? search('') : openSearch()));
  const resetButton = button('Reset zoom', () => zoom({ node: 0, first: -1 }));
  const layoutButton = button('Width', () => {
    layout = layout === 'union' ? 'a' : layout === 'a' ? 'b' : 'union';
    relayout();
    remember();
  });
  const layoutNames = { union: 'Width: A and B', a: 'Width: A only', b: 'Width: B only' };

  const drawBar = () => {
    barPaper.setAttribute('width', String(width));
    let x = width - data.margin;
    const clearing = !field && (pattern !== undefined || problem !== '');
    x = searchButton.place(x, !field, clearing ? 'Clear search' : 'Search (/)');
    if (field) {
      x -= 240;
      field.setAttribute('x', String(x));
      x -= 8;
    }
    x = resetButton.place(x, view.node !== 0 || view.first >= 0);
    x = layoutButton.place(x, isDiff, layoutNames[layout]);
    matchText.setAttribute('x', String(x));
    matchText.setAttribute('fill', problem ? '#b00020' : '#000');
    const words = problem || (pattern ? matchedWords() : '');
    matchText.textContent = fitText(words, Math.floor((x - data.margin) / 7.6));
    const room = x - data.margin - (words ? words.length * 7.6 + 16 : 0);
    detailsText.textContent = fitText(details, Math.floor(room / 6.4));
  };

  /** Keeps the bar at the lower edge of what can be seen of the picture. */
  const placeBar = () => {
    const seen = svg.getBoundingClientRect();
    const zoomed = seen.height > 0 ? height / seen.height : 1;
    const bottom = (window.innerHeight - seen.top) * zoomed;
    const y = Math.max(top, Math.min(height, bottom) - data.bar);
    bar.setAttribute('transform', `translate(0,${round(y)})`);
  };

  const showDetails = (/** @type {number | undefined} */ index) => {
    details = note;
    if (index !== undefined) {
      const { head, place, lines } = describe(boxes[index]);
      // The place last: it may be long, and what does not fit is cut off there.
      details = [head, ...lines, ...(place ? [place] : [])].join(' · ');
    }
    drawBar();
  };

  const openSearch = () => {
    if (field) return;
    // A real input has a caret, selection, clipboard and input methods; SVG has none of its own.
    field = /** @type {SVGForeignObjectElement} */ (
      add(bar, 'foreignObject', { y: 6, width: 240, height: 24 })
    );
    const input = /** @type {HTMLInputElement} */ (
      document.createElementNS('http://www.w3.org/1999/xhtml', 'input')
    );
    input.setAttribute('type', 'text');
    input.setAttribute('aria-label', 'Search frames with a regular expression');
    input.setAttribute('placeholder', 'regular expression, Esc to close');
    input.setAttribute(
      'style',
      'box-sizing:border-box;width:240px;height:22px;margin:0;padding:1px 6px;border:1px solid #666;border-radius:4px;background:#fff;color:#000;font:12px monospace',
    );
    input.value = patternText;
    input.addEventListener('input', () => search(input.value));
    input.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key === 'Escape') {
        closeSearch();
        search('');
        focusBox(current);
      } else if (event.key === 'Enter') {
        closeSearch();
        const first = boxes.findIndex((box) => isMatch(box) && !box.below);
        focusBox(first < 0 ? current : first);
      }
    });
    field.append(input);
    drawBar();
    input.focus();
  };
  const closeSearch = () => {
    field?.remove();
    field = undefined;
    drawBar();
  };

  // ── Zoom and search ───────────────────────────────────────────────────────────────────────────────────────────

  const zoom = (/** @type {{node: number, first: number}} */ next) => {
    view = next;
    details = note;
    draw();
    focusBox(current);
    remember();
  };

  const zoomTo = (/** @type {number} */ index) => {
    const box = boxes[index];
    if (!box) return;
    if (box.to >= 0) return zoom({ node: box.node, first: tree.order[box.from] });
    if (!isHidden(box.node)) return zoom({ node: box.node, first: -1 });
    details = `${counted(data.line[box.node], 'frame')} that the picture does not carry: draw a shorter window to see more`;
    drawBar();
  };

  const findMatches = () => {
    matches = [0];
    if (!pattern) return;
    for (const node of tree.order) {
      const before = matches[matches.length - 1];
      const found = !isHidden(node) && node > 0 && pattern.test(`${nameOf(node)} (${placeOf(node)})`);
      matches.push(before + (found ? 1 : 0));
    }
  };

  /** Share of the time in matching frames: what is within another match is counted once. */
  const matchedWords = () => {
    let sum = 0;
    for (let at = 0; at < size; ) {
      const node = tree.order[at];
      const found = matches[at + 1] > matches[at];
      if (found) sum += tree.weights[node];
      at = found ? tree.end[node] : at + 1;
    }
    return `${percent(sum / (tree.weights[0] || 1))} matched`;
  };

  const setPattern = (/** @type {string} */ text) => {
    patternText = text;
    problem = '';
    pattern = undefined;
    try {
      // Like grep's smart case: capitals in the expression make it mind them.
      if (text !== '') pattern = new RegExp(text, /\p{Lu}/u.test(text.replace(/\\./g, '')) ? '' : 'i');
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    findMatches();
  };

  const search = (/** @type {string} */ text) => {
    setPattern(text);
    framesGroup.classList.toggle('searched', pattern !== undefined);
    boxes.forEach((box, index) => {
      elementOf(index)?.classList.toggle('match', isMatch(box));
    });
    drawBar();
    remember();
  };

  const relayout = () => {
    tree = arrange(layouts[layout]?.() ?? layouts.union());
    if (view.first >= 0) view = { node: view.node, first: -1 };
    if (tree.weights[view.node] === 0) view = { node: 0, first: -1 };
    findMatches();
    draw();
  };

  /** The state as the address's fragment, so that a view can be kept and the Back button zooms out. */
  const remember = () => {
    if (!standalone) return;
    const state = new URLSearchParams();
    if (view.node > 0 || view.first >= 0)
      state.set('zoom', view.first < 0 ? `${view.node}` : `${view.node}.${view.first}`);
    if (patternText) state.set('search', patternText);
    if (layout !== 'union') state.set('width', layout);
    const hash = `#${state}`;
    if (hash === (location.hash || '#')) return;
    const zoomed = state.get('zoom') !== new URLSearchParams(location.hash.slice(1)).get('zoom');
    try {
      // Not location.hash: going to a fragment takes the keyboard focus away.
      if (zoomed) history.pushState(null, '', hash);
      else history.replaceState(null, '', hash);
    } catch {
      // A sandboxed page has no history; the picture works without.
    }
  };
  const recall = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    const [node = 0, first = -1] = (state.get('zoom') ?? '').split('.').filter(Boolean).map(Number);
    const known = (/** @type {number} */ at) => Number.isInteger(at) && at >= 0 && at < size;
    const wanted = state.get('width');
    layout = isDiff && (wanted === 'a' || wanted === 'b') ? wanted : 'union';
    view =
      known(node) && !isHidden(node)
        ? { node, first: known(first) && parents[first] === node ? first : -1 }
        : { node: 0, first: -1 };
    tree = arrange(layouts[layout]?.() ?? layouts.union());
    setPattern(state.get('search') ?? '');
    draw();
  };

  // ── Events ────────────────────────────────────────────────────────────────────────────────────────────────────

  const boxAt = (/** @type {Event} */ event) => {
    const group = event.target instanceof Element ? event.target.closest('.frame') : null;
    return group instanceof SVGElement && group.dataset.box !== undefined
      ? Number(group.dataset.box)
      : undefined;
  };

  /** The box that an arrow key leads to from the current one. @param {string} key */
  const neighbour = (key) => {
    const box = boxes[current];
    if (!box) return undefined;
    const up = (key === 'ArrowUp') !== data.inverted;
    if (key === 'ArrowUp' || key === 'ArrowDown') {
      const row = box.row + (up ? 1 : -1);
      const middle = box.x + box.width / 2;
      // Away from the root to the heaviest child, towards it to the box underneath.
      const at = boxes.findIndex((other) =>
        other.row !== row
          ? false
          : up
            ? other.x >= box.x - 0.01 && other.x < box.x + box.width
            : other.x <= middle && middle <= other.x + other.width,
      );
      return at < 0 ? undefined : at;
    }
    const row = boxes.map((other, at) => ({ ...other, at })).filter((other) => other.row === box.row);
    row.sort((a, b) => a.x - b.x);
    return row[row.findIndex(({ at }) => at === current) + (key === 'ArrowRight' ? 1 : -1)]?.at;
  };

  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const { key } = event;
    if (key === '/' || (key === 'f' && (event.ctrlKey || event.metaKey))) {
      event.preventDefault();
      openSearch();
    } else if (event.ctrlKey || event.metaKey || event.altKey) {
      // The browser's own.
    } else if (key === 'Escape') {
      closeSearch();
      if (patternText) search('');
      zoom({ node: 0, first: -1 });
    } else if (key === 'Enter' || key === ' ') {
      const index = boxAt(event);
      if (index === undefined) return;
      event.preventDefault();
      zoomTo(index);
    } else if (key.startsWith('Arrow') || key === 'Home') {
      const next = key === 'Home' ? 0 : neighbour(key);
      if (next === undefined && boxAt(event) === undefined) return;
      event.preventDefault();
      focusBox(next ?? current);
    }
  };

  framesGroup.addEventListener('click', (event) => {
    const index = boxAt(event);
    if (index !== undefined) zoomTo(index);
  });
  framesGroup.addEventListener('mouseover', (event) => showDetails(boxAt(event)));
  framesGroup.addEventListener('mouseleave', () => showDetails(undefined));
  framesGroup.addEventListener('focusin', (event) => showDetails(boxAt(event)));
  (standalone ? window : svg).addEventListener('keydown', (event) =>
    onKey(/** @type {KeyboardEvent} */ (event)),
  );
  window.addEventListener('scroll', placeBar, { passive: true });

  const fitWindow = () => {
    if (standalone) width = Math.max(320, document.documentElement.clientWidth || window.innerWidth);
  };
  window.addEventListener('resize', () => {
    fitWindow();
    draw();
  });
  if (standalone) window.addEventListener('popstate', recall);

  svg.setAttribute('role', 'group');
  framesGroup.setAttribute('role', 'tree');
  framesGroup.setAttribute(
    'aria-label',
    'Frames; arrow keys move, Enter zooms, Escape resets, slash searches',
  );
  fitWindow();
  if (standalone) recall();
  else draw();
  // With the root at the bottom of a tall picture, that is where reading starts.
  if (standalone && !data.inverted && height > window.innerHeight) window.scrollTo(0, height);
  placeBar();
})();
