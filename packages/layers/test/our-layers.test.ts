import './backends';
import { describeOurLayers } from './our-layers';

describeOurLayers();
