// A service worker for hosts that cannot set headers. It serves the page with the two that make it cross-origin
// isolated: only then can WebAssembly use several threads.
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const isOfThisSite = new URL(event.request.url).origin === self.location.origin;
  if (isOfThisSite && event.request.method === 'GET') event.respondWith(isolate(event.request));
});

async function isolate(request) {
  const response = await fetch(request);
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(isolation)) headers.set(name, value);
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}
