# SPDX-License-Identifier: GPL-2.0-or-later
include build.mk

export BUILD PREFIX DESTDIR V
VM := $(TOP)/tests/vm
DEPS := $(TOP)/tools/setup/install-deps
USER_DIRS := $(wildcard $(addsuffix /Makefile,tools/lib tools/drmsnoop fuse-frontend \
	       tests/target tests/unit tests/functional tests/bench))
USER_DIRS := $(patsubst %/Makefile,%,$(USER_DIRS))
INSTALL_DIRS := $(filter tools/% fuse-frontend,$(USER_DIRS))

.PHONY: all modules user demo check check-unit check-vm lint bench install \
	uninstall dkms docs hdrtest help clean $(USER_DIRS)

all: modules user ## build everything: kernel modules, tools, drmsnoopfs, tests

help: ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' Makefile | sort | \
		while IFS="$$(printf '\t')" read -r t d; do printf '  make %-11s %s\n' "$$t" "$$d"; done

modules: ## build drm_snoop.ko and gpusim.ko for the cached Debian kernel
	@$(DEPS) build
	@$(TOP)/kernel/build-modules $(if $(KDIR),--headers $(KDIR)) --out $(BUILD)/kernel

user: $(USER_DIRS) ## build the user-space programs and tests

$(USER_DIRS): user-deps
	+@$(MAKE) -C $@ all
tools/drmsnoop fuse-frontend tests/target tests/functional tests/unit tests/bench: $(filter tools/lib,$(USER_DIRS))

.PHONY: user-deps
user-deps:
	@$(DEPS) build

clean: ## remove everything that was built (the kernel cache stays)
	rm -rf $(BUILD)
