import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts', 'src/mpi.ts', 'src/testing.ts'],
  format: 'esm',
  target: 'es2022',
  // Optional, so it is imported only when MPI is asked for.
  external: ['koffi'],
  dts: true,
  clean: true,
});
