# pricegap: `make` lists what can be made.
SHELL    := /bin/bash -o pipefail
GO       ?= go
TOOL     := $(GO) tool -modfile=tools/go.mod
FUZZTIME ?= 5s
SHARED   ?= ../shared
SCALE    ?= 1
BIN      := bin/pricegap
SPECIMENS := $(CURDIR)/tools/blockkit/out
VERSION  ?= $(shell git describe --tags --always 2>/dev/null || echo dev)

.DEFAULT_GOAL := help
.PHONY: help build check check-fast format vet lint arch test docs harness fuzz prove score bench bench-crawl bench-store bench-extract profile blockkit real replay worst train demo generate clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

build: ## build the binary into bin/
	CGO_ENABLED=0 $(GO) build -trimpath -pgo cmd/pricegap/crawl.pgo -gcflags=all=-d=pgoinlinecdfthreshold=80 -ldflags '-s -w -X main.stamp=$(VERSION)' -o $(BIN) ./cmd/pricegap

check: ## what CI runs: format, vet, lint, architecture, tests with race, docs, harnesses at a tenth, fuzz 5 s each
	$(MAKE) format vet arch test docs harness fuzz lint

check-fast: ## before a commit: format, vet, tests
	$(MAKE) format vet
	$(GO) test ./...

format: ## fail when a file is not formatted
	@out=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "not formatted:"; echo "$$out"; exit 1; }

vet: ## go vet
	$(GO) vet ./...
	$(GO) vet -tags failpoint ./store/...

lint: ## golangci-lint, built from tools/go.mod
	$(TOOL) golangci-lint run ./...

arch: ## the layers, borders and sizes of docs/architecture.md
	$(GO) test -count=1 -run 'TestImports|TestTableRefuses|TestBorders|TestSize|TestAlone' .

test: ## go test -race ./..., without the vetting, which is a target of its own
	$(GO) test -race -vet=off ./...

docs: ## paths, commands and generated pages in README.md and docs/ are true
	$(GO) test -count=1 -run 'TestDocs' .
	$(GO) test -count=1 -run 'TestReference' ./cmd/pricegap
	$(GO) test -count=1 -run 'TestSchema|TestShipped' ./cmd/internal/config
	$(GO) run ./cmd/pricegap check --offline

harness: ## kills, power cuts, failpoints, failing disks and damage at a tenth of their figures
	PRICEGAP_HARNESS=ci $(GO) test -vet=off -tags failpoint -count=1 -timeout 15m -v -run '^TestHarness' $$(.ci/having 'func TestHarness') | grep -vE '^=== '

fuzz: ## every fuzz target for FUZZTIME (5s)
	.ci/fuzz $(FUZZTIME)

prove: ## the promises at their full figures, at most 60 minutes
	$(MAKE) check
	PRICEGAP_HARNESS=prove $(GO) test -vet=off -tags failpoint -count=1 -timeout 45m -v -run '^TestHarness' $$(.ci/having 'func TestHarness') | grep -vE '^=== '
	.ci/fuzz 30s

score: build ## the scores on the real inputs in ../shared, which lies beside the project
	@test -d $(SHARED)/data || { echo "make score: $(SHARED)/data is missing: the scores need the shared folder beside the project"; exit 1; }
	python3 $(SHARED)/score/score.py --bin $(BIN) --data $(SHARED)/data $(SETS)

blockkit: ## every Slack message that the tests make against Slack's own types; wants node, npm and their registry, so it is no part of check
	@for t in node npm; do command -v $$t >/dev/null || { echo "make blockkit: $$t is missing: it needs Node 20 or later with npm"; exit 1; }; done
	@rm -rf $(SPECIMENS) && mkdir -p $(SPECIMENS)
	PRICEGAP_BLOCKKIT=$(SPECIMENS) $(GO) test -count=1 ./alerts/... ./web/slackapp/...
	PRICEGAP_BLOCKKIT=$(SPECIMENS) $(GO) test -count=1 -run 'Slack|Alerts|Demo' ./cmd/pricegap
	cd tools/blockkit && { test node_modules/.package-lock.json -nt package-lock.json || npm ci; } && node check.mjs $(SPECIMENS)

