import '../../layers/test/backends';
import { describeOurSchedules } from './our-schedules';

describeOurSchedules();
