# make help lists the targets.

GO      ?= go
PYTHON3 ?= python3
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

# gorgonia.org/cu includes our own <cuda.h>, and asks the linker for a libcuda that the
# program must not need: docs/cuda.md.
# -O2 -g is cgo's own default, which a set CGO_CFLAGS replaces.
override CGO_CFLAGS  := -I$(CURDIR)/cuda/driver/include $(or $(CGO_CFLAGS),-O2 -g)
override CGO_LDFLAGS := -Wl,--as-needed $(or $(CGO_LDFLAGS),-O2 -g)
export CGO_CFLAGS CGO_LDFLAGS

# Go 1.21 and newer fetch the Go that go.mod asks for, unless told not to; some
# distributions tell theirs not to.
GOTOOLCHAIN ?= auto
export GOTOOLCHAIN

# Without stamps of version control: VERSION says more, and building in another
# user's checkout stays possible.
BUILD  := $(GO) build -trimpath -buildvcs=false -ldflags '-X main.version=$(VERSION)'
# One PTX for all cards: compute capability 6.0, which the driver translates for newer ones.
# Nothing contracted or approximated: see docs/kernels.md.
CLANG  ?= clang-19
PTX    := -x cuda --cuda-device-only --cuda-gpu-arch=sm_60 --cuda-feature=+ptx63 -nocudainc -nocudalib \
	-O3 -ffp-contract=off -Wall -Wextra -Werror -S
VENV   := build/venv
PY     := $(VENV)/bin/python
RACE   ?= ./...
PACKAGES ?= ./...
FRAMES ?= 1000000
SEED   ?= 1
EPISODES ?= 200
PAIRS  ?= 8
ARGS   ?=

.DEFAULT_GOAL := all
.PHONY: all build test parity race train bench benchmarks viewers lint generate check-generated kernels check-kernels \
	check-update test-python ale-trace ale-baseline ale-eval ale-resume cross clean help go-version

all: build ## the default: build

build: go-version ## bin/pongpg
	$(BUILD) -o bin/ ./cmd/pongpg

test: go-version ## all tests (PACKAGES=, ARGS=flags of go test)
	$(GO) test $(ARGS) $(PACKAGES)

parity: go-version ## whole trainings of full size, CPU against the simulated GPU (and a real one if there is one)
	PONGPG_PARITY=full $(GO) test -count=1 -timeout 30m ./cuda ./cmd/internal/crosscheck

race: go-version ## tests under the race detector, the longest left out (RACE=packages)
	CGO_ENABLED=1 $(GO) test -race -short $(RACE)

train: build ## train with the defaults (ARGS=flags)
	bin/pongpg train $(ARGS)

bench: build ## measure training and its stages on this machine (ARGS=flags)
	bin/pongpg bench $(ARGS)

benchmarks: go-version ## Go's benchmarks (PACKAGES=, ARGS=flags of go test)
	$(GO) test -run '^$$' -bench . $(ARGS) $(PACKAGES)

# All of them together, and each by itself; ARGS='-bench Viewers' measures the times of each, too.
viewers: go-version ## what looking on takes from a training (PAIRS=, 70 seconds each)
	PONGPG_VIEWERS=$(PAIRS) $(GO) test -run '^$$' -bench 'Viewers/(all|shares)' -timeout 2h $(ARGS) ./cmd/pongpg

lint: go-version ## formatting, vet, staticcheck
	@unformatted=$$("$$($(GO) env GOROOT)/bin/gofmt" -l $$(find . -name '*.go' -not -path './build/*')); \
	if [ -n "$$unformatted" ]; then echo "not formatted; run gofmt -w on:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

generate: go-version ## write every generated file anew
	$(GO) generate ./...

check-generated: go-version ## fail if the generated files are not what generate writes
	tools/check_generated.sh $(GO) generate ./...

