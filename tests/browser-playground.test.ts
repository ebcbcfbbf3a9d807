import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { loadModel } from '@hrm/models';
import '@tensorflow/tfjs-backend-cpu';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { findViolations } from './find-violations';
import { visitPage } from './visit-page';

const page = fileURLToPath(new URL('../apps/playground', import.meta.url));

const verdict = (tab: Page) => expect.poll(() => tab.textContent('.verdict'), { timeout: 60_000 });
const board = (tab: Page, name: string) => tab.getAttribute('.board-panel .board', `data-${name}`);
const slider = (tab: Page) => tab.getByRole('slider', { name: 'Position in the solution' });

test('the playground solves, steps and scrubs, and tells of a broken puzzle', { timeout: 120_000 }, (context) =>
  visitPage(
    context,
    page,
    async (tab, problems) => {
      // Plays the first puzzle by itself, until the model halts.
      await verdict(tab).toMatch(/^Solved after segment \d+\.$/);
      expect(await board(tab, 'answer')).toMatch(/^[1-9]{81}$/);
      expect(await tab.getByRole('button', { name: /^after segment/ }).count()).toBe(1);

      await tab.getByLabel('Speed').selectOption('4×');
      await tab.getByRole('button', { name: '4×4', exact: true }).click();
      await verdict(tab).toMatch(/^Solved/);
      expect(await tab.locator('.board-panel .cell').count()).toBe(16);
      // Without halting it goes on, beyond the segments of training; a step goes a segment back, or one application.
      await tab.getByRole('slider', { name: /^Segments/ }).fill('12');
      await tab.getByLabel('Halting', { exact: true }).uncheck();
      await expect.poll(() => tab.locator('.segments span').count()).toBe(12);
      await expect.poll(() => tab.locator('.segments .to-come').count(), { timeout: 20_000 }).toBe(0);
      expect(await tab.locator('.segments .halts').count()).toBe(1);
      await tab.getByRole('button', { name: 'Last', exact: true }).click();
      const last = Number(await slider(tab).inputValue());
      await tab.getByRole('button', { name: 'Step back', exact: true }).click();
      const stride = last - Number(await slider(tab).inputValue());
      expect(stride).toBe(last / (await tab.locator('.segments span').count()));
      await tab.getByLabel('Inside segments').check();
      await tab.getByRole('button', { name: 'Step back', exact: true }).click();
      expect(Number(await slider(tab).inputValue())).toBe(last - stride - 1);
      expect(await board(tab, 'moved')).toBe('zL');

      // By keyboard: to the start, and one step on.
      await slider(tab).focus();
      await tab.keyboard.press('Home');
      expect(await board(tab, 'answer')).toBe('');
      await tab.keyboard.press('ArrowRight');
      expect(await slider(tab).getAttribute('aria-valuetext')).toBe('Segment 1, f L, the fast module');

      // Two equal digits in a row: told at once, and both cells are marked.
      await tab.locator('.board-panel').getByRole('gridcell', { name: 'Row 2, column 4' }).focus();
      await tab.keyboard.press('4');
      await verdict(tab).toBe('4 occurs twice in row 2: in row 2, column 3 and in row 2, column 4.');
      expect(await tab.locator('.board-panel .cell.wrong').count()).toBe(2);
      expect(await tab.getByRole('button', { name: 'Think' }).isDisabled()).toBe(true);
      await tab.keyboard.press('Backspace');
      await tab.getByRole('button', { name: 'Think' }).click();
      await verdict(tab).toMatch(/^Solved/);

      // Several tries play together; the votes choose one, and another can be picked.
      const tries = tab.locator('.try');
      await tab.getByRole('slider', { name: /^Tries/ }).fill('4');
      await tab.getByLabel('Choose by').selectOption('votes');
      await tab.getByRole('button', { name: 'Think' }).click();
      await expect
        .poll(() => tab.textContent('.tries .note'), { timeout: 20_000 })
        .toMatch(/^★ .* of 4 tries give its answer\./);
      expect(await tries.count()).toBe(4);
      expect(await tab.locator('.try.chosen').count()).toBe(1);
      await tries.nth(2).click();
      expect(await tries.nth(2).getAttribute('aria-pressed')).toBe('true');
      await tab.getByLabel('Search').check();
      await expect.poll(() => tab.textContent('.tries .note'), { timeout: 20_000 }).toMatch(/It guessed \d+ times/);
      await tab.getByLabel('Search').uncheck();

      // Text that is no puzzle. Pasted anywhere, it opens the place that says what is wrong.
      await tab.evaluate(pasteText, 'hello');
      await tab.getByText('Unexpected "h"').waitFor();
      await tab.getByRole('textbox').fill('12345');
      await tab.getByRole('button', { name: 'Use it' }).click();
      await expect.poll(() => tab.textContent('.problem')).toContain('Expected 16, 36, 81 or 256 cells; got 5.');

      // A maze is solved, and spoken of. Drawn by mouse and keyboard; without a path it is told at once.
      await tab.getByRole('button', { name: 'Maze 14×14' }).click();
      await verdict(tab).toMatch(/^Solved/);
      await expect
        .poll(() => tab.textContent('.announcer[role=status]'), { timeout: 10_000 })
        .toMatch(/^Solved after segment/);
      expect(await tab.getByRole('application', { name: /^Maze of 14 by 14/ }).count()).toBe(1);
      const maze = tab.locator('.maze');
      const question = async () => (await maze.getAttribute('data-question'))!;
      const wall = (await question()).indexOf('#');
      const side = (await maze.boundingBox())!.width / 14;
      await maze.click({ position: { x: ((wall % 14) + 0.5) * side, y: (Math.floor(wall / 14) + 0.5) * side } });
      expect((await question())[wall]).toBe(' ');
      await tab.keyboard.press(' ');
      expect((await question())[wall]).toBe('#');
      const start = (await question()).indexOf('S');
      await tab.keyboard.press('ArrowDown');
      await tab.keyboard.press('s');
      expect((await question()).indexOf('S')).toBe(wall + 14);
      expect((await question())[start]).toBe(' ');
      await tab.evaluate(pasteText, ['S #  ', '  #  ', '###  ', '    G'].join('\n'));
      await verdict(tab).toBe('No path leads from S to G: only the marked cells can be reached from S.');
      expect(await maze.getAttribute('data-wrong')).toBe('4');
      await tab.getByRole('button', { name: 'New 20×20' }).click();
      await expect.poll(question, { timeout: 20_000 }).toHaveLength(400);
      await tab.getByRole('button', { name: 'Maze 14×14' }).click();
      await verdict(tab).toMatch(/^Solved/);

      // In the dark, on a narrow screen, and in the light: nothing sticks out, and axe-core finds nothing.
      for (const [colorScheme, width] of [['dark', 360] as const, ['light', 1280] as const]) {
        await tab.setViewportSize({ width, height: 800 });
        await tab.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await expect
          .poll(() => tab.evaluate(() => document.documentElement.scrollWidth), { timeout: 10_000 })
          .toBe(width);
        await tab.evaluate(axeSource);
        expect(await tab.evaluate(findViolations)).toEqual([]);
      }
      expect(problems).toEqual([]);
    },
    { isBuilt: true },
  ),
);

