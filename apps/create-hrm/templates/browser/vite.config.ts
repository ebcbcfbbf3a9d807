import { defineConfig, type Plugin } from 'vite';

/** With these two headers WebAssembly may use several threads. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** The page loads nothing from elsewhere and runs no code but its own. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * Writes the policy into the built page, so that the host need not send it. Do not send it with the worker too: the
 * threads of WebAssembly start from a `blob:`. Vite's own page for development would break it.
 */
const policy: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
      injectTo: 'head-prepend',
    },
  ],
};

export default defineConfig({
  base: './', // the page works from any folder of a site
  plugins: [policy],
  server: { headers },
  preview: { headers },
  worker: { format: 'es' },
  // The weights are files next to their module, so that module must stay where it is.
  optimizeDeps: { exclude: ['@hrm/weights'] },
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 2000, modulePreload: { polyfill: false } },
});
