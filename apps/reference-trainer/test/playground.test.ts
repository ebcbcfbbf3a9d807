import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { hrm, startHrm } from './run-hrm';

/** The status and headers of a request, with its path as it is written. */
const get = (address: string, path: string, headers = {}) =>
  new Promise<{ status?: number; headers: object }>((resolve, reject) => {
    const { hostname, port } = new URL(address);
    request({ hostname, port, path, headers }, (response) => {
      response.resume();
      resolve({ status: response.statusCode!, headers: response.headers });
    })
      .on('error', reject)
      .end();
  });

test('hrm playground serves the page to this machine, isolated and under a strict policy, until Ctrl-C', async () => {
  const child = startHrm(['playground', '--port', '0', '--json']);
  try {
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    const { address } = JSON.parse(line.toString()) as { address: string };
    const html = await (await fetch(address)).text();
    expect(html).toContain('<title>See it think');
    const script = /src="\.\/(assets\/[^"]+)"/.exec(html)![1]!;
    expect(await get(address, `/${script}`)).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
        'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self' blob:/),
      },
    });
    expect(await get(address, '/../hrm.js')).toMatchObject({ status: 404 });
    expect(await get(address, '/%2e%2e/hrm.js')).toMatchObject({ status: 404 });
    expect(await get(address, '/', { host: 'elsewhere.example' })).toMatchObject({ status: 404 });
  } finally {
    child.kill('SIGINT');
  }
  expect(await once(child, 'exit')).toEqual([130, null]);
});

test('a port that is taken, or is not one, is reported', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const taken = hrm(['playground', '--port', String(port)]);
  other.close();
  expect([taken.status, taken.stderr]).toEqual([2, expect.stringContaining(`--port: ${port} is in use`)]);
  expect(hrm(['playground', '--port', '70000'])).toMatchObject({ status: 2 });
});
