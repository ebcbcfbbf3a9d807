import type { IncomingMessage, ServerResponse } from 'node:http';

/** Milliseconds after which a browser that lost its connection tries again. */
const RETRY_MILLISECONDS = 1000;

/** An event for a browser. */
export interface ServerEvent {
  /** What the browser sends back when it connects again. */
  id: string;
  data: object;
}

/** A browser that listens to events. */
export interface EventStream {
  /** The id of the last event that it got from this server or an earlier one. */
  readonly lastId: string | undefined;
  /** Whether it takes more events now. */
  readonly isReady: boolean;
  send(event: ServerEvent): void;
  /** Ends it, when all events are sent. */
  end(): Promise<void>;
  /** Called when the browser has gone. */
  onClose(listener: () => void): void;
}

/**
 * Answers a request with server-sent events.
 *
 * Source: HTML standard, section 9.2.
 */
export function openEventStream(request: IncomingMessage, response: ServerResponse): EventStream {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write(`retry: ${RETRY_MILLISECONDS}\n\n`);
  const { 'last-event-id': lastId } = request.headers;
  return {
    lastId: typeof lastId === 'string' && lastId !== '' ? lastId : undefined,
    get isReady() {
      return !response.writableNeedDrain;
    },
    // JSON has no line breaks, which would end the event.
    send: ({ id, data }) => void response.write(`id: ${id}\ndata: ${JSON.stringify(data)}\n\n`),
    end: () => new Promise((resolve) => void response.end(() => resolve())),
    onClose: (listener) => void response.on('close', listener),
  };
}
