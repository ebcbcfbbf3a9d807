import { signal } from '@preact/signals';

/** Whether a reload would give WebAssembly several threads. */
export const canReloadForThreads = signal(false);

/**
 * Where the host sets no headers, a service worker serves the page isolated, so that WebAssembly can use several
 * threads. It takes effect at the next load.
 */
export async function prepareIsolation(): Promise<void> {
  if (crossOriginIsolated || !isSecureContext || !('serviceWorker' in navigator)) return;
  try {
    await navigator.serviceWorker.register(new URL('isolation.js', document.baseURI));
    await navigator.serviceWorker.ready;
    canReloadForThreads.value = navigator.hardwareConcurrency > 1;
  } catch {
    // Some browsers forbid service workers, such as in private windows: one thread works too.
  }
}
