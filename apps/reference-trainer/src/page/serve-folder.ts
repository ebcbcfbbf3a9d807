import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { serveLocally, type LocalServer } from './local-server';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

const headers = {
  // The page is isolated, so that WebAssembly can use several threads.
  'Cross-Origin-Embedder-Policy': 'require-corp',
  // It loads nothing from elsewhere. `blob:` is for the threads of WebAssembly.
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; " +
    "connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

/**
 * Serves the files that a folder has now, to this machine only.
 *
 * @param port 0 takes any free port.
 * @throws Error if the folder does not exist; UsageError as {@link serveLocally}.
 */
export async function serveFolder(folder: string, port: number): Promise<LocalServer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [`/${path.slice(folder.length).split(sep).filter(Boolean).join('/')}`, path]),
  );
  return serveLocally(port, (path, request, response) => {
    const file = files.get(path === '/' ? '/index.html' : path);
    if (!file) return false;
    readFile(file).then(
      (content) => {
        const type = contentTypes[extname(file)] ?? 'application/octet-stream';
        response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': content.length });
        response.end(request.method === 'HEAD' ? undefined : content);
      },
      () => response.writeHead(404).end(),
    );
    return true;
  });
}
