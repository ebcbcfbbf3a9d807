import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import headless from '@xterm/headless';
import { describe, expect, it, vi } from 'vitest';
import { trainingViewLines, type TrainingView } from '../src/run/training/training-view';
import { History, sparkline } from '../src/terminal/sparkline';
import { writeQuickConfig } from './quick-run';
import { builtProgram } from './run-hrm';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('training-view');
vi.setConfig({ testTimeout: 60_000 });

const view: TrainingView = {
  name: 'sudoku-4x4-demo',
  step: 1240,
  lastStep: 2000,
  secondsLeft: 80,
  losses: [4, 3, 2, 1],
  figures: { loss: '0.412', exact: '45.2%', segments: '2.31', 'samples/s': '412', save: 'in 40' },
  heldOut: { step: 1000, exactAccuracy: 0.38, best: 0.4 },
  puzzle: { title: ['Held-out puzzle 3', 'not solved yet', 'segment 2 of 8'], drawing: '┌───┐\n│ 1 │\n└───┘' },
};

describe('the view of a training', () => {
  const lines = (columns: number, rows = 24, more: Partial<TrainingView> = {}) =>
    trainingViewLines({ ...view, ...more }, { columns, rows, hasColors: false });

  it('shows the course of the loss, a bar, the last evaluation and a puzzle', () => {
    expect(lines(80)).toEqual([
      'sudoku-4x4-demo  step 1,240/2,000',
      '███████████████████░░░░░░░░░░░  62%  ETA 1 min 20 s',
      '█▆▃▁',
      'loss 0.412  exact 45.2%  segments 2.31  samples/s 412  save in 40',
      'held out 38.0%  at step 1,000  best 40.0%',
      '',
      'Held-out puzzle 3  not solved yet  segment 2 of 8',
      '┌───┐',
      '│ 1 │',
      '└───┘',
    ]);
    expect(lines(80, 24, { evaluating: { done: 5, total: 40 } })).toContain('evaluating: 5 of 40 puzzles');
  });

  it.each([40, 20, 10, 3])('fits %i columns', (columns) => {
    const shown = lines(columns);
    expect(Math.max(...shown.map((line) => line.length))).toBeLessThan(columns);
    expect(shown.join(' ')).toContain(columns < 20 ? '█' : 'loss 0.412');
  });

  it('leaves out a puzzle that is too wide or too high, and in a very low terminal more', () => {
    expect(lines(80, 12).at(-1)).toBe('└───┘');
    expect(lines(80, 10).at(-1)).toContain('held out');
    expect(lines(80, 3)).toHaveLength(2);
    expect(lines(80, 24, { puzzle: { title: ['a'], drawing: '─'.repeat(80) } }).at(-1)).toContain('held out');
  });

  it('has colours only where they are wanted', () => {
    const coloured = trainingViewLines(view, { columns: 80, rows: 24, hasColors: true });
    expect(coloured.join()).toContain('\x1b[34m█▆▃▁');
    expect(coloured.map(stripVTControlCharacters)).toEqual(lines(80));
  });
});

it('a sparkline shows means of a history that keeps the whole course in little memory', () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8)).toBe('▁▂▃▄▅▆▇█');
  expect([sparkline([0, 0, 7, 7], 2), sparkline([3, 3], 9), sparkline([], 5)]).toEqual(['▁█', '▁▁', '']);
  const history = new History();
  for (let value = 0; value < 10_000; value++) history.add(value);
  history.add(Number.NaN);
  expect(history.values.length).toBeLessThan(512);
  expect(history.values.slice(0, 2)).toEqual([15.5, 47.5]);
});