test('the playground trains a model, saves it, and takes it back', { timeout: 120_000 }, (context) =>
  visitPage(
    context,
    page,
    async (tab, problems) => {
      await tab.getByRole('button', { name: '4×4', exact: true }).click();
      await verdict(tab).toMatch(/^Solved/);

      // A few steps, then stop; a whole training takes a minute.
      await tab.getByRole('button', { name: 'Train', exact: true }).click();
      await expect.poll(() => tab.textContent('.training dd'), { timeout: 60_000 }).toMatch(/^([3-9]|\d\d+) of 200$/);
      expect(await tab.getAttribute('.tried .board', 'data-answer')).toMatch(/^[1-4]{16}$/);
      await tab.getByRole('button', { name: 'Stop' }).click();
      const downloading = tab.waitForEvent('download');
      await tab.getByRole('button', { name: 'Save weights' }).click();
      const trained = readFileSync(await (await downloading).path());
      expect(loadModel(new Uint8Array(trained)).seqLen).toBe(16);

      const open = (...files: { name: string; buffer: Buffer }[]) =>
        tab
          .getByLabel('Open a checkpoint')
          .setInputFiles(files.map((file) => ({ mimeType: 'application/octet-stream', ...file })));
      const fileProblem = () => expect.poll(() => tab.textContent('.file-problem'), { timeout: 20_000 });
      await open({ name: 'cut.safetensors', buffer: trained.subarray(0, 5000) });
      await fileProblem().toMatch(/^cut\.safetensors/);
      await open({ name: 'mine.safetensors', buffer: trained });
      await fileProblem().toBe('');
      await expect.poll(() => tab.textContent('.own-model')).toContain('Thinks: mine.safetensors, for 4×4.');
      await expect.poll(() => board(tab, 'answer'), { timeout: 20_000 }).toMatch(/^[1-4]{16}$/);

      // The same file, dropped.
      const dropped = await tab.evaluateHandle((base64) => {
        const transfer = new DataTransfer();
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        transfer.items.add(new File([bytes], 'dropped.safetensors'));
        return transfer;
      }, trained.toString('base64'));
      await tab.dispatchEvent('body', 'dragover', { dataTransfer: dropped });
      expect(await tab.locator('.drop-zone').count()).toBe(1);
      await tab.dispatchEvent('body', 'drop', { dataTransfer: dropped });
      await expect.poll(() => tab.textContent('.own-model')).toContain('Thinks: dropped.safetensors, for 4×4.');
      expect(await tab.locator('.drop-zone').count()).toBe(0);
      expect(problems).toEqual([]);
    },
    { isBuilt: true },
  ),
);

/** Pastes a text into the page. Runs in the page. */
function pasteText(text: string): void {
  const clipboardData = new DataTransfer();
  clipboardData.setData('text', text);
  document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
