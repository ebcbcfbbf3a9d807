import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts', 'src/internal.ts', 'src/node.ts'],
  format: 'esm',
  target: 'es2022',
  dts: true,
  clean: true,
});
