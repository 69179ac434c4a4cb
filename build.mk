# SPDX-License-Identifier: GPL-2.0-or-later
# What every Makefile of the user-space directories shares. A directory says
#	include ../build.mk
# (as many .. as it is deep) and puts its products into $(BUILD)/<its path>.
#
# TOP		the checkout, absolute
# BUILD		where products go; may be given on the command line
# CFLAGS, LDFLAGS  may be added to from the command line (EXTRA_CFLAGS, EXTRA_LDFLAGS)
# V=1		print commands
# CROSS		arm64: for the guest of that architecture; BUILD is then another

ifndef BUILD_MK
BUILD_MK := 1

TOP := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
BUILD ?= $(TOP)/build
PREFIX ?= /usr/local
PKG_CONFIG ?= pkg-config
CC ?= cc
ifeq ($(origin CC),default)
CC := gcc
endif

CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Werror -Wmissing-prototypes \
	  -Wstrict-prototypes -Wno-unused-parameter -D_GNU_SOURCE \
	  -D_FILE_OFFSET_BITS=64 -I$(TOP)/kernel/include/uapi $(EXTRA_CFLAGS)
LDFLAGS := $(EXTRA_LDFLAGS)
# Dependencies on headers, as gcc finds them: -include $(OBJECTS:.o=.d)
DEPFLAGS = -MMD -MP

# $(call say,CC,file): one short line for each step.
ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-7s %s\n' $(1) $(patsubst $(TOP)/%,%,$(2))
MAKEFLAGS += --no-print-directory
endif

# What the guest's root file system has is what programs for it are linked with.
ifdef CROSS
TRIPLET := aarch64-linux-gnu
ROOT := $(shell $(TOP)/tests/vm/root $(CROSS))
ROOT_LIB := $(ROOT)/usr/lib/$(TRIPLET)
CC := $(TRIPLET)-gcc
PKG_CONFIG := env PKG_CONFIG_SYSROOT_DIR=$(ROOT) PKG_CONFIG_LIBDIR=$(ROOT_LIB)/pkgconfig pkg-config
CFLAGS += -idirafter $(ROOT)/usr/include
LDFLAGS += -L$(ROOT_LIB) -Wl,-rpath-link,$(ROOT_LIB)
endif

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

endif
