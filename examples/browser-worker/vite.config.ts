import type { UserConfig } from 'vite';

// With these two headers a page is cross-origin isolated: only then may WebAssembly use several threads.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default {
  server: { headers },
  preview: { headers },
  // A worker that imports parts when it needs them, as selectBackend does with backends, is a module.
  worker: { format: 'es' },
} satisfies UserConfig;
