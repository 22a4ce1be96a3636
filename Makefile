# The commands of a user and of a developer; each installs what it needs first.
.DEFAULT_GOAL := help
PRESET ?= release
BUILD := build/$(PRESET)
PACKAGES := $(shell sed -e '/^\#/d' resources/debian-packages.txt)
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: help dependencies configure build run test asan tsan install

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 18

dependencies:
	@command -v dpkg-query >/dev/null 2>&1 || { \
	  echo 'openloop: no dpkg here: install the counterparts of resources/debian-packages.txt, then run' >&2; \
	  echo '  cmake --workflow --preset release' >&2; exit 1; }
	@missing=$$(for p in $(PACKAGES); do \
	    dpkg-query -W -f '$${db:Status-Abbrev}' $$p 2>/dev/null | grep -q '^ii' || echo $$p; done); \
	  if [ -n "$$missing" ]; then \
	    echo "openloop: installing" $$missing; \
	    $(SUDO) apt-get update -qq && \
	    $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	  fi

configure: dependencies
	@[ -f $(BUILD)/build.ninja ] || cmake --preset $(PRESET)

build: configure ## compile (PRESET=release unless told)
	@cmake --build --preset $(PRESET)

test: build ## compile and run every test
	@ctest --preset $(PRESET)

asan: ## every test under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory test PRESET=asan

tsan: ## the Qt-free tests under ThreadSanitizer
	@$(MAKE) --no-print-directory test PRESET=tsan

install: build ## install below /usr/local (DESTDIR and PREFIX are honoured)
	cmake --install $(BUILD) $(if $(PREFIX),--prefix $(PREFIX))

.PHONY: bench-factoring check-factoring fuzz

bench-factoring: build ## factoring speed beside PARI, FLINT and GNU factor (BENCH_ARGUMENTS=--large: 80 digits and more)
	@python3 bench/bench_factoring.py $(BUILD)/bin/bench_factoring $(BENCH_ARGUMENTS)

check-factoring: build ## 10,000 seeded numbers of every class against PARI; takes a while
	@python3 bench/check_factoring.py $(BUILD)/bin/openloop-factor $(CHECK_ARGUMENTS)

FUZZ_SECONDS ?= 60
fuzz: dependencies ## feed random bytes to every parser for FUZZ_SECONDS each; needs clang
	@[ -f build/fuzz/build.ninja ] || cmake --preset fuzz
	@cmake --build --preset fuzz --target fuzz_factor_input
	@mkdir -p build/fuzz/corpus/factor_input
	@build/fuzz/fuzz/fuzz_factor_input -max_total_time=$(FUZZ_SECONDS) -max_len=512 \
	  -dict=tests/fuzz/factor_input.dict build/fuzz/corpus/factor_input
