import '../../layers/test/backends';
import { describeOurControllers } from './our-controllers';

describeOurControllers();
