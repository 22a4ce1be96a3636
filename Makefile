# The commands of a user and of a developer; each installs what it needs first.
.DEFAULT_GOAL := help
PRESET ?= release
BUILD := build/$(PRESET)

.PHONY: help dependencies test-dependencies configure build benchmarks run test asan tsan fuzz soak soak-fleet soak-wire fleet bench bench-factoring bench-queue simulate \
        check-factoring check-stops isolation-fastapi screenshots test-again check-fast check compare test-qt68 systemd-test packages package-test \
        check-openapi install

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 18

dependencies:
	@resources/install-dependencies.sh build run

test-dependencies: # what only tests and measurements need, the servers beside which they run included
	@resources/install-dependencies.sh build run test
	@resources/fetch-peers.sh build/peers

configure: dependencies
	@[ -f $(BUILD)/build.ninja ] || cmake --preset $(PRESET)

build: configure ## compile (PRESET=release unless told)
	@cmake --build --preset $(PRESET)

run: build ## start the service, and the monitor beside it where there is a display; Ctrl-C stops both
	@resources/run.sh $(BUILD)/bin

fleet: build ## PostgreSQL, three servers, nginx on 8080 (FLEET_PORT) and, with a display, the monitor; Ctrl-C ends all
	@resources/fetch-peers.sh build/peers
	@resources/fleet/run.sh $(BUILD)/bin build/peers $(FLEET_PORT)

test: test-dependencies build ## compile and run every test (ARGUMENTS: of ctest, such as '-LE field')
	@tests/gate/run_tests.py $(PRESET) $(ARGUMENTS)

check-fast: test-dependencies build ## seconds: format, headers, rules, manuals, OpenAPI, the fuzzers' corpora; part of `make test`
	@ctest --preset $(PRESET) -L rules
	@ctest --preset $(PRESET) -R '^corpus_' --no-tests=ignore

check: check-fast ## and clang-tidy over what has changed since it was clean; can be interrupted, and goes on
	@nice -n 10 python3 tests/rules/check_tidy.py . $(BUILD)

test-again: test-dependencies build ## repeat each test function in four modes (ONLY, MODES, ALONE, OTHERS and OFTEN times, BATCH=seconds, TOGETHER=n, SHARD=k/n, MINUTES=m; goes on where it ended)
	@tests/gate/again.py $(PRESET) ONLY="$(ONLY)" MODES="$(MODES)" ALONE="$(ALONE)" OTHERS="$(OTHERS)" OFTEN="$(OFTEN)" \
	    BATCH="$(BATCH)" TOGETHER="$(TOGETHER)" SHARD="$(SHARD)" MINUTES="$(MINUTES)"

asan: ## the tests under AddressSanitizer and UndefinedBehaviorSanitizer, but for windows and rules; needs clang-19
	@$(MAKE) --no-print-directory test PRESET=asan

tsan: ## the engine, and the threads of store, pool, jobs and probe, under ThreadSanitizer
	@$(MAKE) --no-print-directory test PRESET=tsan

benchmarks: test-dependencies build ## compile the programs that measure, too
	@cmake --build --preset $(PRESET) --target benchmarks

bench: benchmarks ## the service's figures of the README, in one run (PARTS: health nginx observation loops overload calls queries fastapi)
	@resources/install-dependencies.sh bench/fastapi/packages.txt
	@$(BUILD)/bin/bench_service $(PARTS)

bench-queue: benchmarks ## what a queue of 1 to 1,000 servers costs its PostgreSQL
	@$(BUILD)/bin/queue_scale

compare: ## CPU per unit of two commits, paired in one run: OLD=<commit> WHAT=health|query_database|call_other_service|jobs|factorize60|frame
	@bench/figures/compare.py $(OLD) $(WHAT) NEW="$(NEW)" BOUND="$(BOUND)"

soak: benchmarks ## SOAK_MINUTES (10) of mixed traffic, good and bad; the upstream's memory; then soak-fleet; each test function 100 times
	@$(BUILD)/bin/openloop-soak $(or $(SOAK_MINUTES),10)
	@$(BUILD)/bin/openloop-soak-upstream
	@$(MAKE) --no-print-directory soak-fleet
	@$(MAKE) --no-print-directory test-again ALONE=100 TOGETHER=$(or $(TOGETHER),4)

