import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { isolation, visitPage, type VisitOptions } from './visit-page';

const page = fileURLToPath(new URL('backend-page', import.meta.url));
const says = (text: string) => expect.stringContaining(text) as string;

const cases: { name: string; options?: VisitOptions; expected: object }[] = [
  {
    name: 'WebAssembly on one thread, and says how to have more',
    expected: {
      name: 'wasm',
      why: 'WebAssembly on one thread: no WebGPU',
      hint: says('Cross-Origin-Embedder-Policy: require-corp'),
    },
  },
  // Minified, which the backend's own threads do not survive. Of eight cores it takes half.
  {
    name: 'WebAssembly on several threads where the page is isolated',
    options: { headers: isolation, cores: 8 },
    expected: { name: 'wasm', why: 'WebAssembly on 4 threads: no WebGPU' },
  },
  { name: 'plain JavaScript', options: { query: '?prefer=cpu' }, expected: { name: 'cpu', why: says('requested') } },
  {
    name: 'no native TensorFlow',
    options: { query: '?prefer=native' },
    expected: { error: says('runs in Node only') },
  },
  {
    name: 'no WebGPU whose backend is not imported',
    options: { query: '?prefer=webgpu' },
    expected: { error: says("import '@tensorflow/tfjs-backend-webgpu'") },
  },
];

test.for(cases)('selectBackend in a browser: $name', { timeout: 120_000 }, ({ options, expected }, context) =>
  visitPage(
    context,
    page,
    async (tab, problems) => {
      const isDone = async () => problems.length > 0 || (await tab.title()) !== 'waiting';
      await expect.poll(isDone, { timeout: 60_000 }).toBe(true);
      expect(problems).toEqual([]);
      const told = JSON.parse(await tab.title()) as { using: string; figures?: number[] };
      const isError = 'error' in expected;
      expect(told).toMatchObject({ ...expected, installation: null, setUp: says('this is a browser') });
      // The loss, and what a step makes of it: as anywhere else.
      expect(told.figures?.map((loss) => Number(loss.toFixed(3)))).toEqual(isError ? undefined : [15.25, 2.556]);
      if (!isError) expect(told.using).toBe((expected as { name: string }).name);
    },
    options,
  ),
);
