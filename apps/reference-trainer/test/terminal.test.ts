import { afterEach, describe, expect, it, vi } from 'vitest';
import { isUnderNohup } from '../src/process/nohup';
import { percent } from '../src/terminal/percent';
import { keepFigures, Progress } from '../src/terminal/progress';
import { Terminal } from '../src/terminal/terminal';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  for (const stream of [process.stdout, process.stderr]) Reflect.deleteProperty(stream, 'isTTY');
});

const asTerminal = (stream: NodeJS.WriteStream, isTTY: boolean) =>
  Object.defineProperty(stream, 'isTTY', { value: isTTY, configurable: true });

describe('colours', () => {
  it.each([
    ['stdout is a terminal', { stdout: true, stderr: false, json: false }, true],
    ['stderr alone is', { stdout: false, stderr: true, json: false }, false],
    ['words go to stderr, a terminal', { stdout: false, stderr: true, json: true }, true],
    ['words go to stderr, and stdout alone is one', { stdout: true, stderr: false, json: true }, false],
  ])('where %s', (_, { stdout, stderr, json }, expected) => {
    vi.stubEnv('NO_COLOR', '');
    vi.stubEnv('TERM', 'xterm');
    asTerminal(process.stdout, stdout);
    asTerminal(process.stderr, stderr);
    expect(new Terminal(json).hasColors).toBe(expected);
    vi.stubEnv('NO_COLOR', '1');
    expect(new Terminal(json).hasColors).toBe(false);
    vi.stubEnv('NO_COLOR', '');
    vi.stubEnv('TERM', 'dumb');
    expect(new Terminal(json).hasColors).toBe(false);
  });
});

describe('progress', () => {
  function watch(isLive: boolean) {
    vi.stubEnv('TERM', 'xterm');
    asTerminal(process.stderr, isLive);
    let [now, written] = [0, ''];
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((written += String(text)), true));
    const terminal = new Terminal(true);
    const progress = new Progress(terminal, 'training', 100);
    return { terminal, progress, at: (seconds: number) => (now = 1000 * seconds), written: () => written };
  }

  it.each([true, false])('does not count the compilation in the first step (live: %s)', (isLive) => {
    const { progress, at, written } = watch(isLive);
    // A minute for compiling, then one second per step.
    at(60);
    progress.update(1);
    expect(written().match(/ETA (.*)$/m)?.[1]).toBe('...');
    at(66);
    progress.update(7);
    expect(written().match(/.*ETA (.*?)(?:\n|$)/s)?.[1]).toBe('1 min 33 s');
    progress.stop();
  });

  it('of a resumed run counts only the steps of this process', () => {
    const { progress, at, written } = watch(true);
    at(10);
    progress.update(91);
    at(12);
    progress.update(92);
    expect(written().endsWith('92/100  ETA 16 s')).toBe(true);
  });

  it('leaves figures on the terminal, but not the bar, which is never wider than it', () => {
    const { terminal, progress, at, written } = watch(true);
    at(1);
    progress.update(1, { loss: 'x'.repeat(300) });
    keepFigures(terminal, 'training 1/100', { loss: '0.5', 'held out': '12.0%' });
    at(2);
    progress.update(2, { loss: '0.4' });
    progress.stop();
    // The final content of the terminal, without lines that were redrawn.
    const shown = written().split('\n').map((line) => line.split('\r\x1b[K').at(-1)); // prettier-ignore
    expect(shown).toEqual(['training 1/100  loss 0.5  held out 12.0%', '']);
    for (const drawn of written().split(/\r\x1b\[K|\n/)) expect(drawn.length).toBeLessThan(80);
    // No mode of the terminal is changed, so a killed process need not restore one.
    expect(written().replaceAll('\r\x1b[K', '')).not.toContain('\x1b');
  });
});

describe('nohup', () => {
  const devNull = (flags: number) => ({ path: '/dev/null', flags });
  it.each([
    ['the shell says so', { command: '/usr/bin/nohup', stdin: undefined }, true],
    ['stdin is /dev/null, for writing only', { command: '/bin/node', stdin: devNull(0o2100001) }, true],
    ['stdin is /dev/null, for reading', { command: '/bin/node', stdin: devNull(0o100000) }, false],
    ['stdin is another file', { command: undefined, stdin: { path: '/tmp/x', flags: 1 } }, false],
    ['nothing is known', { command: undefined, stdin: undefined }, false],
  ])('is told where %s', (_, by, expected) => expect(isUnderNohup(by)).toBe(expected));
});

it('a share is shown in percent, an unknown one as -', () => {
  expect([percent(0.9731), percent(0.9731, 2), percent(1, 0)]).toEqual(['97.3%', '97.31%', '100%']);
  expect([percent(undefined), percent(Number.NaN)]).toEqual(['-', '-']);
});
