import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join, sep } from 'node:path';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

const headers = {
  // The page is isolated, so that WebAssembly can use several threads.
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  // It loads nothing from elsewhere. `blob:` is for the threads of WebAssembly.
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; " +
    "connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
};

/**
 * Serves the files that a folder has now, to this machine only.
 *
 * @param port 0 takes any free port.
 * @returns the server, and the address of the page.
 * @throws Error if the folder does not exist or the port is taken.
 */
export async function serveFolder(folder: string, port: number): Promise<{ server: Server; address: string }> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [`/${path.slice(folder.length).split(sep).filter(Boolean).join('/')}`, path]),
  );
  const server = createServer((request, response) => {
    const path = request.url!.replace(/[?#].*$/, '');
    const file = files.get(path === '/' ? '/index.html' : path);
    // A page of another site that knows this port by another name learns nothing.
    const isOurs = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(request.headers.host ?? '');
    if (!file || !isOurs || !['GET', 'HEAD'].includes(request.method!)) {
      response.writeHead(file && isOurs ? 405 : 404, headers).end();
      return;
    }
    readFile(file).then(
      (content) => {
        const type = contentTypes[extname(file)] ?? 'application/octet-stream';
        response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': content.length });
        response.end(request.method === 'HEAD' ? undefined : content);
      },
      () => response.writeHead(404, headers).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: taken } = server.address() as { port: number };
  return { server, address: `http://127.0.0.1:${taken}/` };
}
