# Oceanid. `make` explains itself; every target works from a fresh clone.
SHELL := /bin/bash
.DEFAULT_GOAL := help

GO      ?= go
TOOL    := $(GO) tool -modfile=tools/go.mod
LAB     := $(GO) run ./lab/cmd/lab
LANDED  := GO=$(GO) bash proto/landed.sh
DRIVERS := $(notdir $(wildcard plugins/*))
NESTED  := $(patsubst %/go.mod,%,$(wildcard examples/*/go.mod))
POOL    ?= local
KILLS   ?= 10000
LISTEN  ?= 127.0.0.1:8080

.PHONY: help
help: ## what can be made
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## all programs, into bin/
	@mkdir -p bin/drivers
	@$(GO) build -trimpath -o bin/ ./cmd/oceanid ./examples/portal
	@CGO_ENABLED=0 $(GO) build -trimpath -o bin/model ./examples/portal/model
	@for d in $(DRIVERS); do $(GO) build -trimpath -o bin/drivers/oceanid-$$d ./plugins/$$d || exit 1; done

.PHONY: run
run: build ## the example portal on this machine; POOL=lab: on a real HTCondor pool over SSH (root, Debian)
ifeq ($(POOL),lab)
	@$(LAB) build
	@$(LAB) up --condor --sshd -- bin/portal -config examples/portal/lab.hcl -scheduler lab -listen $(LISTEN)
else
	@bin/portal -config config.hcl -scheduler $(POOL) -listen $(LISTEN)
endif

.PHONY: test
test: ## every test, on real servers
	@bash lab/prepare.sh
	@$(GO) test -race -shuffle=on -timeout 20m $(TESTFLAGS) ./...
	@for m in $(NESTED); do $(GO) -C $$m test -mod=mod -race -shuffle=on -timeout 20m $(TESTFLAGS) ./... || exit 1; done

.PHONY: soak
soak: ## hours of random kills of everything, KILLS of them (10000); SEED repeats a run
	@bash lab/prepare.sh
	@OCEANID_SOAK=1 OCEANID_SOAK_KILLS=$(KILLS) OCEANID_SOAK_SEED=$(SEED) $(GO) test -count=1 -timeout 24h -v $(TESTFLAGS) ./soak

.PHONY: docs
docs: build ## docs/drivers/: the drivers' reference pages, which they write themselves
	@for d in $(DRIVERS); do bin/oceanid drivers docs bin/drivers/oceanid-$$d >docs/drivers/$$d.md || exit 1; done

.PHONY: lint
lint: docs ## gofmt, vet, staticcheck, proto style and freshness
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -d $$(git ls-files '*.go'); exit 1; }
	@$(GO) vet ./...
	@$(TOOL) staticcheck ./...
	@for m in $(NESTED); do $(GO) -C $$m vet -mod=mod ./... && $(GO) -C $$m mod tidy -diff || exit 1; done
	@$(TOOL) buf lint
	@$(LANDED) breaking
	@$(LANDED) check
	@$(TOOL) buf generate
	@git diff --exit-code --stat -- docs/drivers || { echo "reference pages were stale: commit what make docs made"; exit 1; }
	@git diff --exit-code --stat -- internal/wire || { echo "generated code was stale: commit what make lint made"; exit 1; }
	@$(GO) mod tidy -diff

.PHONY: bench
bench: build ## side by side with the peers: name  ours  peer  ratio  goal
	@$(GO) run ./bench

.PHONY: lab
lab: ## build the lab's root once: real HTCondor, Slurm, OpenSSH, Redis (root, Debian; about 2 minutes)
	@$(LAB) build

.PHONY: proto
proto: ## generate the Go code of the protocol, and land what was added to it
	@$(TOOL) buf lint
	@$(LANDED) breaking
	@$(TOOL) buf generate
	@$(LANDED) land

.PHONY: clean
clean: ## what was built and the example's data; the lab's root stays (go run ./lab/cmd/lab clean)
	@rm -rf bin oceanid.data results examples/portal/oceanid.data
