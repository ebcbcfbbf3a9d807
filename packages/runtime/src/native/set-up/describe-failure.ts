import { ANOTHER_CACHE, NativeSetupError } from '../native-setup-error';
import type { CommandResult } from '../run-command';

const OFFLINE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH|ENOTCACHED|NewConnectionError|ConnectTimeout|name resolution|Max retries exceeded|Connection(Reset|Refused)?Error|Network is unreachable|network/;
const WRONG_CHECKSUM = /EINTEGRITY|DO NOT MATCH THE HASHES|integrity checksum failed/;
const DISK_FULL = /ENOSPC|No space left on device|Disk quota exceeded|EDQUOT/;

/** Turns a failed command's output into an error that says how to fix it. */
export function describeFailure(what: string, { stdout, stderr }: CommandResult): NativeSetupError {
  const output = `${stdout}\n${stderr}`.trim().split('\n').slice(-30).join('\n');
  if (DISK_FULL.test(output)) {
    return new NativeSetupError(
      'disk-full',
      `${what}: the disk is full. Free some space, or ${ANOTHER_CACHE}.`,
      output,
    );
  }
  if (WRONG_CHECKSUM.test(output)) {
    return new NativeSetupError(
      'wrong-checksum',
      `${what}: the registry's file does not have the checksum that @hrm/runtime expects, and was not used. Try again. If that does not help, contact the operator of the registry or mirror that npm and pip use.`,
      output,
    );
  }
  if (OFFLINE.test(output)) {
    return new NativeSetupError(
      'offline',
      `${what}: the package registry cannot be reached. Check the network or proxy and try again.`,
      output,
    );
  }
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const message = lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? 'it printed nothing';
  return new NativeSetupError('download-failed', `${what}: ${message.trim()}`, output);
}
