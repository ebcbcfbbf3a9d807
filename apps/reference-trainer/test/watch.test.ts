import { once } from 'node:events';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import type { LiveRun } from '@hrm/ui/run-record';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { LineFollower } from '../src/watch/line-follower';
import { RunFollower } from '../src/watch/run-follower';
import { writeQuickConfig } from './quick-run';
import { hrm, startHrm } from './run-hrm';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('watch');
vi.setConfig({ testTimeout: 60_000 });

beforeAll(() => {
  const { status, stderr } = hrm(['train', writeQuickConfig('quick.json'), '--out', 'run', '--no-report']);
  expect(status, stderr).toBe(0);
});

describe('a file that is followed', () => {
  it('gives its new whole lines, and all of them anew when it was cut, replaced or removed', async () => {
    const file = new LineFollower('log');
    expect(await file.read()).toEqual({ lines: [], isAnew: false });
    writeFileSync('log', '1\n2\n3');
    expect(await file.read()).toEqual({ lines: ['1', '2'], isAnew: false });
    appendFileSync('log', '3\n');
    expect(await file.read()).toEqual({ lines: ['33'], isAnew: false });
    expect(await file.read()).toEqual({ lines: [], isAnew: false });
    // Cut, and longer again before the next look.
    truncateSync('log', 4);
    appendFileSync('log', '44\n55\n');
    expect(await file.read()).toEqual({ lines: ['1', '2', '44', '55'], isAnew: true });
    truncateSync('log', 2);
    expect(await file.read()).toEqual({ lines: ['1'], isAnew: true });
    rmSync('log');
    expect(await file.read()).toEqual({ lines: [], isAnew: true });
    expect(await file.read()).toEqual({ lines: [], isAnew: false });
  });
});

describe('a run that is followed', () => {
  it('may not exist yet, be cut, damaged and mended', async () => {
    const follower = new RunFollower('later');
    await follower.update();
    expect(follower.record.missing).toEqual(['There is no run in this folder yet.']);
    const before = follower.versions.record;
    cpSync('run', 'later', { recursive: true });
    await follower.update();
    expect(follower.record).toMatchObject({ name: 'quick', lastStep: 4, plannedSteps: 4, evaluations: [{ step: 4 }] });
    expect(follower.record.curves.step).toEqual([1, 2, 3, 4]);
    expect(follower.versions.record).not.toBe(before);
    // Another follower sees the same.
    const other = new RunFollower('later');
    await other.update();
    expect(other.versions).toEqual(follower.versions);

    const lines = readFileSync('later/metrics.jsonl', 'utf8').split('\n');
    writeFileSync('later/metrics.jsonl', `${lines.slice(0, 2).join('\n')}\n`);
    await follower.update();
    expect(follower.record).toMatchObject({ lastStep: 2, evaluations: [] });
    expect(follower.record.curves.loss.filter((loss) => loss !== null)).toHaveLength(2);
    appendFileSync('later/metrics.jsonl', 'no JSON\n');
    await follower.update();
    expect(follower.record.missing[0]).toMatch(/metrics\.jsonl.*line 3 is not JSON/);
    writeFileSync('later/metrics.jsonl', lines.join('\n'));
    await follower.update();
    expect(follower.record).toMatchObject({ lastStep: 4, curves: { step: [1, 2, 3, 4] } });
  });

  it('shows each puzzle with its answers, those that fail now first, and makes steps again that are trained again', async () => {
    cpSync('run', 'puzzles', { recursive: true });
    const puzzle = (index: number, exact: boolean) => {
      const cells = Array.from({ length: 16 }, (_, cell) => 2 + (cell % 4));
      return { index, question: cells.with(0, 1), answer: cells, prediction: exact ? cells : cells.with(0, 5), exact };
    };
    const line = (step: number, more: object) => `${JSON.stringify({ step, time: step, ...more })}\n`;
    const begin = { begin: { versions: {}, machine: {} } };
    const log = [
      line(0, begin),
      line(1, { memory: 1, puzzles: [puzzle(0, false), puzzle(1, false)] }),
      line(2, { memory: 1, puzzles: [puzzle(1, false), puzzle(0, true)] }),
      line(3, { memory: 1, puzzles: [puzzle(1, true)] }),
    ];
    writeFileSync('puzzles/observations.jsonl', log.join(''));
    const follower = new RunFollower('puzzles');
    const shown = async () => {
      await follower.update();
      return follower.puzzles.map(({ index, answers }) => [index, answers.map(({ step, isRight }) => `${step} ${isRight}`)]); // prettier-ignore
    };
    expect(await shown()).toEqual([
      [1, ['1 false', '2 false', '3 true']],
      [0, ['1 false', '2 true']],
    ]);
    expect(follower.puzzles[0]!.question).toMatchObject({ style: 'digits', rows: [' 234', '1234', '1234', '1234'] });
    expect(follower.puzzles[0]!.answers[0]!.picture).toMatchObject({ rows: ['4234', '1234', '1234', '1234'] });
    appendFileSync('puzzles/observations.jsonl', line(1, begin));
    expect(await shown()).toEqual([
      [0, ['1 false']],
      [1, ['1 false']],
    ]);
    appendFileSync('puzzles/observations.jsonl', line(2, { memory: 1, puzzles: [puzzle(5, false), puzzle(0, false)] }));
    expect(await shown()).toEqual([
      [0, ['1 false', '2 false']],
      [5, ['2 false']],
      [1, ['1 false']],
    ]);
  });
});

/** An event, and what came with it. */
interface Heard {
  id: string;
  data: LiveRun;
}

