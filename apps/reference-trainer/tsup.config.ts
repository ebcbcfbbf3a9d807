import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/hrm.ts', 'src/internal.ts'],
  format: 'esm',
  target: 'es2022',
  dts: { entry: 'src/internal.ts' },
  clean: true,
});
