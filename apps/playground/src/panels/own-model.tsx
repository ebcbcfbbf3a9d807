import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { openFiles, useShipped } from '../session/actions';
import * as session from '../session/session';

const isDragging = signal(false);

/** Takes a checkpoint of the reader's, dragged onto the page or chosen. */
export function OwnModel() {
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      isDragging.value = true;
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) isDragging.value = false;
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      isDragging.value = false;
      void openFiles([...event.dataTransfer!.files]);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);
  const own = session.ownModel.value;
  return (
    <div class="own-model">
      {own && (
        <p class="note">
          {`Thinks: ${own.name}, for ${own.anySize ? 'mazes of any size' : `${own.width}×${own.height}`}. `}
          <button type="button" class="link" onClick={useShipped}>
            Use the shipped model
          </button>
        </p>
      )}
      <label class="file">
        <span>Open a checkpoint…</span>
        <input
          type="file"
          multiple
          onChange={(event) => {
            const files = [...(event.currentTarget.files ?? [])];
            event.currentTarget.value = '';
            if (files.length > 0) void openFiles(files);
          }}
        />
      </label>
      <p class="note">
        Or drop it here: a file of <code>hrm export</code>, a run's <code>weights.safetensors</code> with its{' '}
        <code>config.json</code>, or an official <code>step_N</code> with its <code>all_config.yaml</code>.
      </p>
      <p class="problem file-problem" role="alert">
        {session.fileProblem.value}
      </p>
      {isDragging.value && <div class="drop-zone">Drop the checkpoint to have it think</div>}
    </div>
  );
}
