package arrows

// Rule says what the packages of some folders may import.
//
// Names of imports are one of
//
//	std            any package of the standard library
//	C              cgo
//	all            any package of this module
//	emu            this one package of the module (a path from its root)
//	emu/...        that package and all below it
//	example.org/x  one package of another module; with /..., all below it too
//
// A package may always import itself, for its external tests.
type Rule struct {
	// Folder is a path from the root of the module: "emu" is that folder alone,
	// "cmd/..." it and all below, ".../asm" every folder named asm. A folder
	// takes the rule that names it most closely: first one for its last element
	// (".../asm"), then one for it alone, then the longest with "/...".
	Folder string
	// Imports is what every file of the folder may import.
	Imports []string
	// Tests is what its _test.go files may import besides.
	Tests []string
	// Why is the reason, for the one who meets the rule.
	Why string
}

// Rules is the table for this module.
var Rules = []Rule{
	{
		Folder: "cmd/pongpg",
		Imports: []string{
			"std", "all",
			"github.com/urfave/cli/v2",
			"github.com/vbauerster/mpb/v8/...",
			"github.com/sbinet/npyio/...",
			"golang.org/x/sync/...", "golang.org/x/sys/...", "golang.org/x/term",
		},
		Tests: []string{"github.com/chromedp/...", "github.com/coder/websocket", "github.com/google/pprof/profile"},
		Why:   "a command puts the parts together, so it sees them all; flags are parsed nowhere else",
	},
	{
		Folder: "cmd/internal/...",
		Imports: []string{
			"std", "all",
			"github.com/vbauerster/mpb/v8/...",
			"github.com/sbinet/npyio/...",
			"golang.org/x/sync/...", "golang.org/x/sys/...", "golang.org/x/term",
		},
		Why: "what the commands share sees what they see, but for flags",
	},
	{
		Folder:  "cmd/internal/canvas",
		Imports: []string{"std", "emu", "golang.org/x/image/..."},
		Why:     "pictures of a game know nothing of where they are shown",
	},
	{
		Folder:  "cmd/internal/film",
		Imports: []string{"std", "emu", "cmd/internal/canvas"},
		Why:     "a film is of any pictures",
	},
	{
		Folder: "cmd/internal/plot",
		Imports: []string{
			"std", "trainer", "trainer/checkpoint", "cmd/internal/format",
			"gonum.org/v1/plot/...", "codeberg.org/go-pdf/fpdf", "golang.org/x/image/...", "golang.org/x/text/...",
		},
		Why: "pictures are drawn of what is on disk; how it came there is not known here",
	},
	{
		Folder: "cmd/internal/dashboard",
		Imports: []string{
			"std", "emu", "trainer", "trainer/checkpoint", "cmd/internal/arena", "cmd/internal/canvas", "cmd/internal/format", "cmd/internal/pace", "cmd/internal/picture",
			"github.com/coder/websocket",
		},
		Tests: []string{"trainer/compute/cpu"},
		Why:   "a page shows what is on disk and what policies play; how they are trained is not known here",
	},
	{
		Folder: "cmd/internal/sweep",
		Imports: []string{
			"std", "trainer", "trainer/checkpoint", "cmd/internal/format", "cmd/internal/plot", "cmd/internal/session",
			"github.com/pelletier/go-toml/v2",
		},
		Why: "a sweep knows runs as commands and directories; what computes them is the command's choice",
	},
	{
		Folder:  "cmd/internal/pace",
		Imports: []string{"std", "trainer/checkpoint/filelock", "golang.org/x/sys/..."},
		Why:     "who looks on is kept from taking too much, whatever is looked at",
	},
	{
		Folder:  "cmd/internal/picture",
		Imports: []string{"std", "trainer", "golang.org/x/image/..."},
		Why:     "pictures are drawn from weights; nothing else needs letters in them",
	},
	{
		Folder:  "cmd/internal/tfevents",
		Imports: []string{"std", "google.golang.org/protobuf/encoding/protowire"},
		Why:     "TensorBoard's files, whatever is in them",
	},
	{
		Folder: "trainer",
		Imports: []string{
			"std", "emu/...", "trainer/compute", "trainer/checkpoint", "trainer/weights",
			"github.com/sbinet/npyio/...", "golang.org/x/sync/...",
		},
		Tests: []string{"trainer/compute/cpu", "trainer/compute/computetest", "trainer/compute/meter"},
		Why:   "the learning is composed from operations; it does not know which device performs them",
	},
	{
		Folder:  "trainer/compute",
		Imports: []string{"std", "golang.org/x/sys/cpu"},
		Why:     "the contract with a device knows neither the devices nor the game",
	},
	{
		Folder:  "trainer/compute/cpu",
		Imports: []string{"std", "trainer/compute", "emu/philox", "gonum.org/v1/gonum/...", "golang.org/x/sys/cpu"},
		Tests:   []string{"trainer/compute/computetest"},
		Why:     "a device performs operations; it knows neither the game nor the learning",
	},
	{
		Folder:  "trainer/compute/computetest",
		Imports: []string{"std", "trainer/compute", "emu/philox"},
		Tests:   []string{"trainer/compute/cpu"},
		Why:     "the contract as tests must hold for any backend, so it names none",
	},
	{
		Folder:  "trainer/compute/parity",
		Imports: []string{"std", "trainer/compute"},
		Tests:   []string{"trainer/compute/cpu", "trainer/compute/computetest"},
		Why:     "two devices are compared by the contract alone, whichever they are",
	},
	{
		Folder:  "trainer/compute/meter",
		Imports: []string{"std", "trainer/compute"},
		Why:     "it stands in for a device and counts; what a device keeps beside the operands it is told",
	},
	{
		Folder:  "trainer/checkpoint",
		Imports: []string{"std", "trainer/checkpoint/filelock", "golang.org/x/sys/..."},
		Why:     "the files of a run outlive the code that learned from them",
	},
	{
		Folder:  "trainer/checkpoint/filelock",
		Imports: []string{"std"},
		Why:     "a lock is the same whatever it is of",
	},
	{
		Folder:  "trainer/weights",
		Imports: []string{"std", "trainer/checkpoint", "trainer/weights/pickle"},
		Tests:   []string{"emu/philox"},
		Why:     "the weights as other programs' files have them; what they compute is not known here",
	},
	{
		Folder:  "trainer/weights/pickle",
		Imports: []string{"std"},
		Why:     "what reads strangers' pickles can do nothing but read",
	},
	{
		Folder:  "emu",
		Imports: []string{"std", "emu/philox", "golang.org/x/sys/cpu"},
		Why:     "the game knows nothing of who plays it",
	},
	{
		Folder:  "emu/philox",
		Imports: []string{"std", "golang.org/x/sys/cpu"},
		Why:     "random numbers depend on nothing",
	},
	{
		Folder:  "kernels",
		Imports: []string{"std"},
		Why:     "kernels are text and its description; who launches them is not known here",
	},
	{
		Folder:  "cuda",
		Imports: []string{"std", "trainer/compute", "kernels", "cuda/driver", "gorgonia.org/cu"},
		Tests:   []string{"cuda/cudatest", "cuda/simgpu", "trainer/compute/cpu", "trainer/compute/computetest", "trainer/compute/meter"},
		Why:     "a device performs operations; it knows neither the game nor the learning",
	},
	{
		Folder:  "cuda/cudatest",
		Imports: []string{"std", "cuda", "cuda/simgpu"},
		Why:     "a device for tests, simulated or real; only tests import it",
	},
	{
		Folder:  "cuda/driver",
		Imports: []string{"std", "C"},
		Tests:   []string{"gorgonia.org/cu"},
		Why:     "the only C of the project is the one that finds the driver",
	},
	{
		Folder:  "cuda/driver/gen",
		Imports: []string{"std"},
		Why:     "the generator reads a header and writes text; nothing that ships imports it",
	},
	{
		Folder:  "cuda/simgpu",
		Imports: []string{"std", "cuda/driver"},
		Tests:   []string{"kernels"},
		Why:     "the simulated device stands in for a driver and knows no more than one would",
	},
	{
		Folder:  ".../asm",
		Imports: []string{"std", "github.com/mmcloughlin/avo/..."},
		Why:     "generators of assembly are programs of their own; nothing that ships imports avo",
	},
	{
		Folder:  "tools/...",
		Imports: []string{"std"},
		Why:     "tools look at the project from outside",
	},
}
