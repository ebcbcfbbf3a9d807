import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { isolation, visitPage } from './visit-page';

const page = fileURLToPath(new URL('wasm-page', import.meta.url));

test.for([
  { name: 'one thread', headers: {} },
  { name: 'threads', headers: isolation },
])('useFasterWasmKernels in a browser, $name', { timeout: 120_000 }, ({ headers }, context) =>
  visitPage(
    context,
    page,
    async (tab, problems) => {
      const isDone = async () => problems.length > 0 || (await tab.title()) !== 'waiting';
      await expect.poll(isDone, { timeout: 60_000 }).toBe(true);
      expect(problems).toEqual([]);
      const expected = [
        { shape: [64, 5, 3], sum: 64 * 5 * 3 * 7 },
        { shape: [12, 20], sum: 4 * 1770 },
      ];
      expect(JSON.parse(await tab.title())).toEqual({
        inPlace: true,
        before: expected,
        after: expected,
        isolated: headers === isolation,
      });
    },
    // Not minified: the backend starts its threads from the text of a function, which would miss what it was shortened to.
    { headers, build: { target: 'es2022', minify: false } },
  ),
);
