import type { Report, RunRecord } from '@hrm/ui/run-record';
import { computed, signal } from '@preact/signals';

/** What the page shows; null before there is anything. */
export const report = signal<Report | null>(null);

/** The place of the run whose details are shown. */
export const chosen = signal(0);

/** All runs. */
export const runs = computed<readonly RunRecord[]>(() => report.value?.runs ?? []);

/** The run whose details are shown. */
export const run = computed<RunRecord | undefined>(() => runs.value[Math.min(chosen.value, runs.value.length - 1)]);
