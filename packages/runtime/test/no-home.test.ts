import { expect, it, vi } from 'vitest';
import { cacheFolder } from '../src/native/native-cache';

// A user without a home folder, such as a number in a container.
vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  homedir: () => {
    throw new Error('uv_os_homedir returned ENOENT');
  },
}));

it('the error for a user without a home folder names HRM_CACHE', () => {
  expect(() => cacheFolder(undefined, {})).toThrow(/has no home folder for a cache: set HRM_CACHE to a folder/);
  expect(cacheFolder(undefined, { HRM_CACHE: '/cache' })).toBe('/cache');
});
