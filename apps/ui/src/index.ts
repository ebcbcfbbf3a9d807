// Drawing of small curves, in the colours of palette.css. Larger ones, with axes: `@hrm/ui/line-chart`.
export { logScale, polyline, type Scale } from './polyline';
export { joinCurves, type JoinedCurves, type OwnCurve } from './join-curves';
