import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { defineConfig, type Options } from 'tsup';
import { writeLicences } from '../../scripts/third-party-licences';

const publicNames = new Set(Object.keys(createRequire(import.meta.url)('@tensorflow/tfjs-core') as object));

/**
 * TensorFlow.js ships its gradients only as modules that Node cannot import, so they are bundled here; but the
 * operations that they call are taken from the user's own copy of TensorFlow.js wherever it exports them.
 */
const bundleGradients: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'bundle-gradients',
  setup(build) {
    build.onResolve({ filter: /^\.\.\/(ops\/|kernel_names)/ }, ({ path, importer }) => {
      if (!/tfjs-core\/dist\/gradients\//.test(importer)) return undefined;
      const file = basename(path);
      const name = file.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
      const isPublic = file === 'kernel_names' || publicNames.has(name);
      return isPublic ? { path: '@tensorflow/tfjs-core', external: true } : undefined;
    });
  },
};

export default defineConfig({
  entry: ['src/index.ts', 'src/internal.ts', 'src/testing.ts'],
  format: 'esm',
  target: 'es2022',
  dts: true,
  clean: true,
  noExternal: [/tfjs-core\/dist\/gradients\//],
  esbuildPlugins: [bundleGradients, writeLicences({ into: 'dist' })],
});
