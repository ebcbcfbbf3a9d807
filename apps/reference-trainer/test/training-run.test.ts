import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSafetensors } from '@hrm/files';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hrm, startHrm } from './run-hrm';
import { tinyRun } from './tiny-run';

const folder = mkdtempSync(join(tmpdir(), 'hrm-training-run-'));
const config = join(folder, 'tiny.json');
const whole = join(folder, 'whole');
beforeAll(() => {
  writeFileSync(config, JSON.stringify(tinyRun));
  const { status, stderr, json } = hrm(['train', config, '--out', whole, '--json']);
  expect(status, stderr).toBe(0);
  expect(json).toMatchObject({ steps: 12, count: 24, reachedGoal: false });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** SHA-256 of every file that training changes, at the last step. */
function fingerprint(run: string): Record<string, string> {
  const files = { 'metrics.jsonl': join(run, 'metrics.jsonl') };
  const last = join(run, 'checkpoints', 'checkpoint-00000012');
  for (const name of readdirSync(last))
    if (name.endsWith('.safetensors')) Object.assign(files, { [name]: join(last, name) });
  return Object.fromEntries(
    Object.entries(files).map(([name, path]) => [name, createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}

/** The halting figures of an evaluation. */
type Halting = { halted: { meanSegments: number; haltingSteps: number[] } };

describe('a run', () => {
  it('writes its description, metrics and checkpoints', () => {
    const lines = readFileSync(join(whole, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
    const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records.filter((record) => 'tokenLoss' in record).map((record) => record['step'])).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    expect(records.filter((record) => 'evaluation' in record).map((record) => record['step'])).toEqual([5, 10, 12]);
    for (const record of records) {
      const counted = 'evaluation' in record ? 24 : record['count'];
      const { haltingSteps } = ('evaluation' in record ? (record['evaluation'] as Halting).halted : record) as {
        haltingSteps: number[];
      };
      expect(haltingSteps).toHaveLength(4);
      expect(haltingSteps.reduce((sum, puzzles) => sum + puzzles, 0)).toBe(counted);
    }
    expect(readdirSync(join(whole, 'checkpoints')).sort()).toContain('checkpoint-00000012');
    expect(existsSync(join(whole, 'config.json'))).toBe(true);
  });

  it('keeps its weights under the official names', () => {
    const path = join(whole, 'checkpoints', 'checkpoint-00000012', 'weights.safetensors');
    const { tensors } = parseSafetensors(readFileSync(path), { path });
    expect(tensors.get('inner.H_level.layers.0.mlp_t.gate_up_proj.weight')!.shape).toEqual([512, 17]);
    expect(tensors.get('inner.puzzle_emb.weights')!.shape).toEqual([1, 16]);
    expect(tensors.get('inner.H_init')!.shape).toEqual([16]);
  });

  it('ends bit for bit the same when repeated, and differently with another seed', () => {
    const again = join(folder, 'again');
    expect(hrm(['train', config, '--out', again]).status).toBe(0);
    expect(fingerprint(again)).toEqual(fingerprint(whole));
    const other = join(folder, 'other');
    expect(hrm(['train', config, '--out', other, '--seed', '1']).status).toBe(0);
    expect(fingerprint(other)['weights.safetensors']).not.toBe(fingerprint(whole)['weights.safetensors']);
  });

  it.each([2, 5, 7])('ends bit for bit the same when stopped after step %i and resumed', (steps) => {
    const run = join(folder, `stopped-${steps}`);
    expect(hrm(['train', config, '--out', run, '--max-steps', String(steps)]).status).toBe(0);
    const { status, stdout, stderr } = hrm(['train', config, '--out', run, '--resume']);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain(`Resuming at step ${steps}`);
    const { 'metrics.jsonl': metrics, ...files } = fingerprint(run);
    const { 'metrics.jsonl': expected, ...expectedFiles } = fingerprint(whole);
    expect(files).toEqual(expectedFiles);
    // The last step of the first part was evaluated too; only there may the two logs differ.
    if (steps === 5) expect(metrics).toBe(expected);
  });

  it('cannot be resumed with another model', () => {
    const run = join(folder, 'changed');
    cpSync(whole, run, { recursive: true });
    const { status, stderr } = hrm(['train', config, '--out', run, '--resume', '--set', 'model.hiddenSize=32']);
    expect(status).toBe(2);
    expect(stderr).toContain('--resume');
  });

  it('finishes its step and saves on SIGINT, and exits with 130', async () => {
    const run = join(folder, 'interrupted');
    const child = startHrm([
      'train',
      config,
      '--out',
      run,
      '--set',
      'training.steps=100000',
      '--set',
      'training.evaluateEvery=100000',
    ]);
    let output = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (output += text));
    while (!existsSync(join(run, 'checkpoints', 'checkpoint-00000003'))) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (child.exitCode !== null) throw new Error(`it ended too soon:\n${output}`);
    }
    child.kill('SIGINT');
    const [status] = (await once(child, 'exit')) as [number];
    expect(status).toBe(130);
    const saved = readdirSync(join(run, 'checkpoints'))
      .filter((name) => name.startsWith('checkpoint-'))
      .sort();
    const lastStep = JSON.parse(readFileSync(join(run, 'metrics.jsonl'), 'utf8').trimEnd().split('\n').at(-1)!) as {
      step: number;
    };
    expect(Number(saved.at(-1)!.slice('checkpoint-'.length))).toBe(lastStep.step);
  });
});

describe('a trained run', () => {
  it('is evaluated', () => {
    const { status, json } = hrm(['eval', '--run', whole, '--json']);
    expect(status).toBe(0);
    expect(json).toMatchObject({ count: 24, meanSegments: 4, step: 12 });
    const lastLine = readFileSync(join(whole, 'metrics.jsonl'), 'utf8').trimEnd().split('\n').at(-1)!;
    const { evaluation } = JSON.parse(lastLine) as { evaluation: Record<string, number> };
    expect(json['accuracy']).toBeCloseTo(evaluation['accuracy']!, 6);
    expect(json['exactAccuracy']).toBeCloseTo(evaluation['exactAccuracy']!, 6);
  });

  it('is evaluated with halting, together with all segments or alone', () => {
    const { json, stderr } = hrm(['eval', '--run', whole, '--json']);
    const lastLine = readFileSync(join(whole, 'metrics.jsonl'), 'utf8').trimEnd().split('\n').at(-1)!;
    // The figures that training computes from all segments equal those of real halting.
    const { evaluation } = JSON.parse(lastLine) as { evaluation: Halting };
    const { haltingSteps, ...figures } = evaluation.halted;
    const { halted } = json as unknown as Halting;
    expect(halted.haltingSteps).toEqual(haltingSteps);
    for (const [name, value] of Object.entries(figures)) {
      expect((halted as unknown as Record<string, number>)[name], name).toBeCloseTo(value, 6);
    }
    const mean = haltingSteps.reduce((sum, puzzles, i) => sum + puzzles * (i + 1), 0) / 24;
    expect(halted.meanSegments).toBeCloseTo(mean, 6);
    expect(stderr).toContain(`Puzzles halted after 1, 2, ... segments: ${haltingSteps.join(', ')}.`);

    expect(hrm(['eval', '--run', whole, '--json', '--until', 'end']).json['halted']).toBeUndefined();
    const alone = hrm(['eval', '--run', whole, '--json', '--until', 'halted']).json;
    expect(alone).toMatchObject({ count: 24, step: 12, halted: { haltingSteps } });
    expect(alone['exactAccuracy']).toBeUndefined();
    expect(hrm(['eval', '--run', whole, '--until', 'never']).status).toBe(2);
  });

  it.each(['argument', 'stdin'])('solves a puzzle given by %s', (by) => {
    const puzzle = '1... ..3. .4.. ...2';
    const { status, stdout, stderr, json } =
      by === 'stdin'
        ? hrm(['solve', '--run', whole, '--json'], `${puzzle}\n`)
        : hrm(['solve', puzzle, '--run', whole, '--json']);
    expect(status, stderr).toBe(0);
    expect(json['answer']).toMatch(/^[1-4.]{16}$/);
    expect(json['segments']).toBe(4);
    expect(typeof json['valid']).toBe('boolean');
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  it('is shown with colours on a terminal, but never in a file', () => {
    // Its stderr looks like a terminal, its stdout does not.
    const { status, stdout } = hrm(['solve', '1... ..3. .4.. ...2', '--run', whole], '', { live: true });
    expect(status).toBe(0);
    expect(stdout).toContain('segment 1: first answer');
    expect(stdout).not.toContain('\x1b');
  });

  it('waits for a puzzle that arrives slowly on stdin', async () => {
    const child = startHrm(['solve', '--run', whole, '--json'], { stdin: 'pipe' });
    let output = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (output += text));
    let errors = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (errors += text));
    // In two halves, the first after the command has begun to read.
    for (const half of ['1... ..3.', ' .4.. ...2\n']) {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      child.stdin!.write(half);
    }
    child.stdin!.end();
    const [status] = (await once(child, 'close')) as [number];
    expect(status, errors).toBe(0);
    expect((JSON.parse(output) as { answer: string }).answer).toMatch(/^[1-4.]{16}$/);
  });

  it.each(['12', '1... ..3. .4.. ...?', '11.. .... .... ....'])('says what is wrong with the puzzle %j', (puzzle) => {
    const { status, stderr } = hrm(['solve', puzzle, '--run', whole]);
    expect(status).toBe(2);
    expect(stderr).toContain('PUZZLE');
  });

  it('is measured for whether its recursion converges', () => {
    const svg = join(folder, 'residuals.svg');
    const { status, stderr, json } = hrm([
      'residuals',
      '--run',
      whole,
      '--segments',
      '2',
      '--puzzles',
      '3',
      '--svg',
      svg,
      '--json',
    ]);
    expect(status, stderr).toBe(0);
    const applications = json['applications'] as { application: string; residual: number }[];
    expect(applications.map(({ application }) => application).join(' ')).toBe('fL fL fH fL fL fH fL fL fH fL fL fH');
    expect(applications.every(({ residual }) => residual > 0)).toBe(true);
    expect(json['spectralRadius']).toBeGreaterThan(0);
    expect(readFileSync(svg, 'utf8').match(/<circle/g)).toHaveLength(12);
  });

  it('says so when its checkpoints are damaged', () => {
    const run = join(folder, 'damaged');
    cpSync(whole, run, { recursive: true });
    for (const name of readdirSync(join(run, 'checkpoints')))
      writeFileSync(join(run, 'checkpoints', name, 'weights.safetensors'), 'x');
    const { status, stderr } = hrm(['eval', '--run', run]);
    expect(status).toBe(1);
    expect(stderr).toContain('weights.safetensors');
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
