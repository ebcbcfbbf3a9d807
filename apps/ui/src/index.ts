// Drawing of curves, in the colours of palette.css.
export { lineChart, type Curve, type LineChart } from './line-chart';
export { logScale, polyline, type Scale } from './polyline';
