import { cp } from 'node:fs/promises';
import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/hrm.ts', 'src/internal.ts'],
  format: 'esm',
  target: 'es2022',
  dts: { entry: 'src/internal.ts' },
  clean: true,
  // The page that `hrm playground` serves.
  onSuccess: () => cp('../playground/dist', 'dist/playground', { recursive: true }),
});
