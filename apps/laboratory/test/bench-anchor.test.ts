import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findPytorchAnchor, type RunCommand } from '../src/bench/contenders/pytorch-anchor';

let folder: string;
let commands: string[];

/** Pretends to run commands: those with one of these words fail; git and venv make their files. */
const pretend =
  (...failing: string[]): RunCommand =>
  async (program, args) => {
    const command = [program, ...args].join(' ');
    commands.push(command);
    if (failing.some((word) => command.includes(word))) return { ok: false, stdout: '', stderr: 'no network\n' };
    if (args[0] === 'clone') makeCheckout(args.at(-1)!);
    if (args[1] === 'venv') mkdirSync(args[2]!, { recursive: true });
    return { ok: true, stdout: 'abc123\n', stderr: '' };
  };

function makeCheckout(at: string): void {
  mkdirSync(join(at, 'models', 'hrm'), { recursive: true });
  writeFileSync(join(at, 'models', 'hrm', 'hrm_act_v1.py'), '');
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hrm-anchor-'));
  commands = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('findPytorchAnchor', () => {
  it('sets both up once, and finds them the next time', async () => {
    const anchor = await findPytorchAnchor({ folder, run: pretend() });
    expect(anchor).toEqual({
      python: join(folder, 'environment', 'bin', 'python'),
      checkout: join(folder, 'HRM'),
      commit: 'abc123',
    });
    expect(commands.some((command) => /-m pip install .*torch numpy einops pydantic$/.test(command))).toBe(true);
    commands = [];
    expect(await findPytorchAnchor({ folder, run: pretend() })).toEqual(anchor);
    expect(commands.filter((command) => /clone|venv|pip/.test(command))).toEqual([]);
  });

  it('keeps both in the cache of native TensorFlow', async () => {
    vi.stubEnv('HRM_CACHE', folder);
    expect(await findPytorchAnchor({ run: pretend() })).toMatchObject({ checkout: join(folder, 'pytorch', 'HRM') });
    vi.unstubAllEnvs();
  });

  it('sets nothing up if both are given', async () => {
    const checkout = join(folder, 'mine');
    makeCheckout(checkout);
    const anchor = await findPytorchAnchor({ folder, python: 'my-python', checkout, run: pretend('rev-parse') });
    expect(anchor).toEqual({ python: 'my-python', checkout, commit: undefined });
    expect(commands.filter((command) => /clone|venv|pip/.test(command))).toEqual([]);
  });

  it.each([
    ['clone', /could not be fetched \(no network\).*--hrm-checkout/],
    ['version_info', /needs Python 3.*--python/],
    ['-m venv', /python3-venv.*--python/],
    ['pip install', /pip could not install torch.*\(no network\).*--python/],
    ['import torch', /cannot import torch, numpy, einops, pydantic/],
  ])('says what to do when `%s` fails', async (failing, message) => {
    await expect(findPytorchAnchor({ folder, run: pretend(failing) })).rejects.toThrow(message);
  });

  it('leaves no incomplete environment or checkout behind', async () => {
    await expect(findPytorchAnchor({ folder, run: pretend('pip install') })).rejects.toThrow();
    expect(existsSync(join(folder, 'environment'))).toBe(false);
    rmSync(join(folder, 'HRM'), { recursive: true });
    await expect(findPytorchAnchor({ folder, run: pretend('clone') })).rejects.toThrow();
    expect(existsSync(join(folder, 'HRM'))).toBe(false);
  });

  it('refuses a folder that is no checkout', async () => {
    await expect(findPytorchAnchor({ folder, checkout: folder, python: 'p', run: pretend() })).rejects.toThrow(
      /--hrm-checkout: .* has no models/,
    );
  });
});
