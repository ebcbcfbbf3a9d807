import { defineConfig, type Plugin } from 'vite';

/** With these two headers WebAssembly may use several threads. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** The page loads nothing from elsewhere and runs no code but its own. `wasm-unsafe-eval` is for WebAssembly. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Writes the policy into the built page, for hosts that send no headers. Vite's development server would break it. */
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
  preview: { headers: { ...headers, 'Content-Security-Policy': contentSecurityPolicy } },
  worker: { format: 'es' },
  // The weights are files next to their module, so that module must stay where it is.
  optimizeDeps: { exclude: ['@hrm/weights'] },
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 2000, modulePreload: { polyfill: false } },
});
