import { LAYER_COLOURS, layerOf } from './layers.ts';
import type { Flame, Frame } from './profile.ts';

const WIDTH = 1200;
const ROW = 18;
const SIDE = 12;
const HEAD = 74;
/** Narrower frames can't be seen and would make up most of the file. */
const FRAME_WIDTH_MIN = 0.4;
const CHARACTER_WIDTH = 6.3;

const OTHER_COLOUR = '#f5f5f4';

interface Box {
  readonly frame: Frame;
  readonly x: number;
  readonly width: number;
  readonly depth: number;
}

/** Boxes in pixels, callers below callees, siblings by name, so that two runs can be laid side by side. */
function layOut(root: Frame): Box[] {
  const boxes: Box[] = [];
  const scale = (WIDTH - 2 * SIDE) / Math.max(1, root.totalUs);
  const place = (frame: Frame, x: number, depth: number): void => {
    const width = frame.totalUs * scale;
    if (width < FRAME_WIDTH_MIN) return;
    boxes.push({ frame, x, width, depth });
    let at = x;
    for (const child of [...frame.children.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      place(child, at, depth + 1);
      at += child.totalUs * scale;
    }
  };
  place(root, SIDE, 0);
  return boxes;
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function box({ frame, x, width, depth }: Box, height: number, totalUs: number): string {
  const y = height - SIDE - (depth + 1) * ROW;
  const share = ((100 * frame.totalUs) / totalUs).toFixed(1);
  const title = `${frame.name}${frame.place === '' ? '' : `  ${frame.place}`}  ${share} %, ${(frame.totalUs / 1000).toFixed(1)} ms`;
  const room = Math.floor((width - 6) / CHARACTER_WIDTH);
  const label = room < 3 ? '' : frame.name.length <= room ? frame.name : `${frame.name.slice(0, room - 1)}…`;
  const colour = depth === 0 ? OTHER_COLOUR : (LAYER_COLOURS[layerOf(frame)] ?? OTHER_COLOUR);
  return (
    `<g><title>${escapeXml(title)}</title>` +
    `<rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(0.3, width - 0.5).toFixed(1)}" height="${ROW - 1}" rx="2" fill="${colour}"/>` +
    `${label === '' ? '' : `<text x="${(x + 3).toFixed(1)}" y="${y + 12.5}">${escapeXml(label)}</text>`}</g>`
  );
}

function legend(boxes: readonly Box[]): string {
  const present = new Set(boxes.slice(1).map(({ frame }) => layerOf(frame)));
  let x = SIDE;
  return Object.entries(LAYER_COLOURS)
    .filter(([layer]) => present.has(layer))
    .map(([layer, colour]) => {
      const at = x;
      x += 24 + layer.length * CHARACTER_WIDTH;
      return `<rect x="${at}" y="50" width="11" height="11" rx="2" fill="${colour}"/><text x="${at + 15}" y="60">${layer}</text>`;
    })
    .join('');
}

/** Opened by itself, the picture can be searched; shown in a page it is just a picture. */
const SEARCH = `
const field = document.getElementById('search');
const frames = [...document.querySelectorAll('g.frames > g')];
function search() {
  const words = prompt('Frames whose name or file contains', '');
  for (const frame of frames) {
    const hit = words && frame.firstChild.textContent.toLowerCase().includes(words.toLowerCase());
    frame.classList.toggle('hit', Boolean(hit));
  }
}
field.addEventListener('click', search);
`;

/** A self-contained SVG: widths are time, colours are layers, tooltips tell function, place and share. */
export function renderFlame(flame: Flame, title: string, subtitle: string): string {
  const boxes = layOut(flame.root);
  const depth = Math.max(0, ...boxes.map((one) => one.depth)) + 1;
  const height = HEAD + depth * ROW + SIDE;
  const totalUs = Math.max(1, flame.root.totalUs);
  const awake = (100 * flame.root.totalUs) / Math.max(1, flame.root.totalUs + flame.asleepUs);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">
<style>text{font:11px ui-monospace,Menlo,Consolas,monospace;fill:#1c1917}.title{font:600 15px system-ui,sans-serif}.note{font:12px system-ui,sans-serif;fill:#57534e}.frames g:hover rect{stroke:#1c1917}.hit rect{fill:#e11d48}.hit text{fill:#fff}#search{cursor:pointer;text-decoration:underline}</style>
<rect width="100%" height="100%" fill="#ffffff"/>
<text class="title" x="${SIDE}" y="22">${escapeXml(title)}</text>
<text class="note" x="${SIDE}" y="39">${escapeXml(`${subtitle}; awake ${awake.toFixed(1)} % of the time, which the widths share out`)}</text>
<text class="note" id="search" x="${WIDTH - SIDE - 45}" y="22">search</text>
${legend(boxes)}
<g class="frames">
${boxes.map((one) => box(one, height, totalUs)).join('\n')}
</g>
<script><![CDATA[${SEARCH}]]></script>
</svg>
`;
}
