import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, start } from './processes.mjs';

const verdaccio = fileURLToPath(new URL('../../node_modules/verdaccio/bin/verdaccio', import.meta.url));

/** A setting of the user's npm, or undefined. */
async function npmSetting(name) {
  const value = (await run('npm', ['config', 'get', name])).trim();
  return ['', 'null', 'undefined'].includes(value) ? undefined : value;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/**
 * Starts a registry of npm packages that only this machine can reach. It has our packages alone from what is published
 * into it, and all others from the registry that the user's npm is set to.
 *
 * @param {string} folder an empty folder for its files and those of its clients.
 * @returns {Promise<{ url: string, upstream: string, env: NodeJS.ProcessEnv }>} `env` makes npm, pnpm and Yarn use it.
 */
export async function startRegistry(folder) {
  mkdirSync(folder, { recursive: true });
  const [upstream, ca, port] = await Promise.all([npmSetting('registry'), npmSetting('cafile'), freePort()]);
  const url = `http://127.0.0.1:${port}/`;
  const config = {
    storage: join(folder, 'storage'),
    web: { enable: false },
    max_body_size: '100mb',
    uplinks: { upstream: { url: upstream, timeout: '60s', maxage: '1h' } },
    packages: {
      '@hrm/*': { access: '$all', publish: '$all' },
      'create-hrm': { access: '$all', publish: '$all' },
      '**': { access: '$all', proxy: 'upstream' },
    },
    log: { type: 'file', path: join(folder, 'log'), level: 'warn' },
  };
  // JSON is YAML too.
  writeFileSync(join(folder, 'config.yaml'), JSON.stringify(config));
  const settings = [`registry=${url}`, `${url.slice('http:'.length)}:_authToken=rehearsal`];
  const others = [
    'audit=false',
    'fund=false',
    'update-notifier=false',
    'yes=true',
    `store-dir=${join(folder, 'pnpm-store')}`,
  ];
  writeFileSync(join(folder, 'npmrc'), [...settings, ...others, ''].join('\n'));

  let output = '';
  const server = start(process.execPath, [verdaccio, '--config', join(folder, 'config.yaml'), '--listen', url], {
    cwd: folder,
    // npm trusts the certificates of its setting `cafile`; so does Node, if it is told.
    env: { ...process.env, ...(ca && { NODE_EXTRA_CA_CERTS: ca }) },
  });
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => (output += text));
  for (let tries = 0; !(await answers(url)); tries += 1) {
    if (server.exitCode !== null || tries > 300) throw new Error(`The registry does not start.\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { url, upstream, env: clientEnvironment(folder, url) };
}

async function answers(url) {
  return fetch(`${url}-/ping`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Without the settings that an outer npm passes on, and with caches of its own: an older rehearsal is not seen. */
function clientEnvironment(folder, url) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm|pnpm|yarn)_/i.test(name));
  return {
    ...Object.fromEntries(kept),
    npm_config_registry: url,
    npm_config_userconfig: join(folder, 'npmrc'),
    npm_config_cache: join(folder, 'npm-cache'),
    YARN_CACHE_FOLDER: join(folder, 'yarn-cache'),
    YARN_REGISTRY: url,
    NO_COLOR: '1',
  };
}
