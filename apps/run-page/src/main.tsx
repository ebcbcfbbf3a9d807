import type { Report } from '@hrm/ui/run-record';
import { render } from 'preact';
import { App } from './app';
import { report } from './state';
import './style/page.css';

report.value = JSON.parse(document.getElementById('report')!.textContent!) as Report | null;
render(<App />, document.getElementById('page')!);
