import { cpSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { defineConfig, type Options } from 'tsup';
import { writeLicences } from '../../scripts/third-party-licences';

const require = createRequire(import.meta.url);
const publicNames = new Set(Object.keys(require('@tensorflow/tfjs-core') as object));

/**
 * Node cannot import TensorFlow.js's modules of gradients, so they are bundled into a separate chunk. The operations
 * that they call come from the user's copy of TensorFlow.js, as far as it exports them.
 */
const bundleGradients: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'bundle-gradients',
  setup(build) {
    build.onResolve({ filter: /^\.\.?\/(ops\/|kernel_names|kernel_registry)/ }, ({ path, importer }) => {
      if (!/tfjs-core\/dist\/(gradients\/|register_all_gradients)/.test(importer)) return undefined;
      const file = basename(path);
      const name = file.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
      const isPublic = file.startsWith('kernel_') || publicNames.has(name);
      return isPublic ? { path: '@tensorflow/tfjs-core', external: true } : undefined;
    });
  },
};

/** The WebAssembly backend's files for browsers. Bundlers find files next to the module that names them. */
const wasmFolder = dirname(require.resolve('@tensorflow/tfjs-backend-wasm'));
const wasmFiles = ['', '-simd', '-threaded-simd'].map((kind) => `tfjs-backend-wasm${kind}.wasm`);
const { version } = require('@tensorflow/tfjs-backend-wasm/package.json') as { version: string };
const NOTICE = `The .wasm files in this folder are those of @tensorflow/tfjs-backend-wasm ${version}, unchanged. Copyright Google LLC, Apache-2.0.\n`;
const threadsFile = require.resolve('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js');
const threadsFactory = require(threadsFile) as object;

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    browser: 'src/browser/index.ts',
    'faster-wasm-kernels': 'src/faster-wasm-kernels.ts',
    internal: 'src/internal.ts',
  },
  define: { WASM_THREADS_SOURCE: JSON.stringify(String(threadsFactory)) },
  onSuccess: async () => {
    for (const file of wasmFiles) cpSync(join(wasmFolder, file), join('dist/wasm', file));
    writeFileSync('dist/wasm/NOTICE', NOTICE);
  },
  format: 'esm',
  target: 'es2022',
  dts: {
    entry: { index: 'src/index.ts', 'faster-wasm-kernels': 'src/faster-wasm-kernels.ts', internal: 'src/internal.ts' },
  },
  clean: true,
  noExternal: [/tfjs-core\/dist\/register_all_gradients/],
  esbuildPlugins: [bundleGradients, writeLicences({ into: 'dist', also: [threadsFile] })],
});
