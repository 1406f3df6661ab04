// Package sweep trains many settings side by side and says which was best.
//
// file.go reads what is asked for, expand.go and draw.go make settings of it, plan.go
// gives each training a name and a command and holds a directory to them, children.go runs
// the commands, and result.go, table.go and report.go say what came of them.
package sweep
