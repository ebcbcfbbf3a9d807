import type { Report } from '@hrm/ui/run-record';
import { render } from 'preact';
import { App } from './app';
import { followRuns } from './live/follow-runs';
import { report } from './state';
import './style/page.css';

report.value = JSON.parse(document.getElementById('report')!.textContent!) as Report | null;
// Without a report, the page is that of `hrm watch`.
if (report.value === null) followRuns('events');
render(<App />, document.getElementById('page')!);
