# SPDX-License-Identifier: GPL-2.0-or-later
# `make help` lists the targets. Products go to build/; what is missing on the
# machine is installed (as root) or named.
include build.mk

# The jobs of several directories at once, unless -j is given.
ifeq ($(filter -j% --jobserver%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif
export BUILD PREFIX DESTDIR V

INSTALL_DEPS := $(TOP)/tools/setup/install-deps
USER_DIRS := tools/lib tools/drmsnoop fuse-frontend tests/target tests/unit \
	     tests/functional tests/igt tests/bench
# What the arm64 guest runs.
ARM64_DIRS := tools/lib tools/drmsnoop fuse-frontend tests/functional tests/igt
INSTALL_DIRS := tools/lib tools/drmsnoop fuse-frontend
VERSION := $(shell sed -n 's/^\#define DRMSNOOP_VERSION "\(.*\)"/\1/p' tools/lib/drmsnoop.h)
DKMS_SOURCE = $(DESTDIR)/usr/src/drm-snoop-$(VERSION)
UDEV_RULES = $(DESTDIR)/usr/lib/udev/rules.d
MAN = $(DESTDIR)$(PREFIX)/share/man
SPHINX := sphinx-build -q -W --keep-going -d $(BUILD)/Documentation/doctrees

.PHONY: all modules modules-newest modules-debug user demo check check-unit check-vm check-debug \
	lint hdrtest bench fuzz docs man install uninstall dkms help clean \
	build-deps vm-deps test-deps debug-deps docs-deps fuzz-deps \
	$(USER_DIRS) $(INSTALL_DIRS:%=%/install) $(INSTALL_DIRS:%=%/uninstall)

all: modules user ## build everything: kernel modules, tools, drmsnoopfs, tests

modules: build-deps ## build drm_snoop.ko and gpusim.ko, for the cached stock kernel or KDIR=HEADERS
	@$(TOP)/kernel/build-modules $(if $(KDIR),--headers $(KDIR)) --out $(BUILD)/kernel

modules-newest: build-deps ## build them for the newest kernel of Debian's later releases
	@$(TOP)/kernel/build-modules --kernel newest --out $(BUILD)/kernel-newest

modules-debug: debug-deps ## build them for the debug kernel, which is built once before
	@$(TOP)/kernel/build-modules --kernel debug --out $(BUILD)/kernel-debug

modules-newest-arm64: arm64-deps ## build drm_snoop.ko for that on arm64
	@$(TOP)/kernel/build-modules --arch arm64 --kernel newest --out $(BUILD)/kernel-newest-arm64

.PHONY: modules-newest-arm64 modules-arm64 arm64 arm64-deps $(ARM64_DIRS:%=arm64/%)
modules-arm64: arm64-deps ## build drm_snoop.ko for the stock arm64 kernel
	@$(TOP)/kernel/build-modules --arch arm64 --out $(BUILD)/kernel-arm64

arm64: modules-arm64 $(ARM64_DIRS:%=arm64/%) ## build all that the arm64 virtual machine needs
	+@$(MAKE) $(if $(V),,-s) -C tests/vm/fakegpu all

$(ARM64_DIRS:%=arm64/%): arm64/%: arm64-deps
	+@$(MAKE) $(if $(V),,-s) -C $* CROSS=arm64 BUILD=$(BUILD)/arm64 all

$(filter-out arm64/tools/lib,$(ARM64_DIRS:%=arm64/%)): arm64/tools/lib

user: $(USER_DIRS) ## build the user-space programs and tests

$(USER_DIRS): build-deps
	+@$(MAKE) $(if $(V),,-s) -C $@ all

# All link with the library, which only its own Makefile builds.
$(filter-out tools/lib,$(USER_DIRS)): tools/lib

demo: all vm-deps ## show it: a GPU program's memory as files, in the virtual machine
	@$(TOP)/tests/demo/run

check: all arm64 modules-newest modules-newest-arm64 vm-deps test-deps ## run all tests; the last line is "N passed, N failed"
	@$(TOP)/tests/run-tests

check-unit: user test-deps ## run the tests that need no virtual machine
	@$(TOP)/tests/run-tests --unit

check-vm: all arm64 modules-newest modules-newest-arm64 vm-deps test-deps ## run the tests in the virtual machine
	@$(TOP)/tests/run-tests --vm

check-debug: user modules-debug vm-deps test-deps ## run the tests of the virtual machine on the debug kernel; QUICK=1: without the slowest
	@$(TOP)/tests/run-tests --kernel debug $(if $(QUICK),--quick)

lint: build-deps ## static checks: checkpatch, sparse, kernel-doc, shellcheck, cppcheck, docs ...
	+@$(TOP)/tests/lint/run

hdrtest: build-deps ## compile each header alone
	@$(TOP)/tests/lint/run headers

bench: all vm-deps ## measure the speed against /proc/PID/mem, in the virtual machine
	@$(TOP)/tests/bench/run

fuzz: user fuzz-deps ## look for inputs that readers of what others wrote err on, with libFuzzer, for FUZZ_SECONDS=60 each
	+@$(MAKE) $(if $(V),,-s) -C tests/fuzz all
	@$(TOP)/tests/fuzz/run --seconds $(or $(FUZZ_SECONDS),60)

docs: docs-deps man ## build the documentation: HTML in build/Documentation/html
	@$(SPHINX) -b html Documentation $(BUILD)/Documentation/html

man: docs-deps
	@$(SPHINX) -b man Documentation $(BUILD)/Documentation/man

install: $(INSTALL_DIRS:%=%/install) man ## install tools, library, man pages (PREFIX=/usr/local, DESTDIR)
	@for page in $(BUILD)/Documentation/man/*.[1-8]; do \
		section=$${page##*.} && install -d $(MAN)/man$$section && \
		install -m 644 $$page $(MAN)/man$$section || exit; \
	done

$(INSTALL_DIRS:%=%/install): %/install: %
	+@$(MAKE) $(if $(V),,-s) -C $* install

uninstall: $(INSTALL_DIRS:%=%/uninstall) ## remove what install and dkms installed
	@for page in Documentation/man/*.[1-8].rst Documentation/man/*.rst; do \
		name=$$(basename $$page .rst); rm -f $(MAN)/man?/$$name.[1-8]; \
	done
	rm -f $(UDEV_RULES)/60-drm-snoop.rules
	@if [ -z "$(DESTDIR)" ] && command -v dkms >/dev/null && \
	   dkms status drm-snoop/$(VERSION) | grep -q .; then \
		dkms remove drm-snoop/$(VERSION) --all; \
	fi
	rm -rf $(DKMS_SOURCE)

$(INSTALL_DIRS:%=%/uninstall): %/uninstall:
	+@$(MAKE) $(if $(V),,-s) -C $* uninstall

dkms: ## install drm_snoop.ko for the running kernel with DKMS, and its udev rule
	@[ -n "$(DESTDIR)" ] || $(INSTALL_DEPS) dkms
	install -d $(DKMS_SOURCE) $(UDEV_RULES)
	cd kernel && find . -path ./gpusim -prune -o \( -name '*.[ch]' -o -name Kbuild \) -print | \
		cpio -pdm --quiet $(DKMS_SOURCE)
	sed 's/@VERSION@/$(VERSION)/' kernel/dkms.conf >$(DKMS_SOURCE)/dkms.conf
	install -m 644 kernel/60-drm-snoop.rules $(UDEV_RULES)
	@if [ -z "$(DESTDIR)" ]; then \
		dkms install --force drm-snoop/$(VERSION) || \
			{ echo "make dkms: the module does not build: are the headers of $$(uname -r) installed (linux-headers-$$(uname -r))?" >&2; exit 1; }; \
		if command -v udevadm >/dev/null; then udevadm control --reload || true; fi; \
	fi

help: ## list the targets
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/\1\t\2/p' Makefile | \
		while IFS="$$(printf '\t')" read -r t d; do printf '  make %-13s %s\n' "$$t" "$$d"; done

clean: ## remove everything that was built (the kernel cache stays)
	rm -rf $(BUILD)

# One after the other: only one apt at a time.
build-deps:
	@$(INSTALL_DEPS) build
vm-deps: build-deps
	@$(INSTALL_DEPS) vm
arm64-deps: vm-deps
	@$(INSTALL_DEPS) arm64
test-deps: arm64-deps
	@$(INSTALL_DEPS) test
debug-deps: test-deps
	@$(INSTALL_DEPS) debug-kernel
docs-deps: build-deps
	@$(INSTALL_DEPS) docs
fuzz-deps: build-deps
	@$(INSTALL_DEPS) fuzz
