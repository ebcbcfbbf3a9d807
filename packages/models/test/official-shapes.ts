import { readFileSync } from 'node:fs';
import type { OfficialConfig } from '@hrm/models';

/** A small model of the official code: its config, and the shapes of its state dict. */
export interface OfficialModel {
  family: 'hrm' | 'trm';
  config: OfficialConfig;
  shapes: { [name: string]: number[] };
}

/** Recorded from the official code, see the NOTICE next to the file. */
export const officialModels = Object.entries(
  JSON.parse(readFileSync(new URL('testdata/official-weights/shapes.json', import.meta.url), 'utf8')) as {
    [name: string]: OfficialModel;
  },
);
