import { defineConfig } from 'vitest/config';

// Processes, because native TensorFlow does not work in threads. The time is for busy machines.
export default defineConfig({ test: { pool: 'forks', testTimeout: 60_000 } });
