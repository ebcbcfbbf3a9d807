import { version_core } from '@tensorflow/tfjs-core';
import app from '../../package.json';

/** Versions that are recorded with a run: it is exact only on the same ones. */
export const versions = { hrm: app.version, 'tfjs-core': version_core, node: process.versions.node };
