import { join } from 'node:path';
import { build } from 'tsup';
import { soakFolder } from './soak-folder';

/** Makes in `outDir` one CommonJS file of the readers, which is what Jazzer.js can put its counters into; returns its path. */
export async function bundleTargets(outDir: string): Promise<string> {
  await build({
    entry: [join(soakFolder, 'targets', 'target.ts'), join(soakFolder, 'targets', 'readers.ts')],
    outDir,
    format: 'cjs',
    outExtension: () => ({ js: '.cjs' }),
    target: 'node20',
    config: false,
    silent: true,
    dts: false,
    splitting: false,
    noExternal: [/.*/],
  });
  return join(outDir, 'target.cjs');
}