bench: ## the Go benchmarks with memory, then crawls as whole processes
	$(GO) test -run '^$$' -bench . -benchmem -benchtime 1s $$(.ci/having 'func Benchmark')
	$(MAKE) bench-crawl

bench-crawl: build ## crawl 10,000 pages (times SCALE) of shops on loopback with the pause set to zero, and again
	cd bench && $(GO) run ./crawl -bin ../$(BIN) -scale $(SCALE) -out out/crawl.jsonl

profile: ## measure anew where crawls spend their time: `make build` goes by it
	rm -rf bench/out/profile && mkdir -p bench/out/profile
	$(GO) test -c -o bin/profiled ./cmd/pricegap
	cd bench && PRICEGAP_AS_COMMAND=1 PRICEGAP_PROFILE_DIR=$(CURDIR)/bench/out/profile $(GO) run ./crawl -bin ../bin/profiled -out out/profile/crawl.jsonl
	cd bench && $(GO) run ./profile -out ../cmd/pricegap/crawl.pgo out/profile/*.prof

bench-store: ## keep 10.7 million observations (times SCALE), daily and hourly, beside bbolt layouts, SQLite and Prometheus
	cd bench && $(GO) run ./store -scale $(SCALE) -out out/store.jsonl

bench-extract: ## read the saved real pages of ../shared, and say how fast and within what memory
	@test -d $(SHARED)/data/pages || { echo "make bench-extract: $(SHARED)/data/pages is missing: it needs the shared folder beside the project"; exit 1; }
	cd bench && $(GO) run ./extract -data $(abspath $(SHARED))/data -out out/extract.jsonl

real: build ## crawl the saved real pages and replay real price histories of ../shared through the binary
	@test -d $(SHARED)/data || { echo "make real: $(SHARED)/data is missing: it needs the shared folder beside the project"; exit 1; }
	cd bench && $(GO) run ./realpages -bin ../$(BIN) -data $(abspath $(SHARED))/data
	cd bench && $(GO) run ./replay -import ../$(BIN) -data $(abspath $(SHARED))/data -store lidl

worst: build ## what alerts would have sent around the worst day of the price histories of ../shared
	@test -d $(SHARED)/data/timeseries || { echo "make worst: $(SHARED)/data/timeseries is missing: it needs the shared folder beside the project"; exit 1; }
	cd bench && $(GO) run ./replay -worst ../$(BIN) -data $(abspath $(SHARED))/data $(if $(STORES),-store $(STORES))

replay: ## keep the daily price histories of ../shared in a store, and hold what it answers against what was given
	@test -d $(SHARED)/data/timeseries || { echo "make replay: $(SHARED)/data/timeseries is missing: it needs the shared folder beside the project"; exit 1; }
	cd bench && $(GO) run ./replay -data $(abspath $(SHARED))/data -out out/replay.jsonl $(if $(STORES),-store $(STORES))

train: ## fit the weights of package parsers/visible on half of the shops in ../shared and compare them with those in use
	@test -d $(SHARED)/data || { echo "make train: $(SHARED)/data is missing: it needs the shared folder beside the project"; exit 1; }
	cd bench && $(GO) run ./train -data $(abspath $(SHARED))/data

demo: ## fake shops, simulated days, gaps, messages and exports
	$(GO) run ./cmd/pricegap demo

generate: ## rewrite the generated reference pages and golden files of the configuration
	$(GO) test -count=1 ./cmd/internal/config -update
	$(GO) test -count=1 -run 'TestReference' ./cmd/pricegap -update
	$(GO) test -count=1 -run 'TestDocsFailures' . -update

clean: ## remove what was built
	rm -rf bin bench/out
