import { describe, expect, it } from 'vitest';
import { runConfigSchema } from '../src/config/run-config';
import { describeGoal, reachesGoal } from '../src/run/training/training-goal';
import { tinyRun } from './tiny-run';

const reaches = (goal: object, exactAccuracy: number, halted: number) =>
  reachesGoal(runConfigSchema.parse({ ...tinyRun, training: { ...tinyRun.training, ...goal } }).training, {
    exactAccuracy,
    halted: { exactAccuracy: halted },
  });

describe('reachesGoal', () => {
  it('needs every goal of the config', () => {
    const both = { stopAtExactAccuracy: 0.99, stopAtHaltedAccuracy: 0.9 };
    expect(reaches(both, 0.99, 0.9)).toBe(true);
    expect(reaches(both, 0.98, 1)).toBe(false);
    expect(reaches(both, 1, 0.89)).toBe(false);
  });

  it('needs only the goal that is given', () => {
    expect(reaches({ stopAtExactAccuracy: 0.5 }, 0.5, 0)).toBe(true);
    expect(reaches({ stopAtHaltedAccuracy: 0.5 }, 0, 0.5)).toBe(true);
    expect(reaches({ stopAtHaltedAccuracy: 0.5 }, 1, 0.4)).toBe(false);
  });

  it('never stops a run without a goal', () => {
    expect(reaches({}, 1, 1)).toBe(false);
  });
});

it('describeGoal names the goals', () => {
  const words = (goal: object) =>
    describeGoal(runConfigSchema.parse({ ...tinyRun, training: { ...tinyRun.training, ...goal } }).training);
  expect(words({ stopAtExactAccuracy: 0.99 })).toBe('99%');
  expect(words({ stopAtExactAccuracy: 0.99, stopAtHaltedAccuracy: 0.985 })).toBe('99%, and 98.5% where puzzles halt,');
  expect(words({ stopAtHaltedAccuracy: 0.5 })).toBe('50% where puzzles halt');
});
