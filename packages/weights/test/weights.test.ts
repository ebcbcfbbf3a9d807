import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import * as inBrowser from '../src/browser';
import { weights, weightsCards, type WeightsName } from '../src/index';
import { readWeights } from '../src/read-weights';

const names = Object.keys(weightsCards) as WeightsName[];
const folder = fileURLToPath(new URL('../files/', import.meta.url));

describe.each(names)('%s', (name) => {
  const card = weightsCards[name];

  it('is a model of the size on its card, with its task', async () => {
    const bytes = await weights(name);
    // Safetensors: the length of the header, the header as JSON, the numbers.
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const { __metadata__: metadata, ...tensors } = JSON.parse(
      new TextDecoder().decode(bytes.subarray(8, 8 + length)),
    ) as Record<string, { shape: number[] }> & { __metadata__: Record<string, string> };
    expect(JSON.parse(metadata['task']!)).toEqual(card.task);
    expect(JSON.parse(metadata['config']!)).toMatchObject({ family: 'trm' });
    expect(metadata['step']).toBe(`${card.step}`);
    const sizes = Object.values(tensors).map(({ shape }) => shape.reduce((product, side) => product * side, 1));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(card.parameters);
    expect(bytes.length).toBe(card.bytes);
    expect(bytes.length).toBeLessThan(4e6);
  });

  it('has a page with its figures, its data, recipe, machine and limits', () => {
    // Prettier pads its tables.
    const page = readFileSync(`${folder}${name}.md`, 'utf8').replace(/ +/g, ' ');
    for (const text of [card.sha256, '## Data', '## Recipe', '## Limits']) expect(page).toContain(text);
    expect(page).not.toContain('to be written');
    expect(card.figures.length).toBeGreaterThan(0);
    const percent = (solved: number, count: number) => `${Math.round((1000 * solved) / count) / 10}%`;
    for (const { puzzles, count, segments, solved, exact } of card.figures) {
      const shares = [...(exact ? [exact] : []), solved].map((counts) => counts.map((each) => percent(each, count)).join('; ')); // prettier-ignore
      expect(page).toContain(`| ${[puzzles, count, segments, ...shares].join(' | ')} |`);
    }
  }); // prettier-ignore
});

it('every file in the folder is of a model that is listed', () => {
  const files = names.flatMap((name) => ['json', 'md', 'safetensors'].map((extension) => `${name}.${extension}`));
  expect(readdirSync(folder).sort()).toEqual([...files, 'NOTICE.md'].sort());
});

it('names those there are for an unknown name', async () => {
  for (const name of ['sudoku-5x5', 'toString', '']) {
    await expect(weights(name as WeightsName)).rejects.toThrow(`there is no model "${name}"; expected one of ${names.join(', ')}`); // prettier-ignore
  }
});

it('refuses a file that is not the published one, and one that is missing', async () => {
  const changed = new Uint8Array(readFileSync(`${folder}sudoku-4x4.safetensors`));
  changed[changed.length - 1]! ^= 1;
  await expect(readWeights('sudoku-4x4', async () => changed)).rejects.toThrow('is not the published file');
  const missing = () => Promise.reject(new Error('ENOENT'));
  await expect(readWeights('sudoku-4x4', missing)).rejects.toThrow('cannot be read: ENOENT; a bundler must copy');
});

it('in a browser, fetches only the file asked for', async () => {
  const asked: string[] = [];
  const answer = (url: URL) => {
    asked.push(url.href.split('/').at(-1)!);
    return new Response(readFileSync(url));
  };
  vi.stubGlobal('fetch', async (url: URL) => answer(url));
  const { sha256 } = weightsCards['sudoku-6x6'];
  expect(
    createHash('sha256')
      .update(await inBrowser.weights('sudoku-6x6'))
      .digest('hex'),
  ).toBe(sha256);
  expect(asked).toEqual(['sudoku-6x6.safetensors']);
  vi.stubGlobal('fetch', async () => new Response('', { status: 404 }));
  await expect(inBrowser.weights('sudoku-6x6')).rejects.toThrow('the server answered 404');
  vi.unstubAllGlobals();
});
