import { describe, expect, it } from 'vitest';
import { buildFlame, type CpuProfile } from '../../../flamegraphs/profile.ts';
import { renderFlame } from '../../../flamegraphs/render.ts';
import { SourcePositions } from '../../../flamegraphs/source-positions.ts';

const call = (functionName: string, url = '') => ({ functionName, url, lineNumber: 9, columnNumber: 0 });
const profile: CpuProfile = {
  nodes: [
    { id: 1, callFrame: call('(root)'), children: [2, 3, 5] },
    { id: 2, callFrame: call('(idle)') },
    { id: 3, callFrame: call('serve', 'node:net'), children: [4] },
    { id: 4, callFrame: call('a<b'), children: [] },
    { id: 5, callFrame: call('serve', 'node:net') },
  ],
  startTime: 1000,
  endTime: 1600,
  samples: [2, 3, 4, 4, 5, 2],
  timeDeltas: [100, 100, 100, 100, 100, 100],
};
const positions = new SourcePositions(process.cwd());

describe('buildFlame', () => {
  it('adds the time of each frame and of those above it, and merges what is one function', () => {
    const { root, asleepUs } = buildFlame(profile, 0, 2000, positions);
    const serve = root.children.get('serve node:net:10');
    expect([root.totalUs, serve?.totalUs, asleepUs]).toEqual([400, 400, 100]);
    expect([...(serve?.children.values() ?? [])].map(({ name, totalUs }) => [name, totalUs])).toEqual([['a<b', 200]]);
  });

  it('keeps to the window', () => {
    expect(buildFlame(profile, 1300, 1400, positions).root.totalUs).toBe(200);
  });
});

describe('renderFlame', () => {
  it('makes a picture that stands alone, texts escaped', () => {
    const svg = renderFlame(buildFlame(profile, 0, 2000, positions), 'GET', '1 s of load');
    expect(svg).toContain('<title>a&lt;b  50.0 %, 0.2 ms</title>');
    expect(svg).toContain('<title>serve  node:net:10  100.0 %, 0.4 ms</title>');
    expect(svg).toContain('awake 80.0 %');
    expect(svg.match(/(href|src)=/)).toBeNull();
  });
});
