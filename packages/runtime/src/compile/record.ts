import type { GraphBackend } from '../native/native-backend';
import { GraphRecorder } from './graph-recorder';
import { disposeCaptured, type Recorded } from './recorded';
import { RecordingSession } from './recording-session';
import type { Structure } from './structure';

const recording = new WeakSet<object>();

/** Whether a function is being recorded on the backend now. */
export const isRecording = (backend: object): boolean => recording.has(backend);

/**
 * Records a function: calls it once with placeholders for the arguments' tensors and for all variables, and records the
 * operations that TensorFlow.js issues instead of executing them. Variables, tensors and backend stay unchanged.
 *
 * @param earlier an earlier recording of the same call, to compare with.
 * @throws RecordingError where the function cannot be recorded, or differs from `earlier`.
 */
export function record(
  backend: GraphBackend,
  fn: (...args: unknown[]) => unknown,
  args: Structure,
  earlier?: Recorded,
): Recorded {
  const session = new RecordingSession(backend, new GraphRecorder(backend.binding, earlier?.recorder));
  recording.add(backend);
  try {
    const recorded = session.run(fn, args);
    recorded.recorder.compareEnd();
    return recorded;
  } catch (error) {
    session.recorder.dispose();
    disposeCaptured(session.inputs);
    throw error;
  } finally {
    recording.delete(backend);
  }
}
