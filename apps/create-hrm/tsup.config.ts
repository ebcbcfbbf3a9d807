import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/create-hrm.ts'],
  format: 'esm',
  target: 'es2022',
  dts: false,
  clean: true,
});
