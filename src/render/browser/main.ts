/** What every picture carries: makes the picture interactive that this script is in. */
import type { PictureData } from '../drawing/frames.js';
import { InteractivePicture } from './interactive-picture.js';

const svg = document.currentScript?.closest('svg');
const stored = svg?.querySelector('script[type="application/json"]')?.textContent;
if (svg && stored) new InteractivePicture(svg, JSON.parse(stored) as PictureData).open();
