// Drawing of small curves, in the colours of palette.css. Larger ones, with axes: `@hrm/ui/line-chart`.
export { logScale, polyline, type Scale } from './polyline';