soak-wire: test-dependencies ## a million mutated requests and 100,000 clients that leave, against the ASan build (REQUESTS, CLIENTS, SEED)
	@[ -f build/asan/build.ninja ] || cmake --preset asan
	@cmake --build --preset asan --target openloop-soak-wire
	@build/asan/bin/openloop-soak-wire $(or $(REQUESTS),1000000) $(or $(CLIENTS),100000) $(or $(SEED),1)

soak-fleet: benchmarks ## several servers: kills, 30,000 watchers, chaos, the release before (PARTS: kills watchers chaos before; SEED)
	@before=$(if $(filter before,$(or $(PARTS),before)),$$(tests/long/release_before.py)) && \
	    SEED=$(SEED) JOBS=$(JOBS) $(BUILD)/bin/openloop-soak-fleet \
	    $(patsubst before,$$before,$(or $(PARTS),before kills watchers chaos))

simulate: build ## SEEDS (100,000) of the queue of many servers in the simulator; hours on a slow machine
	@$(BUILD)/bin/openloop-simulator --seeds $(or $(SEEDS),100000)

isolation-fastapi: benchmarks ## the isolation test on openloop-server and on the article's FastAPI service, and one picture of both
	@bench/fastapi/isolation.sh

screenshots: benchmarks ## pictures of the monitor in every view and state, light and dark, in build/screenshots
	@bench/pictures/screenshots.sh

test-qt68: ## the same source, built and tested on Qt 6.8 in a Debian 13 root (needs root)
	@tests/long/test_qt68.sh

systemd-test: build ## the units in a systemd of their own, in namespaces over this machine's root (needs root, and systemd installed)
	@tests/long/systemd/boot.sh $(BUILD)/bin/openloop-server $(BUILD)/resources/openloop-server.service resources/systemd/openloop-server.socket
RELEASES ?= bookworm trixie
packages: ## Debian packages of RELEASES (bookworm trixie), each built in a root of its own, in build/packages; lintian reads them (needs root)
	@set -e; for release in $(RELEASES); do resources/build-packages.sh $$release; done

package-test: ## builds these packages; installs, runs, upgrades, removes and purges them in a bare root of each release (needs root)
	@tests/long/packages/test_packages.sh $(RELEASES)

check-openapi: build ## spectral and a client made by openapi-typescript, on openapi.json as the service gives it (needs npm)
	@tests/long/openapi/check.sh $(BUILD)/bin/openloop-server build/openapi

install: build ## install below /usr/local (DESTDIR and PREFIX are honoured)
	cmake --install $(BUILD) $(if $(PREFIX),--prefix $(PREFIX))

bench-factoring: benchmarks ## factoring speed beside PARI, FLINT and GNU factor (BENCH_ARGUMENTS=--large: 80 digits and more)
	@python3 bench/figures/bench_factoring.py $(BUILD)/bin/bench_factoring $(BENCH_ARGUMENTS)
	@python3 bench/figures/bench_small_numbers.py $(BUILD)/bin/openloop-factor

check-stops: benchmarks ## 500 stops at random moments of factoring numbers of 50 to 90 digits (STOPS, THREADS)
	@$(BUILD)/bin/stop_factoring $(or $(STOPS),500) $(or $(THREADS),1)

check-factoring: build ## 10,000 seeded numbers of every class, proved by PARI; takes an hour
	@python3 tests/long/check_factoring.py $(BUILD)/bin/openloop-factor $(CHECK_ARGUMENTS)

FUZZ_SECONDS ?= 60
FUZZ_INPUTS ?= $(notdir $(wildcard tests/fuzz/corpus/*))
fuzz: test-dependencies ## feed every parser bytes of a fuzzer for FUZZ_SECONDS each (FUZZ_INPUTS: some only; FUZZ_SEED, FUZZ_RUNS); needs clang-19
	@[ -f build/asan/build.ninja ] || cmake --preset asan
	@cmake --build --preset asan --target $(FUZZ_INPUTS:%=fuzz_%)
	@FUZZ_SEED=$(FUZZ_SEED) FUZZ_RUNS=$(FUZZ_RUNS) tests/fuzz/run.sh build/asan/fuzz $(FUZZ_SECONDS) $(FUZZ_INPUTS)
