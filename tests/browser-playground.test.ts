import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { visitPage } from './visit-page';

const page = fileURLToPath(new URL('../apps/playground', import.meta.url));

const verdict = (tab: Page) => expect.poll(() => tab.textContent('.verdict'), { timeout: 60_000 });
const board = (tab: Page, name: string) => tab.getAttribute('.board', `data-${name}`);
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

      await tab.getByRole('button', { name: '4×4', exact: true }).click();
      await verdict(tab).toMatch(/^Solved/);
      expect(await tab.locator('.cell').count()).toBe(16);
      // Every segment beyond the halt is there too; a step goes a segment back, or one application.
      await expect.poll(() => tab.locator('.segments .to-come').count()).toBe(0);
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
      await tab.getByRole('gridcell', { name: 'Row 1, column 1' }).focus();
      await tab.keyboard.press('1');
      await verdict(tab).toBe('1 occurs twice in row 1: in row 1, column 1 and in row 1, column 2.');
      expect(await tab.locator('.cell.wrong').count()).toBe(2);
      expect(await tab.getByRole('button', { name: 'Think' }).isDisabled()).toBe(true);
      await tab.keyboard.press('Backspace');
      await tab.getByRole('button', { name: 'Think' }).click();
      await verdict(tab).toMatch(/^Solved/);

      // Text that is no puzzle.
      await tab.getByText('Paste your own').click();
      await tab.getByRole('textbox').fill('12345');
      await tab.getByRole('button', { name: 'Use it' }).click();
      await expect.poll(() => tab.textContent('.problem')).toContain('Expected 16, 36, 81 or 256 cells; got 5.');
      expect(problems).toEqual([]);
    },
    { isBuilt: true },
  ),
);
