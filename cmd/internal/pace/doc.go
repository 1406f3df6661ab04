// Package pace keeps who only looks at a training from slowing it down. All who look on at a machine
// share a budget, a part of its processors' time; who takes more than its part shows fewer frames (Pace),
// and reads fewer checkpoints (Checkpoints). Those who look on, and those who train, are known by files that
// they have locked (place). What a frame takes is measured, so that the budget is kept on any machine that
// can show the fewest frames for it, and all are shown where it is large enough.
package pace
