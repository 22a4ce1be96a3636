# The commands of a user and of a developer; each installs what it needs first.
.DEFAULT_GOAL := help
PRESET ?= release
BUILD := build/$(PRESET)
PACKAGES := $(shell sed -e '/^\#/d' resources/debian-packages.txt)
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: help dependencies configure build benchmarks run test asan tsan valgrind fuzz soak bench bench-factoring \
        check-factoring check-stops isolation-fastapi screenshots test-qt68 install

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 18

dependencies:
	@resources/install-dependencies.sh

configure: dependencies
	@[ -f $(BUILD)/build.ninja ] || cmake --preset $(PRESET)

build: configure ## compile (PRESET=release unless told)
	@cmake --build --preset $(PRESET)

run: build ## start the service, and the monitor beside it where there is a display; Ctrl-C stops both
	@resources/run.sh $(BUILD)/bin

test: build ## compile and run every test
	@ctest --preset $(PRESET)

asan: ## every test under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory test PRESET=asan

tsan: ## the engine, and the threads of store, pool, jobs and probe, under ThreadSanitizer
	@$(MAKE) --no-print-directory test PRESET=tsan

benchmarks: build ## compile the programs that measure, too
	@cmake --build --preset $(PRESET) --target benchmarks

bench: benchmarks ## the service's figures of the README, in one run
	@$(BUILD)/bin/bench_service

soak: benchmarks ## SOAK_MINUTES (10) of mixed traffic, good and bad: every answer right, memory level, nothing left over
	@$(BUILD)/bin/openloop-soak $(or $(SOAK_MINUTES),10)

isolation-fastapi: benchmarks ## the isolation test on openloop-server and on the article's FastAPI service, and one picture of both
	@bench/fastapi/isolation.sh

screenshots: benchmarks ## pictures of the monitor in every view and state, light and dark, in build/screenshots
	@bench/screenshots.sh

test-qt68: ## the same source, built and tested on Qt 6.8 in a Debian 13 root (needs root)
	@bench/test_qt68.sh

install: build ## install below /usr/local (DESTDIR and PREFIX are honoured)
	cmake --install $(BUILD) $(if $(PREFIX),--prefix $(PREFIX))

bench-factoring: benchmarks ## factoring speed beside PARI, FLINT and GNU factor (BENCH_ARGUMENTS=--large: 80 digits and more)
	@python3 bench/bench_factoring.py $(BUILD)/bin/bench_factoring $(BENCH_ARGUMENTS)

check-stops: benchmarks ## 500 stops at random moments of factoring numbers of 50 to 90 digits (STOPS, THREADS)
	@$(BUILD)/bin/stop_factoring $(or $(STOPS),500) $(or $(THREADS),1)

check-factoring: build ## 10,000 seeded numbers of every class, proved by PARI; takes an hour
	@python3 bench/check_factoring.py $(BUILD)/bin/openloop-factor $(CHECK_ARGUMENTS)

FUZZ_SECONDS ?= 60
fuzz: dependencies ## feed random bytes to every parser for FUZZ_SECONDS each; needs clang
	@[ -f build/fuzz/build.ninja ] || cmake --preset fuzz
	@cmake --build --preset fuzz --target fuzz_factor_input fuzz_request
	@for input in factor_input request; do \
	  mkdir -p build/fuzz/corpus/$$input; \
	  build/fuzz/fuzz/fuzz_$$input -max_total_time=$(FUZZ_SECONDS) -max_len=512 -print_final_stats=1 \
	    -dict=tests/fuzz/$$input.dict build/fuzz/corpus/$$input || exit 1; \
	done
