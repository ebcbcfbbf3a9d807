import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeManifest } from '../src/native/native-manifest';
import { nativeTarget } from '../src/native/native-target';

/** Makes a complete installation with the given files in a cache, without TensorFlow. @returns its folder. */
export function fakeInstallation(cache: string, files: Record<string, string>): string {
  const { key } = nativeTarget('cpu');
  const folder = join(cache, 'native', key);
  for (const [path, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), contents);
  }
  const versions = { accelerator: 'cpu', tensorflow: '2.21.0', tfjs: '4.22.0' } as const;
  writeManifest(folder, { key, ...versions, setupSeconds: 1, createdAt: 'now' });
  return folder;
}
