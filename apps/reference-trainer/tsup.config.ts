import { cp } from 'node:fs/promises';
import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/hrm.ts', 'src/internal.ts'],
  format: 'esm',
  target: 'es2022',
  dts: { entry: 'src/internal.ts' },
  clean: true,
  // The page that `hrm playground` serves, and the one that `hrm report` fills.
  async onSuccess() {
    await cp('../playground/dist', 'dist/playground', { recursive: true });
    await cp('../run-page/dist/index.html', 'dist/run-page.html');
  },
});
