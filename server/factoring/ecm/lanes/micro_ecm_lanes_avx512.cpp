// SPDX-License-Identifier: GPL-3.0-or-later
// The small curves in lanes in AVX-512.
#define OPENLOOP_AVX512
#include "server/factoring/ecm/lanes/micro_ecm_lanes_body.h"
