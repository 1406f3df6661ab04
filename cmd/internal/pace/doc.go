// Package pace keeps who only looks at a training from slowing it down. All who look on at a machine
// share a budget, a part of its processors' time; who takes more than its share shows fewer frames
// (Pace). Those who look on, and those who train, are known by files that they have locked (place). What a
// frame takes is measured, so that the budget is kept on any machine, and nobody shows fewer frames where
// there are processors enough.
package pace
