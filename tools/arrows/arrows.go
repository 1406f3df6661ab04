package arrows

import (
	"cmp"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Violation is an import that no rule allows or, with Import empty, a folder
// that no rule names.
type Violation struct {
	// File is file:line:column from the root of the module, or the folder.
	File   string
	Import string
	// Rule is the one that was broken; nil if the folder has none.
	Rule *Rule
}

// String says in one line what is wrong where, and what would be allowed.
func (v Violation) String() string {
	if v.Rule == nil {
		return fmt.Sprintf("%s: no rule names this folder; add one to tools/arrows/rules.go", v.File)
	}
	allowed := strings.Join(v.Rule.Imports, ", ")
	if len(v.Rule.Tests) > 0 {
		allowed += "; tests also " + strings.Join(v.Rule.Tests, ", ")
	}
	return fmt.Sprintf("%s: imports %q, but %s may import only %s (%s)",
		v.File, v.Import, v.Rule.Folder, allowed, v.Rule.Why)
}

// Check reads every Go file of the module named module whose root is fsys and
// returns what breaks the rules, in the order of the files. It leaves out what
// the go command never builds: testdata, names that begin with "." or "_", and
// modules within the module. A file that cannot be parsed is an error.
func Check(fsys fs.FS, module string, rules []Rule) ([]Violation, error) {
	folders, err := packages(fsys)
	if err != nil {
		return nil, err
	}
	var found []Violation
	for _, f := range folders {
		rule := ruleFor(f.path, rules)
		if rule == nil {
			found = append(found, Violation{File: f.path})
			continue
		}
		for _, name := range f.files {
			vs, err := checkFile(fsys, path.Join(f.path, name), module, rule)
			if err != nil {
				return nil, err
			}
			found = append(found, vs...)
		}
	}
	return found, nil
}

// outputs are the folders of the module's root that git ignores and that are no
// part of the project.
var outputs = []string{"bin", "build", "dist", "runs"}

// folder is a folder with the names of the Go files in it.
type folder struct {
	path  string
	files []string
}

func packages(fsys fs.FS) ([]folder, error) {
	byPath := map[string]*folder{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		hidden := name != "." && (base[0] == '.' || base[0] == '_')
		switch {
		case d.IsDir() && (hidden || base == "testdata" || slices.Contains(outputs, name) || name != "." && hasGoMod(fsys, name)):
			return fs.SkipDir
		case d.IsDir() || hidden || path.Ext(base) != ".go":
			return nil
		}
		dir := path.Dir(name)
		if byPath[dir] == nil {
			byPath[dir] = &folder{path: dir}
		}
		byPath[dir].files = append(byPath[dir].files, base)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for Go files: %w", err)
	}
	folders := make([]folder, 0, len(byPath))
	for _, f := range byPath {
		folders = append(folders, *f)
	}
	slices.SortFunc(folders, func(a, b folder) int { return cmp.Compare(a.path, b.path) })
	return folders, nil
}

func hasGoMod(fsys fs.FS, dir string) bool {
	_, err := fs.Stat(fsys, path.Join(dir, "go.mod"))
	return err == nil
}

// ruleFor returns the rule that names dir most closely, nil if none does.
func ruleFor(dir string, rules []Rule) *Rule {
	var best *Rule
	closeness := 0
	for i := range rules {
		r := &rules[i]
		c := 0
		switch prefix, below := strings.CutSuffix(r.Folder, "/..."); {
		case strings.HasPrefix(r.Folder, ".../"):
			if path.Base(dir) == r.Folder[len(".../"):] {
				c = 1 << 30
			}
		case r.Folder == dir:
			c = 1 << 20
		case below && (dir == prefix || strings.HasPrefix(dir, prefix+"/")):
			c = len(prefix)
		}
		if c > closeness {
			best, closeness = r, c
		}
	}
	return best
}

func checkFile(fsys fs.FS, name, module string, rule *Rule) ([]Violation, error) {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("read the imports of %s: %w", name, err)
	}
	files := token.NewFileSet()
	f, err := parser.ParseFile(files, name, src, parser.ImportsOnly)
	if err != nil {
		return nil, fmt.Errorf("parse the imports: %w", err)
	}
	allowed := rule.Imports
	self := path.Join(module, path.Dir(name))
	if strings.HasSuffix(name, "_test.go") {
		allowed = slices.Concat(rule.Imports, rule.Tests)
	}
	var found []Violation
	for _, spec := range f.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: import %s: %w", name, spec.Path.Value, err)
		}
		if imported == self || slices.ContainsFunc(allowed, func(a string) bool { return allows(a, imported, module) }) {
			continue
		}
		found = append(found, Violation{File: files.Position(spec.Pos()).String(), Import: imported, Rule: rule})
	}
	return found, nil
}

// allows reports whether pattern, as Rule describes it, covers an import.
func allows(pattern, imported, module string) bool {
	ours := imported == module || strings.HasPrefix(imported, module+"/")
	switch pattern {
	case "std":
		return !ours && imported != "C" && !hasDomain(imported)
	case "C":
		return imported == "C"
	case "all":
		return ours
	}
	if !hasDomain(pattern) {
		pattern = module + "/" + pattern
	}
	prefix, below := strings.CutSuffix(pattern, "/...")
	return imported == prefix || below && strings.HasPrefix(imported, prefix+"/")
}

// hasDomain reports whether an import path begins with a domain name, as those
// of other modules do and those of the standard library and of this module,
// which has a plain name, do not.
func hasDomain(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	return strings.Contains(first, ".")
}