# All of it again, whatever the dates: one source takes a tenth of a second.
kernels: ## compile the CUDA kernels to PTX (needs clang-19, and no CUDA)
	@command -v $(CLANG) >/dev/null || { \
		echo "kernels/*.cu are compiled by $(CLANG), which is missing; install clang-19 (Debian 12: apt-get install clang-19)." >&2; \
		echo "Nothing else needs it: the PTX is committed." >&2; exit 1; }
	@set -e; for source in kernels/*.cu; do $(CLANG) $(PTX) -o "$${source%.cu}.ptx" "$$source"; done

check-kernels: ## fail if the PTX is not what its source makes
	tools/check_generated.sh $(MAKE) --no-print-directory kernels

test-python: build $(VENV)/done ## open checkpoints, exports and TensorBoard's events with Python, and import what it writes
	PONGPG_PYTHON='$(CURDIR)/$(PY)' $(GO) test -count=1 -run TestPython -v ./trainer/checkpoint
	$(PY) tools/check_export.py --pongpg bin/pongpg
	$(PY) tools/check_tensorboard.py --pongpg bin/pongpg

check-update: build $(VENV)/done ## compare the updates with NumPy's
	$(PY) tools/check_update.py --plant --pongpg bin/pongpg $(ARGS)

ale-trace: build $(VENV)/done ## compare the game with the Arcade Learning Environment (FRAMES=, SEED=)
	$(PY) tools/ale_trace.py --pongpg bin/pongpg --frames $(FRAMES) --seed $(SEED) $(ARGS)

ale-baseline: $(VENV)/done ## decisions/s of the 2016 loop on the Arcade Learning Environment
	$(PY) tools/karpathy_ale.py --seed $(SEED) $(ARGS)

ale-eval: build $(VENV)/done ## play an exported policy on the Arcade Learning Environment, and compare with eval (EPISODES=)
	$(PY) tools/ale_eval.py --pongpg bin/pongpg --episodes $(EPISODES) --seed $(SEED) $(ARGS)

ale-resume: build $(VENV)/done ## the 2016 loop on the Arcade Learning Environment goes on from an exported policy
	$(PY) tools/karpathy_ale.py --pongpg bin/pongpg --seed $(SEED) $(ARGS)

# Made anew whenever the pins change. Some distributions' Python makes no pip in
# an environment; theirs then installs into it from outside.
$(VENV)/done: tools/requirements.txt
	$(PYTHON3) -m venv --clear $(VENV) >/dev/null 2>&1 || $(PYTHON3) -m venv --clear --without-pip $(VENV)
	if [ -e $(VENV)/bin/pip ]; then pip='$(PY) -m pip'; else pip='$(PYTHON3) -m pip --python $(PY)'; fi; \
	$$pip install --quiet --disable-pip-version-check -r tools/requirements.txt
	touch $@

# cgo first where it is on: that is the build with CUDA.
CROSS := linux/amd64/1 linux/amd64/0 linux/arm64/0 darwin/arm64/0 windows/amd64/0

cross: $(CROSS:%=cross/%) ## build and vet for each platform, into build/cross

.PHONY: $(CROSS:%=cross/%)
$(CROSS:%=cross/%): cross/%: go-version
	GOOS=$(word 1,$(subst /, ,$*)) GOARCH=$(word 2,$(subst /, ,$*)) CGO_ENABLED=$(notdir $*) $(GO) vet ./...
	GOOS=$(word 1,$(subst /, ,$*)) GOARCH=$(word 2,$(subst /, ,$*)) CGO_ENABLED=$(notdir $*) \
	$(BUILD) -o build/cross/$(subst /,-,$*)/ ./cmd/pongpg

# What is tested where there is a GPU and no Go.
GPU_TESTS ?= ./cuda ./cmd/internal/crosscheck

.PHONY: image-check gpu-bundle
image-check: go-version ## build the container's image and run it, as root, with no registry
	GO='$(GO)' VERSION='$(VERSION)' tools/image_check.sh

gpu-bundle: build ## build/pongpg-gpu-bundle.tar.gz: program and tests, for a machine with a GPU
	GO='$(GO)' tools/gpu_bundle.sh $(GPU_TESTS)

# Built by its makers, checked in, and held to its sums.
UPLOT := uplot@1.6.32

.PHONY: dashboard-assets
dashboard-assets: ## fetch the dashboard's chart library, as pinned, and compare its sums (needs npm)
	@set -e; to='$(CURDIR)/cmd/internal/dashboard/assets/uplot'; from=$$(mktemp -d); trap 'rm -rf "$$from"' EXIT; \
	cd "$$from"; npm pack --silent $(UPLOT) >/dev/null; tar -xzf ./*.tgz; cd package; \
	mv dist/uPlot.iife.min.js dist/uPlot.min.css .; sha256sum --check "$$to/SHA256SUMS"; \
	cp LICENSE uPlot.iife.min.js uPlot.min.css "$$to"

.PHONY: pictures pictures-recipes
pictures: build ## README's pictures, of runs that it trains, or has (SEEDS=, DECISIONS=, FILM=, ARGS=flags)
	tools/pictures.sh readme

pictures-recipes: build ## the learning curves on the recipes' pages, likewise (SEEDS=, ARGS=flags)
	tools/pictures.sh recipes

clean: ## remove what make built
	rm -rf bin build

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 18

# Go before 1.21 cannot read go.mod, let alone fetch a newer Go, and says so
# only obscurely.
go-version:
	@need=$$(sed -n 's/^go //p' go.mod); \
	have=$$(GOTOOLCHAIN=local $(GO) version 2>/dev/null | sed -n 's/.* go1\.\([0-9]*\).*/\1/p'); \
	if [ -z "$$have" ] || [ "$$have" -lt 21 ]; then \
		echo "pongpg needs Go $$need; $(GO) is $$(GOTOOLCHAIN=local $(GO) version 2>/dev/null || echo missing)." >&2; \
		echo "Install it from https://go.dev/dl/ (any Go from 1.21 on fetches $$need by itself)." >&2; \
		exit 1; \
	fi
