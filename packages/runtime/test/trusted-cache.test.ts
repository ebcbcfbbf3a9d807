import { chmodSync, lchownSync, mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { findNativeInstallation } from '../src/native/native-cache';
import { NativeSetupError } from '../src/native/native-setup-error';
import { setUpNative } from '../src/native/set-up/set-up-native';
import { fakeInstallation } from './fake-installation';
import { programs, temporaryFolder } from './fake-programs';

const LIBRARY = 'node_modules/addon/library.so';

/** A cache one folder below a temporary one, and an installation in it. */
function cacheWithInstallation() {
  const cache = join(temporaryFolder(), 'hrm');
  const folder = fakeInstallation(cache, { 'package.json': '{}', [LIBRARY]: 'abc' });
  expect(findNativeInstallation({ cache })).toMatchObject({ folder });
  return { cache, folder };
}

function refusal(cache: string): NativeSetupError {
  try {
    findNativeInstallation({ cache });
  } catch (error) {
    expect(error).toBeInstanceOf(NativeSetupError);
    expect(error).toMatchObject({ reason: 'cache-unsafe' });
    return error as NativeSetupError;
  }
  throw new Error('it was taken');
}

/** The paths that lead to a library. Another user could replace the library through each of them. */
const places = {
  'the cache': ({ cache }: { cache: string; folder: string }) => cache,
  'the folder of installations': ({ cache }) => join(cache, 'native'),
  'the installation': ({ folder }) => folder,
  'a folder in it': ({ folder }) => join(folder, 'node_modules'),
  'the folder of a library': ({ folder }) => dirname(join(folder, LIBRARY)),
  'a library': ({ folder }) => join(folder, LIBRARY),
  'the manifest': ({ folder }) => join(folder, 'complete.json'),
} satisfies Record<string, (installation: { cache: string; folder: string }) => string>;

describe.each(Object.entries(places))('%s', (_, place) => {
  it.each([0o775, 0o757])('that others can write (%o) is refused, by name', (mode) => {
    const installation = cacheWithInstallation();
    const path = place(installation);
    chmodSync(path, mode);
    const { message } = refusal(installation.cache);
    expect(message).toContain(`${path} can be written by other users (mode ${mode.toString(8)})`);
    expect(message).toContain(`chmod -R go-w '${path}'`);
    chmodSync(path, 0o755);
    expect(findNativeInstallation({ cache: installation.cache })).toBeDefined();
  });

  it('of another user is refused, by name', () => {
    const installation = cacheWithInstallation();
    const path = place(installation);
    const me = process.geteuid!();
    if (me === 0) {
      lchownSync(path, 12345, 12345);
      expect(refusal(installation.cache).message).toContain(`${path} belongs to another user (12345)`);
    } else {
      // Only root can change a file's owner. So the test changes the user instead.
      const other = vi.spyOn(process as { geteuid(): number }, 'geteuid').mockReturnValue(me + 1);
      expect(refusal(installation.cache).message).toContain(`belongs to another user (${me})`);
      other.mockRestore();
    }
  });
});

describe('the native cache', () => {
  it('has no links inside an installation', () => {
    const { cache, folder } = cacheWithInstallation();
    const elsewhere = join(temporaryFolder(), 'addon');
    renameSync(join(folder, 'node_modules/addon'), elsewhere);
    symlinkSync(elsewhere, join(folder, 'node_modules/addon'));
    expect(refusal(cache).message).toContain('is a link or a device');
  });

  it('may be behind a link of the user, for example to another disk', () => {
    const { cache } = cacheWithInstallation();
    const link = join(temporaryFolder(), 'link');
    symlinkSync(cache, link);
    expect(findNativeInstallation({ cache: link })).toBeDefined();
    chmodSync(cache, 0o777);
    refusal(link);
  });

  it('is refused where every user can replace it', () => {
    const { cache } = cacheWithInstallation();
    const parent = dirname(cache);
    chmodSync(parent, 0o777);
    expect(refusal(cache).message).toContain(`chmod o-w '${parent}'`);
    chmodSync(parent, 0o1777); // as /tmp
    expect(findNativeInstallation({ cache })).toBeDefined();
  });

  it('is refused before a set-up runs or writes anything', async () => {
    const cache = temporaryFolder();
    mkdirSync(join(cache, 'native'));
    chmodSync(join(cache, 'native'), 0o777);
    const env = programs(temporaryFolder(), { python3: `touch ${join(cache, 'ran')}` });
    await expect(setUpNative({ cache, gpu: false, env })).rejects.toMatchObject({ reason: 'cache-unsafe' });
    expect(readdirSync(cache)).toEqual(['native']);
    expect(readdirSync(join(cache, 'native'))).toEqual([]);
  });
});