/** Listens to a server's events, as a browser does. */
function listen(address: string, lastId = '') {
  const events: Heard[] = [];
  let text = '';
  const connection = request(`${address}events`, { headers: { 'last-event-id': lastId } }, (response) => {
    response.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const [, id, data] = /^id: (.*)\ndata: (.*)$/.exec(text.slice(0, end)) ?? [];
        if (id !== undefined) events.push({ id, data: JSON.parse(data!) as LiveRun });
        text = text.slice(end + 2);
      }
    });
    response.on('error', () => undefined);
  });
  connection.on('error', () => undefined).end();
  return { events, close: () => connection.destroy() };
}

/** Starts `hrm watch`. */
async function startWatch(...args: readonly string[]) {
  const child = startHrm(['watch', ...args, '--json']);
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  const { address } = JSON.parse(line.toString()) as { address: string };
  const end = async () => {
    child.kill('SIGINT');
    return (await once(child, 'exit')) as [number | null, string | null];
  };
  return { address, end };
}

const status = (address: string, path: string, headers = {}, method = 'GET') =>
  new Promise<{ status?: number; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
    const { hostname, port } = new URL(address);
    request({ hostname, port, path, headers, method }, (response) => {
      response.resume();
      resolve({ status: response.statusCode!, headers: response.headers });
    })
      .on('error', reject)
      .end();
  });

describe('hrm watch', () => {
  it('serves one page to this machine only, under a strict policy', async () => {
    const { address, end } = await startWatch('run', '--port', '0');
    const html = await (await fetch(address)).text();
    expect(html).toMatch(/<script id="report" type="application\/json">\s*null\s*<\/script>/);
    const { headers } = await status(address, '/');
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-.*connect-src 'self'; frame-ancestors 'none'$/); // prettier-ignore
    expect(html).not.toContain('http-equiv="Content-Security-Policy"');
    // A page of another site whose name leads to this machine.
    for (const path of ['/', '/events']) {
      expect(await status(address, path, { host: 'elsewhere.example' })).toMatchObject({ status: 404 });
    }
    expect(await status(address, '/config.json')).toMatchObject({ status: 404 });
    expect(await status(address, '/', {}, 'POST')).toMatchObject({ status: 405 });
    expect(await end()).toEqual([130, null]);
  });

  it('sends what a browser lacks, also when one of both was started again', async () => {
    mkdirSync('two');
    cpSync('run', 'two/a', { recursive: true });
    const runs = ['two/a', 'two/b'];
    const first = await startWatch(...runs, '--port', '0');
    const heard = listen(first.address);
    await vi.waitFor(() => expect(heard.events).toHaveLength(2), 20_000);
    expect(heard.events.map(({ data }) => [data.index, data.of, data.record.lastStep])).toEqual([[0, 2, 4], [1, 2, 0]]); // prettier-ignore
    expect(heard.events[0]!.data.puzzles!.length).toBeGreaterThan(0);
    appendFileSync('two/a/metrics.jsonl', '{"step":5,"tokenLoss":1}\n');
    await vi.waitFor(
      () => expect(heard.events[2]).toMatchObject({ data: { index: 0, record: { lastStep: 5 } } }),
      20_000,
    );
    // The puzzles have not changed.
    expect(heard.events[2]!.data.puzzles).toBeUndefined();
    await first.end();

    cpSync('run', 'two/b', { recursive: true });
    const second = await startWatch(...runs, '--port', '0');
    const again = listen(second.address, heard.events[2]!.id);
    await vi.waitFor(() => expect(again.events.length).toBeGreaterThan(0), 20_000);
    // Of the first run nothing is new.
    expect(again.events.map(({ data }) => [data.index, data.record.lastStep])).toEqual([[1, 4]]);
    const stranger = listen(second.address, 'of/other/runs');
    await vi.waitFor(() => expect(stranger.events).toHaveLength(2), 20_000);
    heard.close();
    again.close();
    stranger.close();
    await second.end();
  });

  it('names what is wrong', () => {
    expect(hrm(['watch'])).toMatchObject({ status: 2, stderr: expect.stringContaining('RUN is missing') });
    expect(hrm(['watch', 'run', './run'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('are the same folder'),
    });
  });

  it('with hrm train --watch, lets the command go on when the training has ended', () => {
    const outcome = hrm(['train', 'quick.json', '--out', 'watched', '--watch', '--backend', 'cpu', '--json']); // prettier-ignore
    expect(outcome.status, outcome.stderr).toBe(0);
    expect(outcome.json).toMatchObject({ run: 'watched', steps: 4 });
    expect(existsSync('watched/report.html')).toBe(true);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('with hrm train --watch, ends with the training (%s)', async (signal) => {
    const out = `watched-${signal}`;
    const child = startHrm(['train', 'quick.json', '--out', out, '--watch', '--no-report', '--set', 'training.steps=100000']); // prettier-ignore
    let text = '';
    child.stdout!.setEncoding('utf8').on('data', (more: string) => (text += more));
    await vi.waitFor(() => expect(text).toMatch(/Watch it at \S+/), 20_000);
    const address = /Watch it at (\S+)/.exec(text)![1]!;
    const heard = listen(address);
    await vi.waitFor(() => expect(heard.events.at(-1)?.data.record.lastStep).toBeGreaterThan(0), 20_000);
    child.kill(signal);
    await once(child, 'exit');
    await vi.waitFor(() => expect(fetch(address)).rejects.toThrow('fetch failed'), 20_000);
    // The last step that was saved was shown.
    if (signal === 'SIGTERM') expect(text).toContain(`Trained to step ${heard.events.at(-1)!.data.record.lastStep.toLocaleString('en')} of`); // prettier-ignore
  });
});
