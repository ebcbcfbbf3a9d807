import { setTimeout as pause } from 'node:timers/promises';
import { openEventStream, type EventStream } from '../page/event-stream';
import { serveLocally } from '../page/local-server';
import { livePage } from '../report/report-page';
import { RunFollower } from './run-follower';

/** Milliseconds between two looks at the runs. */
const LOOK_MILLISECONDS = 500;

/** The most milliseconds that browsers get to take the last events. */
const END_MILLISECONDS = 500;

/** A server that follows runs. */
export interface WatchServer {
  readonly address: string;
  /** Ends it, when browsers have the newest state. */
  close(): Promise<void>;
}

/** A browser that watches. */
interface Watcher {
  stream: EventStream;
  /** The versions of each run that it has. */
  has: { record: string; puzzles: string }[];
}

/**
 * Serves a page that follows runs. Each event holds the whole record of one run, so none depends on an earlier one, and
 * its id holds the versions of all runs that the browser has: one that connects again gets what has changed.
 *
 * @param port 0 takes any free port.
 * @throws UsageError as {@link serveLocally}; Error if the page is not built.
 */
export async function serveWatch(runs: readonly string[], port: number): Promise<WatchServer> {
  const { html, headers } = livePage();
  const followers = runs.map((run) => new RunFollower(run));
  const watchers = new Set<Watcher>();
  let timer: NodeJS.Timeout | undefined;
  let isWatching = false;

  const look = async () => {
    for (const follower of followers) await follower.update();
    for (const { stream, has } of watchers) {
      followers.forEach(({ versions, record, puzzles }, index) => {
        const sent = has[index]!;
        if (!stream.isReady || (sent.record === versions.record && sent.puzzles === versions.puzzles)) return;
        const changed = sent.puzzles === versions.puzzles ? {} : { puzzles };
        has[index] = versions;
        stream.send({ id: idOf(has), data: { index, of: runs.length, record, ...changed } });
      });
    }
  };
  /** Looks again and again, as long as anyone watches. */
  const watch = async () => {
    await look();
    isWatching = watchers.size > 0;
    if (isWatching) timer = setTimeout(() => void watch(), LOOK_MILLISECONDS);
  };

  const server = await serveLocally(port, (path, request, response) => {
    if (path === '/events' && request.method === 'GET') {
      const stream = openEventStream(request, response);
      const watcher = { stream, has: versionsOf(stream.lastId, runs.length) };
      watchers.add(watcher);
      stream.onClose(() => watchers.delete(watcher));
      if (!isWatching) void watch();
      isWatching = true;
      return true;
    }
    if (path !== '/') return false;
    response.writeHead(200, { ...headers, 'Content-Length': Buffer.byteLength(html) });
    response.end(request.method === 'HEAD' ? undefined : html);
    return true;
  });
  return {
    address: server.address,
    close: async () => {
      clearTimeout(timer);
      await look();
      await Promise.race([Promise.all([...watchers].map(({ stream }) => stream.end())), pause(END_MILLISECONDS)]);
      server.close();
    },
  };
}

const idOf = (has: Watcher['has']) => has.map(({ record, puzzles }) => `${record}.${puzzles}`).join('/');

/** The versions in an id; none where it is of other runs. */
function versionsOf(id: string | undefined, runs: number): Watcher['has'] {
  const known = id?.split('/').map((one) => one.split('.')) ?? [];
  return Array.from({ length: runs }, (_, index) => {
    const [record = '', puzzles = ''] = known.length === runs ? known[index]! : [];
    return { record, puzzles };
  });
}
