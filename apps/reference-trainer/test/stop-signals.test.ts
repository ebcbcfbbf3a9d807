import { afterEach, expect, it } from 'vitest';
import { ignoreHangUp } from '../src/process/nohup';
import { StopSignals } from '../src/process/stop-signals';

const before = process.listenerCount('SIGHUP');
afterEach(() => void process.removeAllListeners('SIGHUP'));

it('a closed terminal is noted by each that listens, also after another has ended', () => {
  const [first, second] = [new StopSignals(), new StopSignals()];
  first.close();
  expect(process.listenerCount('SIGHUP')).toBe(before + 1);
  process.emit('SIGHUP');
  expect([first.received, second.received]).toEqual([undefined, 'SIGHUP']);
});

it('under nohup a closed terminal is ignored', () => {
  process.on('SIGHUP', ignoreHangUp);
  const signals = new StopSignals();
  process.emit('SIGHUP');
  expect(signals.received).toBeUndefined();
  signals.close();
});
