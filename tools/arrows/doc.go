// Package arrows holds the rule of who may import whom, and the test that
// every source file keeps to it.
//
// The layers of pongpg are worth something only while they stay layers: the
// learning must not know which device it runs on, a device must not know the
// game, and the game must not know either. The compiler does not see that.
//
// The files are read here with go/parser, all of them: a file that is left out
// of this machine's build by its name or by a build constraint has its imports
// checked all the same. The go command is not asked, because its answer is for
// one platform only, and because a test that runs another program is answered
// from the test cache when only a source file has changed.
//
// The rules are the table in rules.go. What the table does not allow is an
// error, and so is a folder that it does not name.
package arrows
