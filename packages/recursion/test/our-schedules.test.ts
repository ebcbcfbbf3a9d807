import './backends';
import { describeOurSchedules } from './our-schedules';

describeOurSchedules();
