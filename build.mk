# SPDX-License-Identifier: GPL-2.0-or-later
# What every Makefile of the user-space directories shares. A directory says
#	include ../build.mk
# (as many .. as it is deep) and puts its products into $(BUILD)/<its path>.
#
# TOP		the checkout, absolute
# BUILD		where products go; may be given on the command line
# CFLAGS, LDFLAGS  may be added to from the command line (EXTRA_CFLAGS, EXTRA_LDFLAGS)
# V=1		print commands

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

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

endif
