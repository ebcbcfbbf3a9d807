import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '@hrm/ui/run-record';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hrm } from './run-hrm';
import { runInProcess } from './run-in-process';
import { writeQuickConfig } from './quick-run';

const folder = mkdtempSync(join(tmpdir(), 'hrm-report-'));
const config = join(folder, 'quick.json');
const run = join(folder, 'run');
let trained: ReturnType<typeof hrm>;
beforeAll(() => {
  // Held-out puzzles whose names would end a script.
  writeQuickConfig(config, { name: '</script><b>quick', generate: { test: 20 } });
  trained = hrm(['train', config, '--out', run, '--json']);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The report in a page. */
function reportIn(path: string): Report {
  const page = readFileSync(path, 'utf8');
  return JSON.parse(/<script id="report" type="application\/json">(.*?)<\/script>/s.exec(page)![1]!) as Report;
}

describe('hrm train', () => {
  it('ends with a report of one file, under a policy that loads nothing', () => {
    expect([trained.status, trained.stderr]).toEqual([
      0,
      expect.stringContaining(`Report: ${join(run, 'report.html')}`),
    ]);
    const page = readFileSync(join(run, 'report.html'), 'utf8');
    expect(page).toMatch(/<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-/);
    expect(page).not.toMatch(/<link rel="stylesheet"|src="|<b>quick/);
    expect(page.length).toBeLessThan(200_000);
  });

  it('puts what the run and its model do into the report', () => {
    const [record] = reportIn(join(run, 'report.html')).runs;
    expect(record).toMatchObject({
      name: '</script><b>quick',
      task: 'Sudoku of 4x4',
      isTraining: false,
      lastStep: 4,
      checkpoints: { best: { step: 4 }, last: { step: 4 } },
      sessions: [{ step: 0, machine: { backend: 'wasm' } }],
      missing: [],
    });
    expect(record!.curves.step).toEqual([1, 2, 3, 4]);
    const { examination } = record!;
    expect(examination).toMatchObject({ step: 4, checkpoint: 'best', puzzles: 20, puzzlesOfRun: 20 });
    expect(examination!.solved).toHaveLength(4);
    expect(examination!.halting.reduce((sum, count) => sum + count)).toBe(20);
    expect(examination!.residuals!.zL).toHaveLength(4);
    expect(examination!.calibration!.count).toBe(80);
    // Those that it fails come first.
    const isRight = examination!.shown.map(({ segments }) => segments.at(-1)!.isRight);
    expect(isRight).toEqual([...isRight].sort());
    expect(examination!.shown).toHaveLength(12);
    expect(examination!.shown[0]).toMatchObject({
      question: { style: 'digits', boxes: { rows: 2, columns: 2 } },
      segments: [{}, {}, {}, { picture: { style: 'digits' } }],
    });
  });

  it('warns where no report can be written, and is done all the same', () => {
    const other = join(folder, 'other');
    expect(hrm(['train', config, '--out', other, '--no-report', '--max-steps', '2']).status).toBe(0);
    expect(existsSync(join(other, 'report.html'))).toBe(false);
    mkdirSync(join(other, 'report.html'));
    const { status, stdout } = hrm(['train', '--resume', '--out', other]);
    expect([status, stdout]).toEqual([
      0,
      expect.stringMatching(/Warning: the report could not be written: .*hrm report/),
    ]);
  });
});

describe('hrm report', () => {
  it('compares several runs, replaces its own report, and nothing else', () => {
    const second = join(folder, 'second');
    cpSync(run, second, { recursive: true });
    const out = join(folder, 'both.html');
    const { status, json } = hrm(['report', run, second, '--out', out, '--puzzles', '5', '--json']);
    expect(status).toBe(0);
    expect(json).toMatchObject({ out, runs: [{ run, steps: 4, puzzles: 5 }, { run: second }] });
    expect(reportIn(out).runs).toHaveLength(2);
    rmSync(join(second, 'checkpoints'), { recursive: true });
    expect(hrm(['report', second, '--out', out]).status).toBe(0);
    writeFileSync(out, '<!doctype html>mine');
    const refused = hrm(['report', second, '--out', out]);
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('is not a report')]);
    expect(readFileSync(out, 'utf8')).toBe('<!doctype html>mine');
  });

  it('shows what there is of a run without checkpoints or puzzles, and says what is missing', () => {
    const bare = join(folder, 'bare');
    cpSync(run, bare, { recursive: true });
    rmSync(join(bare, 'data'), { recursive: true });
    const { status, stdout, json } = hrm(['report', bare, '--json']);
    expect([status, stdout]).toEqual([0, expect.any(String)]);
    expect(json).toMatchObject({ runs: [{ steps: 4, missing: [expect.stringMatching(/^Halting, .*data/)] }] });
    const [record] = reportIn(join(bare, 'report.html')).runs;
    expect(record!.parameters).toBeGreaterThan(100);
    expect(record!.examination).toBeUndefined();
  });

  it('refuses what is no run, and a run given twice', async () => {
    const link = join(folder, 'link');
    symlinkSync(run, link, 'junction');
    const refusals = [
      [['report'], 'RUN is missing'],
      [['report', folder], 'holds no run'],
      [['report', run, run], 'is given twice'],
      [['report', run, `${run}/`], 'are the same folder'],
      [['report', run, link], 'are the same folder'],
    ] as const;
    for (const [args, message] of refusals) {
      expect(await runInProcess(args)).toMatchObject({ status: 2, stderr: expect.stringContaining(message) as string });
    }
  });
});