/** `hrm train` on a pseudo-terminal, whose screen is what an emulator makes of its output. */
function trainOnTerminal(columns: number, rows: number, options: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const program = builtProgram(new URL('../dist/hrm.js', import.meta.url));
  const script = fileURLToPath(new URL('./pseudo-terminal.py', import.meta.url));
  const command = [process.execPath, program, 'train', writeQuickConfig('quick.json'), ...options];
  const child = spawn('python3', [script, String(columns), String(rows), ...command], {
    env: { ...process.env, HRM_BACKEND: 'wasm', TERM: 'xterm', NO_COLOR: '', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const emulator = new headless.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 1000 });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    emulator.write(text);
  });
  const screen = () => {
    const { active } = emulator.buffer;
    return Array.from({ length: active.length }, (_, row) => active.getLine(row)!.translateToString(true));
  };
  return {
    output: () => output,
    screen,
    shows: (text: RegExp) => vi.waitFor(() => expect(screen().join('\n')).toMatch(text), 20_000),
    resize: (width: number, height: number) => {
      emulator.resize(width, height);
      child.stdin.write(`${width} ${height}\n`);
    },
    key: (code: number) => child.stdin.write(`key ${code}\n`),
    end: async () => {
      const [status] = (await once(child, 'close')) as [number];
      // All of it is on the screen.
      await new Promise<void>((resolve) => emulator.write('', resolve));
      return { status, lines: screen().filter((line) => line !== '') };
    },
  };
}

const endless = ['--set', 'training.steps=100000', '--set', 'training.evaluateEvery=40'];

describe('hrm train on a terminal', () => {
  it('redraws its view in place, at any width, and leaves the terminal clean on Ctrl-C', async () => {
    const terminal = trainOnTerminal(100, 24, ['--out', 'shown', ...endless]);
    await terminal.shows(/step \d+\/100,000\n░+ {2}0% {2}ETA .*\n[▁▂▃▄▅▆▇█]+\nloss/);
    await terminal.shows(/^Held-out puzzle 1 {2}not solved yet {2}segment \d of 4\n┌/m);
    for (const columns of [40, 20, 60]) {
      terminal.resize(columns, 50);
      const before = terminal
        .output()
        .match(/step [\d,]+\/100,000/g)!
        .at(-1)!;
      // Drawn again, without rests of the view before.
      await vi.waitFor(() => {
        const steps = terminal.screen().filter((line) => line.includes('step ') && line.includes('/100,000'));
        expect(steps).toHaveLength(1);
        expect(steps[0]).not.toContain(before);
      }, 20_000);
      expect(terminal.screen().filter((line) => line.startsWith('┌'))).toHaveLength(1);
    }
    terminal.key(3);
    const { status, lines } = await terminal.end();
    expect(status).toBe(130);
    const text = lines.join('\n');
    expect(text).not.toMatch(/ETA|\/100,000|┌/);
    expect(text).toMatch(/SIGINT: finishing the step and saving/);
    expect(text).toMatch(/Trained to step .* of 100,000/);
    // It changes no mode of the terminal that would have to be restored: not even the cursor is hidden.
    expect(terminal.output()).not.toContain('\x1b[?25');
    expect(terminal.output()).toContain('\x1b[34m');
  });

  it('leaves it clean after an error, and without colours where NO_COLOR is set', async () => {
    const terminal = trainOnTerminal(80, 24, ['--out', 'failed', '--set', 'training.learningRate=1e38'], {
      NO_COLOR: '1',
    });
    const { status, lines } = await terminal.end();
    expect(status).toBe(1);
    expect(lines.join('')).toMatch(/is not finite|learning rate/);
    expect(lines.join('\n')).not.toMatch(/ETA|┌/);
    expect(terminal.output()).toContain('ETA');
    expect(terminal.output()).not.toMatch(/\x1b\[[\d;]*m/);
  });

  it('writes plain lines on a dumb one', async () => {
    const terminal = trainOnTerminal(80, 24, ['--out', 'dumb'], { TERM: 'dumb' });
    expect((await terminal.end()).status).toBe(0);
    expect(terminal.output()).toMatch(/^training 4\/4 {2}loss .*held out /m);
    expect(terminal.output()).not.toContain('\x1b');
  });
});
