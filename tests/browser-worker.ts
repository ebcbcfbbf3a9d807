import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Waits until examples/browser-worker has solved its puzzle, and returns what it says of its backend. */
export async function backendOfWorker(tab: Page, problems: readonly string[]): Promise<string> {
  const status = async () => (problems.length > 0 ? problems.join('; ') : ((await tab.textContent('#status')) ?? ''));
  await expect.poll(status, { timeout: 90_000 }).toMatch(/^Segment \d+: solved\.$/);
  expect(Number(await tab.textContent('#frames'))).toBeGreaterThan(5);
  return (await tab.textContent('#backend'))!;
}
