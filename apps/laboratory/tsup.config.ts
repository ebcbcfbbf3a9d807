import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/hrm-lab.ts', 'src/bench-worker.ts', 'src/rank-worker.ts'],
  format: 'esm',
  target: 'es2022',
  dts: false,
  clean: true,
});
