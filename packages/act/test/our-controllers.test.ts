import './backends';
import { describeOurControllers } from './our-controllers';

describeOurControllers();
