import type { CompileMode } from './compile-mode';
import type { GraphBackend } from '../native/native-backend';
import { GraphRecorder } from './graph-recorder';
import { disposeCaptured, type Recorded } from './recorded';
import { RecordingSession } from './recording-session';
import type { Structure } from './structure';

const recording = new WeakMap<object, CompileMode>();

/** How the function that is being recorded on the backend now will be compiled; undefined if there is none. */
export const recordingMode = (backend: object): CompileMode | undefined => recording.get(backend);

/**
 * Records a function: calls it once with placeholders for the arguments' tensors and for all variables, and records the
 * operations that TensorFlow.js issues instead of executing them. Variables, tensors and backend stay unchanged.
 *
 * @param options.mode how the graph will be compiled.
 * @param options.earlier an earlier recording of the same call, to compare with.
 * @throws RecordingError where the function cannot be recorded, or differs from the earlier one.
 */
export function record(
  backend: GraphBackend,
  fn: (...args: unknown[]) => unknown,
  args: Structure,
  { mode, earlier }: { mode: CompileMode; earlier?: Recorded },
): Recorded {
  const session = new RecordingSession(backend, new GraphRecorder(backend.binding, earlier?.recorder));
  recording.set(backend, mode);
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
