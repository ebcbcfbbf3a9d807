import { useDevice } from '../session/actions';
import * as session from '../session/session';
import { canReloadForThreads } from '../session/isolation';
import type { DeviceChoice } from '../engine/engine';

const choices: readonly { value: DeviceChoice; text: string }[] = [
  { value: 'auto', text: 'Auto' },
  { value: 'webgpu', text: 'WebGPU' },
  { value: 'wasm', text: 'WebAssembly' },
];

/** What computes, and a choice of it. */
export function DeviceMenu() {
  const device = session.device.value;
  return (
    <div class="device">
      <label>
        <span class="device-label">Device</span>
        <select
          value={session.deviceChoice.value}
          aria-describedby="device-why"
          onChange={(event) => void useDevice(event.currentTarget.value as DeviceChoice)}
        >
          {choices.map(({ value, text }) => (
            <option value={value} key={value}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <span id="device-why" class="device-why" title={device?.hint}>
        {device ? shorten(device.why) : session.failure.value ? 'not available' : 'starting…'}
        {canReloadForThreads.value && device?.name === 'wasm' && (
          <button type="button" class="link" onClick={() => location.reload()}>
            reload for more
          </button>
        )}
      </span>
    </div>
  );
}

/** `WebAssembly on 2 threads: no WebGPU` without its reason. */
const shorten = (why: string) => why.replace(/:.*$/, '');
