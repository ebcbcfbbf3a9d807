import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { UsageError } from '../command-line/usage-error';

/** A server for browsers on this machine. */
export interface LocalServer {
  /** Where browsers find its page. */
  readonly address: string;
  /** Ends it, and all its connections. */
  close(): void;
}

/** Answers a request for a path. Returns false if there is nothing under the path. */
export type AnswerRequest = (path: string, request: IncomingMessage, response: ServerResponse) => boolean;

/** Headers of every answer. A page of ours adds its own policy. */
const headers = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
};

/**
 * Starts a server that only this machine reaches. It answers GET and HEAD.
 *
 * @param port 0 takes any free port.
 * @throws UsageError, naming `--port`, if there is no such port or it is taken.
 */
export async function serveLocally(port: number, answer: AnswerRequest): Promise<LocalServer> {
  if (port > 65_535) throw new UsageError(`--port: expected a whole number from 0 to 65535, got ${port}`);
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    // A page of another site that knows this port by another name learns nothing.
    const isOurs = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(request.headers.host ?? '');
    const path = request.url!.replace(/[?#].*$/, '');
    if (isOurs && !['GET', 'HEAD'].includes(request.method!)) response.writeHead(405).end();
    else if (!isOurs || !answer(path, request, response)) response.writeHead(404).end();
  });
  await listen(server, port);
  return {
    address: `http://127.0.0.1:${(server.address() as { port: number }).port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new UsageError(`--port: ${port} is in use; give another one, or --port 0 for any that is free`);
  }
}
