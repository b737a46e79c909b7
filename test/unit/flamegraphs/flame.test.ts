import { describe, expect, it } from 'vitest';
import { functionAt } from '../../../flamegraphs/inlined.ts';
import { layerOf, selfTimes } from '../../../flamegraphs/layers.ts';
import { missedPage } from '../../../flamegraphs/missed.ts';
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

describe('what V8 put into another function', () => {
  const bundle = [
    'var LIMIT = 8;',
    'function find(table, key) {',
    '  for (let i = 0; i < LIMIT; i++) {',
    '    if (table[i] === key) return i;',
    '  }',
    '  return -1;',
    '}',
    'var Store = class {',
    '  get(key) {',
    '    const at = find(this.table, key);',
    '    if (at < 0) {',
    '      return void 0;',
    '    }',
    '    return this.values[at];',
    '  }',
    '  #grow(by = half(2)) {',
    '    this.values.push(',
    '      by',
    '    );',
    '  }',
    '};',
    'var half = (n) => n >> 1;',
  ];
  const nameAt = (line: number) => functionAt(bundle, line)?.name;

  it('is found by its line', () => {
    expect([3, 5, 9, 11, 13, 17, 21].map(nameAt)).toEqual(['find', 'find', 'get', 'get', 'get', '#grow', 'half']);
    expect(functionAt(bundle, 11)).toEqual({ name: 'get', line: 8, column: 5 });
    expect(nameAt(0)).toBeUndefined();
  });

  it('gets its share of the time', () => {
    class OneBundle extends SourcePositions {
      override functionAt(url: string, line: number) {
        return url === 'bundle' ? functionAt(bundle, line) : undefined;
      }
    }
    const callFrame = { functionName: 'get', url: 'bundle', lineNumber: 8, columnNumber: 5 };
    const positionTicks = [
      { line: 10, ticks: 1 },
      { line: 4, ticks: 3 },
    ];
    const inlining: CpuProfile = {
      nodes: [
        { id: 1, callFrame: call('(root)'), children: [2] },
        { id: 2, callFrame, positionTicks },
      ],
      startTime: 0,
      endTime: 800,
      samples: [2, 2],
      timeDeltas: [0, 400],
    };
    const { root } = buildFlame(inlining, 0, 900, new OneBundle(process.cwd()));
    expect(Object.fromEntries(selfTimes(root, ({ name }) => name))).toEqual({ get: 100, find: 300 });
    expect(root.totalUs).toBe(400);
  });
});

describe('the page of missed goals', () => {
  it('tells a load, what it missed and where its time went', () => {
    const verdict = { what: 'server CPU per request, -P 16', goal: '≤ 0.60 ×', figure: '0.71 ×', isMet: false };
    const taken = {
      threads: new Map([['main', buildFlame(profile, 0, 2000, positions)]]),
      seconds: 1,
      kernelShare: 0.28,
    };
    const load = {
      scenario: 'zadd',
      title: 'ZADD',
      pipeline: 16,
      verdicts: [verdict],
      file: 'zadd-p16-main.svg',
      taken,
    };
    const page = missedPage([load]);
    expect(page).toContain('| [ZADD, -P 16](zadd-p16-main.svg) | CPU 0.71 × (≤ 0.60 ×) | 28 % | 0 % |');
    expect(page).toContain('`a<b` 50 %');
    expect([...selfTimes(taken.threads.get('main')!.root, layerOf)].map(([layer]) => layer).sort()).toEqual([
      'native code and kernel',
      'node and packages',
    ]);
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
