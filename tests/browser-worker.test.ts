import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { backendOfWorker } from './browser-worker';
import { visitPage } from './visit-page';

const page = fileURLToPath(new URL('../examples/browser-worker', import.meta.url));
const notIsolated = { 'Cross-Origin-Opener-Policy': 'unsafe-none', 'Cross-Origin-Embedder-Policy': 'unsafe-none' };

test.for([
  { name: 'built, isolated', options: {}, expected: /^WebAssembly on (one thread|\d+ threads): no WebGPU$/ },
  {
    name: 'built, not isolated',
    options: { headers: notIsolated },
    expected:
      /^WebAssembly on one thread: no WebGPU\. For several threads, serve .* Cross-Origin-Opener-Policy: same-origin/,
  },
  {
    name: 'developed, isolated',
    options: { isDeveloped: true },
    expected: /^WebAssembly on (one thread|\d+ threads): no WebGPU$/,
  },
])('selectBackend in a worker, $name', { timeout: 180_000 }, ({ options, expected }, context) =>
  visitPage(
    context,
    page,
    async (tab, problems) => expect(await backendOfWorker(tab, problems)).toMatch(expected),
    options,
  ),
);
