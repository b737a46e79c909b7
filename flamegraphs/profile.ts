import type { SourcePositions } from './source-positions.ts';

/** What `node --cpu-prof` writes; times in µs of the monotonic clock. */
export interface CpuProfile {
  readonly nodes: readonly CpuProfileNode[];
  readonly startTime: number;
  readonly endTime: number;
  /** The node that ran at each sample. */
  readonly samples: readonly number[];
  /** Time before each sample since the one before it. */
  readonly timeDeltas: readonly number[];
}

interface CpuProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
  readonly children?: readonly number[];
  /** On which lines, counting from 1, the function itself was seen, those of what V8 has put into it included. */
  readonly positionTicks?: readonly { readonly line: number; readonly ticks: number }[];
}

/** A function as called by its parents in the tree, with the time spent in it and below it. */
export interface Frame {
  readonly name: string;
  /** `src/store/table.ts:120`, `node:net:33`, or empty for what has no source. */
  readonly place: string;
  totalUs: number;
  readonly children: Map<string, Frame>;
}

export interface Flame {
  readonly root: Frame;
  /** Time in the window when the thread waited for work. It is no part of the tree. */
  readonly asleepUs: number;
}

/**
 * Where a thread has nothing to do: V8's name for waiting in libuv, and the functions of ours in which workers wait
 * (V8 gives `Atomics.wait` no frame of its own). Waiting for a lock is not among them: that is time one wants to see.
 */
const ASLEEP = [
  /^\(idle\) $/,
  /^(\w+\.)?sleep src\/memory\/doorbell\.ts/,
  /^(\w+\.)?waitForRoom src\/memory\/ring\.ts/,
];

/**
 * Adds the samples between two moments into a tree. Frames are told apart by their place in src/, so that a function
 * that V8 compiled several times is one frame.
 */
export function buildFlame(profile: CpuProfile, fromUs: number, toUs: number, positions: SourcePositions): Flame {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])));
  const paths = new Map<number, readonly Frame[] | undefined>();
  const selfUs = new Map<number, number>();
  const root: Frame = { name: 'all', place: '', totalUs: 0, children: new Map() };

  /** The frames from the root down to a node; undefined if the thread was asleep there. */
  const pathTo = (id: number): readonly Frame[] | undefined => {
    if (paths.has(id)) return paths.get(id);
    const node = nodes.get(id);
    const parent = parents.get(id);
    let path: readonly Frame[] | undefined;
    if (node === undefined || parent === undefined) {
      path = [root];
    } else {
      const above = pathTo(parent);
      if (above !== undefined) {
        const frame = childOf(above[above.length - 1], node.callFrame, positions);
        path = ASLEEP.some((pattern) => pattern.test(`${frame.name} ${frame.place}`)) ? undefined : [...above, frame];
      }
    }
    paths.set(id, path);
    return path;
  };

  let asleepUs = 0;
  let nowUs = profile.startTime;
  profile.samples.forEach((id, index) => {
    nowUs += profile.timeDeltas[index];
    if (nowUs < fromUs || nowUs > toUs) return;
    // A sample stands for the time until the next one.
    const lastsUs = Math.max(0, profile.timeDeltas[index + 1] ?? 0);
    const path = pathTo(id);
    if (path === undefined) {
      asleepUs += lastsUs;
    } else {
      for (const frame of path) frame.totalUs += lastsUs;
      selfUs.set(id, (selfUs.get(id) ?? 0) + lastsUs);
    }
  });
  for (const [id, us] of selfUs) shareOut(nodes.get(id), us, pathTo(id)?.at(-1), positions);
  return { root, asleepUs };
}

/**
 * Functions that V8 has put into another are children of it, whatever called them there: each gets the share of `us`, the
 * other's own time, that the lines tell.
 */
function shareOut(node: CpuProfileNode | undefined, us: number, frame: Frame | undefined, positions: SourcePositions) {
  if (node?.positionTicks === undefined || frame === undefined) return;
  const { url, lineNumber } = node.callFrame;
  const all = node.positionTicks.reduce((sum, { ticks }) => sum + ticks, 0);
  for (const { line, ticks } of node.positionTicks) {
    const inlined = positions.functionAt(url, line - 1);
    if (inlined === undefined || inlined.line === lineNumber) continue;
    const call = { functionName: inlined.name, url, lineNumber: inlined.line, columnNumber: inlined.column };
    childOf(frame, call, positions).totalUs += (us * ticks) / all;
  }
}

function childOf(parent: Frame, call: CpuProfileNode['callFrame'], positions: SourcePositions): Frame {
  const name = call.functionName || '(anonymous)';
  const { file, line } = positions.resolve(call.url, call.lineNumber, call.columnNumber);
  const place = file === '' ? '' : `${file}:${line}`;
  const key = `${name} ${place}`;
  let child = parent.children.get(key);
  if (child === undefined) {
    child = { name, place, totalUs: 0, children: new Map() };
    parent.children.set(key, child);
  }
  return child;
}
