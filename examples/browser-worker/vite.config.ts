import type { UserConfig } from 'vite';

// These two headers make a page cross-origin isolated. Only then can WebAssembly use several threads.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default {
  server: { headers },
  preview: { headers },
  // selectBackend imports the backend that it chooses; only a worker that is a module can do that.
  worker: { format: 'es' },
} satisfies UserConfig;
