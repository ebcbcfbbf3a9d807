import { defineConfig } from 'tsup';

export default defineConfig({
  // The modules stay directly in `dist`: they find the files by `../files`.
  entry: ['src/index.ts', 'src/browser.ts'],
  format: 'esm',
  target: 'es2022',
  dts: { entry: 'src/index.ts' },
  clean: true,
});
